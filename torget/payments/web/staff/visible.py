"""Payments an employee may see: those of their municipalities, and those with a line that is theirs."""

from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone

from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.access import Access
from torget.foundation.staff.session import Staff, note_refusal
from torget.payments.checkout.models import Payment, PaymentLine
from torget.payments.core.checkout import State
from torget.payments.core.schedule import PENDING_ALARM


def visible_payments(access: Access) -> QuerySet[Payment]:
    if access.sees_all:
        return Payment.objects.all()
    # A value and not EXISTS: the planner may answer EXISTS by reading every line there ever was.
    own_line = PaymentLine.objects.filter(access.within("payee"), payment=OuterRef("pk")).values("pk")[:1]
    return Payment.objects.alias(own_line=Subquery(own_line)).filter(
        access.within("municipality") | Q(own_line__isnull=False)
    )


def needing_a_human(access: Access, now: datetime) -> QuerySet[Payment]:
    """What stands still with a reason, and what the provider has examined for too long."""
    undecided = Q(state=State.PENDING, created_at__lt=now - PENDING_ALARM)
    # The first condition follows from the second and is there for the index payment_attention.
    waiting = visible_payments(access).filter(state__in=[State.ATTENTION, State.PENDING])
    return waiting.filter(Q(state=State.ATTENTION) | undecided)


def find_visible_payment(staff: Staff, payment_id: int, *, action: str) -> Payment:
    """Raise Http404 for a payment of others, as if there were none; the look and the try are audited."""
    found = (
        visible_payments(staff.access)
        .select_related("municipality", "attention_owner", "checkout", "merchant_account")
        .prefetch_related("lines")
        .filter(pk=payment_id)
        .first()
    )
    if found is None:
        owner = Payment.objects.filter(pk=payment_id).values_list("municipality_id", flat=True).first()
        note_refusal(staff, action=action, subject=f"payment:{payment_id}", municipality_id=owner)
        raise Http404
    record(
        at=timezone.now(),
        actor=staff.actor,
        action="view payment",
        subject=f"payment:{payment_id}",
        municipality_id=found.municipality_id,
        detail={"to": action},
    )
    return found


def visible_municipalities(access: Access, language: str) -> list[Municipality]:
    """In the order of the language's alphabet."""
    found = Municipality.objects.filter(access.within("pk"))
    return sorted(found, key=lambda municipality: municipality.sort_key(language))
