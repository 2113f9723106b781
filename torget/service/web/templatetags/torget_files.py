"""What the pages say about files that wait."""

from django import template

from torget.service.forms.scanners import is_configured

register = template.Library()


@register.simple_tag
def has_scanner() -> bool:
    return is_configured()
