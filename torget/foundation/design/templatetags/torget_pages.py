"""Page numbers of long lists."""

from collections.abc import Iterable

from django import template
from django.core.paginator import Page

register = template.Library()


@register.simple_tag
def page_numbers(page: Page) -> Iterable[int | str]:  # type: ignore[type-arg]  # a list of anything may be paged
    """The first and last pages and those around the current one, with an ellipsis for what is left out."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
