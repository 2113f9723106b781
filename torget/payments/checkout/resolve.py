"""What staff does about a payment. Each use case checks the right and the safety, takes one step, and is audited.

Who calls says which payment they saw by its `changed_at`; if it went on meanwhile, nothing is done. The row is locked
while the step is taken, so two employees who press at once cannot both succeed; no outside call happens under the lock.
Refunds have use cases of their own: refund.py and proposals.py.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from torget.foundation.audit.record import record
from torget.foundation.people.access import Access
from torget.payments.checkout.give_back import refund_row
from torget.payments.checkout.load import LineFacts, PaymentFacts, load_payment
from torget.payments.checkout.models import Payment, Refund
from torget.payments.checkout.move import leaves_a_rest, move_payment, refund_facts
from torget.payments.checkout.providers import provider_for
from torget.payments.core.checkout import Event, State
from torget.payments.core.giving_back import RefundTerms
from torget.payments.core.ledger import Account
from torget.payments.core.ports import LibrarySystemError
from torget.payments.core.refunding import FeeAfterwards, wish_was_registered
from torget.payments.core.resolving import (
    EVENT_OF_ACTION,
    OPEN_REFUND_STATES,
    VOID_REFUND_STATES,
    Action,
    LineStanding,
    RefundStanding,
    Standing,
    allowed_actions,
    cents_left,
)
from torget.payments.fees.library_systems import library_system

_UNSURE_OUTCOMES = frozenset({"unknown", "found"})


class NoteRequired(ValueError):
    """What a person decides carries their words."""


class MayNotAct(Exception):
    """The employee's roles do not reach this action on this payment."""


class NotAllowedNow(Exception):
    """The action is not safe in the payment's present state and history."""


class SomebodyWasFaster(Exception):
    """The payment has changed since the employee looked at it; look again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    payment: PaymentFacts
    standing: Standing
    terms: RefundTerms
    """What the provider can do for the method of payment."""

    @property
    def may_be_in_library_system(self) -> bool:
        """The last order arrived without being finished, or nobody knows: look there after a refund."""
        return self.standing.last_outcome in _UNSURE_OUTCOMES

    def line(self, position: int) -> LineFacts:
        return next(line for line in self.payment.lines if line.position == position)


def _can_find_registration(payment: PaymentFacts, last_outcome: str) -> bool:
    """Ask the library system only when it matters: its connector may have to call out for the answer."""
    if last_outcome not in _UNSURE_OUTCOMES:
        return False
    try:
        return library_system(payment.library_system).capabilities.can_find_registration
    except LibrarySystemError:
        return False


def _takes_no_refund(terms: RefundTerms, payment: PaymentFacts, refunds: list[Refund], now: datetime) -> bool:
    if not provider_for(payment.account).capabilities.has_refund:
        return True
    had_one = any(row.provider_reference and row.state not in VOID_REFUND_STATES for row in refunds)
    is_old = (
        terms.days_max is not None
        and payment.paid_at is not None
        and now - payment.paid_at > timedelta(days=terms.days_max)
    )
    return (terms.once_only and had_one) or is_old


def look_at(payment_id: int, now: datetime | None = None) -> Seen:
    """The payment with all that decides what may be done. Raise NoSuchPayment."""
    payment = load_payment(payment_id)
    last_outcome = payment.last_attempt.outcome if payment.last_attempt else ""
    refunds = list(Refund.objects.filter(payment_id=payment_id).order_by("id"))
    provider = provider_for(payment.account)
    terms = provider.refund_terms(method=payment.method)
    return Seen(
        payment=payment,
        terms=terms,
        standing=Standing(
            state=payment.state,
            is_paid=payment.paid_at is not None,
            lines=tuple(
                LineStanding(
                    position=line.position,
                    amount=line.amount,
                    is_booked=line.outcome == "booked",
                    goes_back=line.outcome == "give_back",
                )
                for line in payment.lines
            ),
            refunds=tuple(_refund_standing(row) for row in refunds),
            last_outcome=last_outcome,
            can_find_registration=_can_find_registration(payment, last_outcome),
            provider_cannot_be_asked=not provider.capabilities.has_status_query and bool(payment.provider_reference),
            provider_takes_no_refund=_takes_no_refund(terms, payment, refunds, now or timezone.now()),
        ),
    )


def _refund_standing(row: Refund) -> RefundStanding:
    return RefundStanding(
        state=row.state,
        cents={int(position): cents for position, cents in row.lines.items()},
        # Without a reference nobody knows whether the provider has it, so nobody knows that it wrote to the payer.
        by_email=row.by_email and bool(row.provider_reference),
    )


def refundable(seen: Seen, access: Access) -> dict[int, int]:
    """Cents by position that this employee may refund.

    Of all lines, if the payment is their municipality's matter, else of those it is payee of.
    """
    owns = access.may_refund(seen.payment.municipality_id)
    return {
        position: cents
        for position, cents in cents_left(seen.standing).items()
        if owns or access.may_refund(seen.line(position).payee_id)
    }


def actions_for(seen: Seen, access: Access) -> frozenset[Action]:
    """What this employee may do now: safe and within their roles."""
    rights = {
        Action.RETRY: access.may_resolve(seen.payment.municipality_id),
        Action.MARK_REGISTERED: access.may_resolve(seen.payment.municipality_id),
        Action.REFUND: bool(refundable(seen, access)),
        Action.MARK_REFUNDED: access.may_refund(seen.payment.municipality_id),
        Action.MARK_NOT_REFUNDED: access.may_refund(seen.payment.municipality_id),
        Action.LET_STAND: access.may_refund(seen.payment.municipality_id),
        Action.MARK_PAID: access.may_refund(seen.payment.municipality_id),
    }
    return frozenset(action for action in allowed_actions(seen.standing) if rights[action])


def note_refused(seen: Seen, access: Access, action: str, at: datetime) -> None:
    record(
        at=at,
        actor=access.actor,
        action=f"{action.replace('_', ' ')} refused",
        subject=f"payment:{seen.payment.id}",
        municipality_id=seen.payment.municipality_id,
    )


def _reaches(seen: Seen, access: Access, action: Action) -> bool:
    owner = seen.payment.municipality_id
    if action is Action.REFUND:
        return any(access.may_refund(payee) for payee in (owner, *(line.payee_id for line in seen.payment.lines)))
    if action in (Action.MARK_REFUNDED, Action.MARK_NOT_REFUNDED, Action.LET_STAND, Action.MARK_PAID):
        return access.may_refund(owner)
    return access.may_resolve(owner)


def decide(
    *, payment_id: int, seen_at: datetime, access: Access, action: Action, note: str, at: datetime
) -> tuple[Seen, str]:
    """The payment as seen, and the note; raise if the action may not be taken."""
    seen = look_at(payment_id, at)
    if not _reaches(seen, access, action):
        note_refused(seen, access, action, at)
        raise MayNotAct(action)
    note = note.strip()
    if not note and action is not Action.RETRY:
        raise NoteRequired
    if seen.payment.changed_at != seen_at:
        raise SomebodyWasFaster
    if action not in allowed_actions(seen.standing):
        raise NotAllowedNow(action)
    return seen, note


def take(
    *,
    seen: Seen,
    access: Access,
    event: Event,
    action: str,
    note: str,
    at: datetime,
    audit: dict[str, Any],
    **facts: Any,
) -> State:
    """The step and its audit entry, in one commit."""
    payment = seen.payment
    try:
        with transaction.atomic():
            now = Payment.objects.select_for_update().only("changed_at").get(id=payment.id)
            if now.changed_at != payment.changed_at:
                raise SomebodyWasFaster
            state = move_payment(
                payment=payment,
                event=event,
                at=at,
                actor=access.actor,
                detail={"note": note[:500]} if note else {},
                **facts,
            )
            if state is None:
                raise SomebodyWasFaster
            record(
                at=at,
                actor=access.actor,
                action=action.replace("_", " "),
                subject=f"payment:{payment.id}",
                municipality_id=payment.municipality_id,
                why=note[:500],
                detail={"from": payment.state, "to": state, **audit},
            )
    except IntegrityError as error:
        # A constraint stood in the way: the same money is on its way by another refund.
        raise SomebodyWasFaster from error
    return state


def retry_registration(*, payment_id: int, seen_at: datetime, access: Access, note: str, at: datetime) -> State:
    """Let the worker tell the library system again. Raise MayNotAct, NotAllowedNow or SomebodyWasFaster."""
    return _plain_step(Action.RETRY, payment_id=payment_id, seen_at=seen_at, access=access, note=note, at=at)


def mark_registered(*, payment_id: int, seen_at: datetime, access: Access, note: str, at: datetime) -> State:
    """A person vouches that the library system has it. Raise also NoteRequired."""
    return _plain_step(Action.MARK_REGISTERED, payment_id=payment_id, seen_at=seen_at, access=access, note=note, at=at)


def let_stand(*, payment_id: int, seen_at: datetime, access: Access, note: str, at: datetime) -> State:
    """No more money goes back of a payment that is in the library system. Raise also NoteRequired."""
    return _plain_step(Action.LET_STAND, payment_id=payment_id, seen_at=seen_at, access=access, note=note, at=at)


def mark_paid(*, payment_id: int, seen_at: datetime, access: Access, note: str, at: datetime) -> State:
    """A person saw the money in the books of a provider that cannot be asked. Raise also NoteRequired."""
    return _plain_step(Action.MARK_PAID, payment_id=payment_id, seen_at=seen_at, access=access, note=note, at=at)


def _plain_step(
    action: Action, *, payment_id: int, seen_at: datetime, access: Access, note: str, at: datetime
) -> State:
    seen, note = decide(payment_id=payment_id, seen_at=seen_at, access=access, action=action, note=note, at=at)
    return take(seen=seen, access=access, event=EVENT_OF_ACTION[action], action=action, note=note, at=at, audit={})


def mark_refunded(
    *,
    payment_id: int,
    seen_at: datetime,
    access: Access,
    note: str,
    at: datetime,
    cents: dict[int, int] | None = None,
    fee: FeeAfterwards = FeeAfterwards.STAYS_PAID,
) -> State:
    """A person vouches that money went back: the open refund's, else by another way these cents (or all that is left).

    What the provider was never asked for went from the municipality's own account, and is booked so. Raise also
    NoteRequired, LinesNotRefundable or LinesDiffer.
    """
    action = Action.MARK_REFUNDED
    seen, note = decide(payment_id=payment_id, seen_at=seen_at, access=access, action=action, note=note, at=at)
    facts: dict[str, Any]
    open_refund = refund_to_mark(payment_id)
    if open_refund is not None and open_refund.state == "failed":
        facts = {"refund": {**refund_facts(open_refund), "is_reserved_now": True}}
    elif open_refund is not None:
        was_asked = open_refund.state != "due"
        facts = {"refund": {**refund_facts(open_refund), "paid_from": Account.PROVIDER if was_asked else Account.BANK}}
    else:
        cents = cents_left(seen.standing) if cents is None else cents
        was_registered = wish_was_registered(seen.standing, cents)
        opens = fee is FeeAfterwards.OPENS_AGAIN and was_registered
        row = refund_row(cents, was_registered=was_registered, reason=note, opens_fee_again=opens)
        facts = {"refund": {**row, "paid_from": Account.BANK}, "new_refund": row}
    event = EVENT_OF_ACTION[action]
    if leaves_a_rest(seen.payment, facts["refund"]):
        event, facts["attention_reason"] = Event.STAFF_REFUNDED_IN_PART, "rest_unsettled"
    return take(
        seen=seen,
        access=access,
        event=event,
        action=action,
        note=note,
        at=at,
        audit={"refund": str(facts["refund"]["stamp"])},
        refund_state="refunded",
        **facts,
    )


def mark_not_refunded(*, payment_id: int, seen_at: datetime, access: Access, note: str, at: datetime) -> State:
    """A person saw at the provider that the open refund did not happen; it can be tried again.

    If the provider says later that it did, settle_refund.py books it or calls a person. Raise also NoteRequired.
    """
    action = Action.MARK_NOT_REFUNDED
    seen, note = decide(payment_id=payment_id, seen_at=seen_at, access=access, action=action, note=note, at=at)
    refund = _open_refund(payment_id)
    if refund is None:
        raise NotAllowedNow(action)
    return take(
        seen=seen,
        access=access,
        event=EVENT_OF_ACTION[action],
        action=action,
        note=note,
        at=at,
        audit={"refund": str(refund.stamp)},
        refund=refund_facts(refund),
        refund_state="failed",
        attention_reason="refund_not_done",
    )


def _open_refund(payment_id: int) -> Refund | None:
    return Refund.objects.filter(payment_id=payment_id, state__in=OPEN_REFUND_STATES).first()


def refund_to_mark(payment_id: int) -> Refund | None:
    """The open refund, else one that counted as failed and of which the provider says that it went out."""
    said = Refund.objects.filter(payment_id=payment_id, state="failed", said_paid_at__isnull=False).order_by("id")
    return _open_refund(payment_id) or said.first()
