"""Who sets municipalities up: operators, and coordinators for the cooperations they coordinate."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from torget.foundation.people.access import Access
from torget.foundation.staff.places import HomeCard, Place, register_home_card, register_place
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.onboarding.draft import drafts_for
from torget.onboarding.models import Draft


def sets_up(access: Access) -> bool:
    return access.sees_all or bool(access.coordinates)


def setting_up(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """As `staff_page`; the others see no such page, and the try is audited."""

    @staff_page
    @wraps(view)
    def guarded(request: HttpRequest, staff: Staff, *arguments: Any, **named: Any) -> HttpResponse:
        if not sets_up(staff.access):
            where = request.resolver_match.url_name if request.resolver_match else ""
            note_refusal(staff, action="set up municipality", subject=f"page:{where}")
            raise Http404
        return view(request, staff, *arguments, **named)

    return guarded


def draft_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of one draft, which the view gets instead of its number."""

    @setting_up
    @wraps(view)
    def found(request: HttpRequest, staff: Staff, draft_id: int, *arguments: Any, **named: Any) -> HttpResponse:
        draft = drafts_for(staff.access).filter(pk=draft_id).first()
        if draft is None:
            note_refusal(staff, action="view onboarding", subject=f"onboarding:{draft_id}")
            raise Http404
        return view(request, staff, draft, *arguments, **named)

    return found


def _card(_request: HttpRequest, staff: Staff) -> Mapping[str, Any]:
    return {"draft_count": drafts_for(staff.access).filter(state=Draft.State.DRAFT).count()}


def register() -> None:
    register_place(Place(url_name="staff-onboarding", text=gettext_lazy("Municipalities"), position=85, is_for=sets_up))
    register_home_card(HomeCard(template="staff/onboarding/card.html", position=85, is_for=sets_up, context=_card))
