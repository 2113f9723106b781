"""A refund by staff: decided at once, or above a payee's limit proposed to a second person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.access import Access
from torget.payments.checkout.give_back import refund_row
from torget.payments.checkout.models import Checkout
from torget.payments.checkout.resolve import (
    MayNotAct,
    Seen,
    decide,
    note_refused,
    refundable,
    take,
)
from torget.payments.core.checkout import Event
from torget.payments.core.refunding import (
    FeeAfterwards,
    PayeePart,
    RefundWish,
    cents_by_payee,
    needs_second_person,
    wish_was_registered,
)
from torget.payments.core.resolving import Action, LinesNotRefundable, cents_left
from torget.payments.core.schedule import PROPOSAL_EXPIRES


class EmailRequired(ValueError):
    """The provider refunds this method of payment by e-mail only, and nobody gave an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRefund:
    """What a wish comes to; shown before anybody presses, and computed again when they do."""

    cents: Mapping[int, int]
    was_registered: bool
    needs_second_person: bool
    limits: Mapping[int, int]
    """Cents by payee, of the payees whose money goes back."""

    @property
    def total_cents(self) -> int:
        return sum(self.cents.values())


def plan_refund(seen: Seen, cents: Mapping[int, int]) -> PlannedRefund:
    """Raise LinesNotRefundable or LinesDiffer."""
    was_registered = wish_was_registered(seen.standing, cents)
    payees = {line.position: line.payee_id for line in seen.payment.lines}
    parts = cents_by_payee(payees, cents)
    before: dict[int, int] = {}
    for refund in seen.standing.live_refunds:
        for payee, part in cents_by_payee(payees, refund.cents).items():
            before[payee] = before.get(payee, 0) + part
    limits = dict(Municipality.objects.filter(pk__in=parts).values_list("pk", "refund_limit_cents"))
    return PlannedRefund(
        cents=cents,
        was_registered=was_registered,
        limits=limits,
        needs_second_person=needs_second_person(
            PayeePart(
                municipality_id=payee,
                cents=part,
                refunded_before_cents=before.get(payee, 0),
                limit_cents=limits[payee],
            )
            for payee, part in parts.items()
        ),
    )


def known_email(seen: Seen) -> str:
    return Checkout.objects.values_list("email", flat=True).get(id=seen.payment.checkout_id)


def refund_payment(
    *, payment_id: int, seen_at: datetime, access: Access, wish: RefundWish, at: datetime
) -> PlannedRefund:
    """Decide that money goes back, and the worker asks the provider; or propose it, if the plan needs a second person.

    Raise also NoteRequired, EmailRequired, LinesNotRefundable or LinesDiffer.
    """
    seen, reason = decide(
        payment_id=payment_id, seen_at=seen_at, access=access, action=Action.REFUND, note=wish.reason, at=at
    )
    _check_reach(seen, access, wish, at)
    plan = plan_refund(seen, wish.cents)
    if seen.terms.by_email and not (wish.email or known_email(seen)):
        raise EmailRequired
    opens = wish.fee is FeeAfterwards.OPENS_AGAIN and plan.was_registered
    proposed: dict[str, Any] = (
        {"state": "proposed", "needs_second_person": True, "expires_at": (at + PROPOSAL_EXPIRES).isoformat()}
        if plan.needs_second_person
        else {}
    )
    row = refund_row(
        wish.cents,
        was_registered=plan.was_registered,
        reason=reason,
        category=wish.category,
        opens_fee_again=opens,
        email=wish.email,
        **proposed,
    )
    audit = {"refund": row["stamp"], "cents": row["amount_cents"], "lines": row["lines"], "category": wish.category}
    if opens:
        audit["hint"] = "the fee opens again in the library system"
    elif not plan.was_registered and seen.may_be_in_library_system:
        audit["hint"] = "the library system may hold the payment"
    take(
        seen=seen,
        access=access,
        event=Event.REFUND_PROPOSED if proposed else Event.REFUND_DECIDED,
        action="propose refund" if proposed else "refund",
        note=reason,
        at=at,
        audit=audit,
        new_refund=row,
    )
    return plan


def _check_reach(seen: Seen, access: Access, wish: RefundWish, at: datetime) -> None:
    """Money of another municipality is out of this employee's reach, which is not the same as money that is gone."""
    may, left = refundable(seen, access), cents_left(seen.standing)
    for position in wish.cents:
        if position not in may:
            if position in left:
                note_refused(seen, access, Action.REFUND, at)
                raise MayNotAct(Action.REFUND)
            raise LinesNotRefundable
