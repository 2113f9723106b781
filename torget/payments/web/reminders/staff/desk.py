"""Who works with reminders: library desks with their own, and whoever oversees looks at those of the members."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext_lazy

from torget.foundation.cooperations.models import Cooperation, Municipality
from torget.foundation.people.access import Access
from torget.foundation.staff.places import Place, register_place
from torget.foundation.staff.session import Staff, note_refusal, staff_page

View = Callable[..., HttpResponse]


def sees_reminders(access: Access) -> bool:
    return access.sees_all or bool(access.desk or access.members)


def visible_municipalities(access: Access) -> list[Municipality]:
    """Members of a cooperation of library payments, in the order of the alphabet."""
    found = Municipality.objects.filter(memberships__cooperation__service=Cooperation.Service.LIBRARY_PAYMENTS)
    if not access.sees_all:
        found = found.filter(pk__in=sorted(access.desk | access.members))
    language = get_language() or "fi"
    return sorted(found.distinct(), key=lambda one: one.sort_key(language))


def reminders_page(view: View) -> View:
    """As `staff_page`; the others see no such page, and the try is audited."""

    @staff_page
    @wraps(view)
    def guarded(request: HttpRequest, staff: Staff, *arguments: Any, **named: Any) -> HttpResponse:
        if not sees_reminders(staff.access):
            note_refusal(staff, action="view reminders", subject="reminders")
            raise Http404
        return view(request, staff, *arguments, **named)

    return guarded


def _of_municipality(view: View, *, for_desk: bool) -> View:
    @reminders_page
    @wraps(view)
    def guarded(request: HttpRequest, staff: Staff, municipality_id: int, **named: Any) -> HttpResponse:
        found = next((one for one in visible_municipalities(staff.access) if one.pk == municipality_id), None)
        if found is None or (for_desk and municipality_id not in staff.access.desk):
            where = request.resolver_match.url_name if request.resolver_match else ""
            note_refusal(
                staff, action="open reminders", subject=f"page:{where}", municipality_id=found.pk if found else None
            )
            raise Http404
        return view(request, staff, found, **named)

    return guarded


def municipality_page(view: View) -> View:
    """For those who may see this municipality's reminders."""
    return _of_municipality(view, for_desk=False)


def desk_only(view: View) -> View:
    """For the desk of this municipality, which decides."""
    return _of_municipality(view, for_desk=True)


def register() -> None:
    register_place(
        Place(url_name="staff-reminders", text=gettext_lazy("Reminders"), position=34, is_for=sees_reminders)
    )
