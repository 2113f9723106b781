"""Who may see how the service itself is kept: operators and coordinators."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language

from torget.foundation.design.templatetags.torget_format import NO_BREAK_SPACE
from torget.foundation.people.access import Access
from torget.foundation.people.models import Role
from torget.foundation.staff.session import Staff, note_refusal, staff_page


def keeps_the_service(access: Access) -> bool:
    return access.sees_all or Role.Kind.COORDINATOR in access.kinds


def upkeep_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """As `staff_page`, and for nobody else than these; the others see no such page, and the try is audited."""

    @staff_page
    @wraps(view)
    def guarded(request: HttpRequest, staff: Staff, *arguments: Any, **named: Any) -> HttpResponse:
        if not keeps_the_service(staff.access):
            where = request.resolver_match.url_name if request.resolver_match else ""
            note_refusal(staff, action="view upkeep", subject=f"page:{where}")
            raise Http404
        return view(request, staff, *arguments, **named)

    return guarded


def count_text(number: int) -> str:
    """'1 240' in Swedish and Finnish, '1,240' in English."""
    text = f"{number:,}"
    return text if (get_language() or "").startswith("en") else text.replace(",", NO_BREAK_SPACE)
