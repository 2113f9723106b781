"""The desk's side of payment links: who may make them, and which of them somebody sees."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from torget.foundation.audit.record import record
from torget.foundation.people.access import Access
from torget.foundation.staff.places import Place, register_place
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.payments.links.models import PaymentLink


def works_at_a_desk(access: Access) -> bool:
    return bool(access.desk)


def desk_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """As `staff_page`, for library desks; the others see no such page, and the try is audited."""

    @staff_page
    @wraps(view)
    def guarded(request: HttpRequest, staff: Staff, *arguments: Any, **named: Any) -> HttpResponse:
        if not works_at_a_desk(staff.access):
            where = request.resolver_match.url_name if request.resolver_match else ""
            note_refusal(staff, action="view payment links", subject=f"page:{where}")
            raise Http404
        return view(request, staff, *arguments, **named)

    return guarded


def links_of_desk(access: Access) -> QuerySet[PaymentLink]:
    return PaymentLink.objects.filter(municipality__in=sorted(access.desk)).select_related("patron", "municipality")


def find_link(staff: Staff, link_id: int, *, action: str) -> PaymentLink:
    """Raise Http404 for a link of another desk, as if there were none; the look and the try are audited."""
    found = links_of_desk(staff.access).filter(pk=link_id).first()
    if found is None:
        owner = PaymentLink.objects.filter(pk=link_id).values_list("municipality_id", flat=True).first()
        note_refusal(staff, action=action, subject=f"link:{link_id}", municipality_id=owner)
        raise Http404
    record(
        at=timezone.now(),
        actor=staff.actor,
        action=action,
        subject=f"link:{link_id}",
        municipality_id=found.municipality_id,
    )
    return found


def register() -> None:
    register_place(
        Place(url_name="staff-links", text=gettext_lazy("Payment links"), position=33, is_for=works_at_a_desk)
    )
