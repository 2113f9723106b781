"""A refund that a second person must agree to: approve, reject, take back, or let it expire."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from torget.foundation.people.access import Access
from torget.payments.checkout.load import load_payment
from torget.payments.checkout.models import PaymentLine, Refund
from torget.payments.checkout.move import move_payment, refund_facts
from torget.payments.checkout.resolve import (
    MayNotAct,
    NotAllowedNow,
    NoteRequired,
    Seen,
    SomebodyWasFaster,
    look_at,
    note_refused,
    take,
)
from torget.payments.core.checkout import Event

BATCH = 200


class SamePerson(Exception):
    """Whoever asked for the money cannot be the one who lets it go."""


def may_decide(refund: Refund, access: Access) -> bool:
    """Another person, who could have asked for this refund themselves."""
    return refund.requested_by != access.actor and _reaches(refund, access)


def _reaches(refund: Refund, access: Access) -> bool:
    """All of it is a matter of their municipality, or money of it."""
    if access.may_refund(refund.payment.municipality_id):
        return True
    payees = refund.payment.lines.filter(position__in=refund.lines).values_list("payee_id", flat=True)
    return all(access.may_refund(payee) for payee in payees)


def proposals_within(access: Access) -> QuerySet[Refund]:
    """Proposals with a part that is the matter or the money of this employee's municipalities; oldest first."""
    own = sorted(access.desk | access.finance)
    own_line = PaymentLine.objects.filter(payee__in=own, payment=OuterRef("payment"))
    return (
        Refund.objects.filter(Q(payment__municipality__in=own) | Exists(own_line), state="proposed")
        .select_related("payment__municipality")
        .order_by("created_at", "id")
    )


def _look(refund_id: int, at: datetime) -> tuple[Refund, Seen]:
    refund = Refund.objects.select_related("payment").get(id=refund_id)
    return refund, look_at(refund.payment_id, at)


def approve_refund(*, refund_id: int, access: Access, note: str, at: datetime) -> None:
    """The second person agrees, and the worker asks the provider.

    Raise MayNotAct, SamePerson, NotAllowedNow or SomebodyWasFaster.
    """
    refund, seen = _decide(refund_id, access, "approve refund", at)
    if refund.expires_at is not None and refund.expires_at <= at:
        raise NotAllowedNow("approve refund")
    take(
        seen=seen,
        access=access,
        event=Event.REFUND_DECIDED,
        action="approve refund",
        note=note.strip(),
        at=at,
        audit={"refund": str(refund.stamp), "cents": refund.amount_cents},
        refund={**refund_facts(refund), "is_reserved_now": True},
        refund_state="due",
        refund_decision={"by": access.actor, "note": note.strip()[:500]},
    )


def reject_refund(*, refund_id: int, access: Access, note: str, at: datetime) -> None:
    """Raise also NoteRequired: who asked is to know why."""
    if not note.strip():
        raise NoteRequired
    refund, seen = _decide(refund_id, access, "reject refund", at)
    take(
        seen=seen,
        access=access,
        event=Event.REFUND_REJECTED,
        action="reject refund",
        note=note.strip(),
        at=at,
        audit={"refund": str(refund.stamp)},
        refund=refund_facts(refund),
        refund_state="rejected",
        refund_decision={"by": access.actor, "note": note.strip()[:500]},
    )


def _decide(refund_id: int, access: Access, action: str, at: datetime) -> tuple[Refund, Seen]:
    refund, seen = _look(refund_id, at)
    if not _reaches(refund, access):
        note_refused(seen, access, action, at)
        raise MayNotAct(action)
    if refund.requested_by == access.actor:
        note_refused(seen, access, action, at)
        raise SamePerson
    if refund.state != "proposed":
        raise SomebodyWasFaster
    return refund, seen


def withdraw_refund(*, refund_id: int, access: Access, at: datetime) -> None:
    """Whoever asked takes it back. Raise MayNotAct or SomebodyWasFaster."""
    refund, seen = _look(refund_id, at)
    if refund.requested_by != access.actor:
        note_refused(seen, access, "withdraw refund", at)
        raise MayNotAct("withdraw refund")
    if refund.state != "proposed":
        raise SomebodyWasFaster
    take(
        seen=seen,
        access=access,
        event=Event.PROPOSAL_WITHDRAWN,
        action="withdraw refund",
        note="",
        at=at,
        audit={"refund": str(refund.stamp)},
        refund=refund_facts(refund),
        refund_state="withdrawn",
    )


def expire_proposals(now: datetime) -> int:
    """End proposals that nobody decided in time; how many."""
    ended = 0
    for refund in Refund.objects.filter(state="proposed", expires_at__lte=now).order_by("expires_at")[:BATCH]:
        ended += (
            move_payment(
                payment=load_payment(refund.payment_id),
                event=Event.PROPOSAL_EXPIRED,
                at=now,
                actor="worker",
                refund=refund_facts(refund),
                refund_state="expired",
            )
            is not None
        )
    return ended
