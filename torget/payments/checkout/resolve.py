"""What staff does about a payment. Each use case checks the right and the safety, takes one step, and is audited.

Who calls says which payment they saw by its `changed_at`; if it went on meanwhile, nothing is done. The row is locked
while the step is taken, so two employees who press at once cannot both succeed; no outside call happens under the lock.
Approval of a large refund by a second person belongs between `_decide` and `_take` when it comes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from torget.foundation.audit.models import AuditEntry
from torget.foundation.audit.record import record
from torget.foundation.people.access import Access
from torget.payments.checkout.give_back import new_refund
from torget.payments.checkout.load import LineFacts, PaymentFacts, load_payment
from torget.payments.checkout.models import Payment, Refund
from torget.payments.checkout.move import move_payment
from torget.payments.core.checkout import State
from torget.payments.core.ports import LibrarySystemError
from torget.payments.core.resolving import (
    EVENT_OF_ACTION,
    OPEN_REFUND_STATES,
    Action,
    LinesNotRefundable,
    LineStanding,
    RefundStanding,
    Standing,
    allowed_actions,
    lines_left,
    refund_was_registered,
)
from torget.payments.fees.library_systems import library_system

_UNSURE_OUTCOMES = frozenset({"unknown", "found"})

CORRECTED = "correct library system"
"""The audit action by which a person says that a refund stands in the library system too."""


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


def look_at(payment_id: int) -> Seen:
    """The payment with all that decides what may be done. Raise NoSuchPayment."""
    payment = load_payment(payment_id)
    last_outcome = payment.last_attempt.outcome if payment.last_attempt else ""
    refunds = Refund.objects.filter(payment_id=payment_id).order_by("id")
    return Seen(
        payment=payment,
        standing=Standing(
            state=payment.state,
            is_paid=Payment.objects.filter(id=payment_id, paid_at__isnull=False).exists(),
            lines=tuple(
                LineStanding(position=line.position, amount=line.amount, is_booked=line.outcome == "booked")
                for line in payment.lines
            ),
            refunds=tuple(
                RefundStanding(state=row.state, cents={int(place): cents for place, cents in row.lines.items()})
                for row in refunds
            ),
            last_outcome=last_outcome,
            can_find_registration=_can_find_registration(payment, last_outcome),
        ),
    )


def refundable_lines(seen: Seen, access: Access) -> frozenset[int]:
    """Lines this employee may refund: all, if the payment is their municipality's matter, else those it is payee of."""
    owns = access.may_refund(seen.payment.municipality_id)
    return frozenset(
        position for position in lines_left(seen.standing) if owns or access.may_refund(seen.line(position).payee_id)
    )


def actions_for(seen: Seen, access: Access) -> frozenset[Action]:
    """What this employee may do now: safe and within their roles."""
    rights = {
        Action.RETRY: access.may_resolve(seen.payment.municipality_id),
        Action.MARK_REGISTERED: access.may_resolve(seen.payment.municipality_id),
        Action.REFUND: bool(refundable_lines(seen, access)),
        Action.MARK_REFUNDED: access.may_refund(seen.payment.municipality_id),
    }
    return frozenset(action for action in allowed_actions(seen.standing) if rights[action])


def _refuse(seen: Seen, access: Access, action: Action, at: datetime) -> None:
    record(
        at=at,
        actor=access.actor,
        action=f"{action.replace('_', ' ')} refused",
        subject=f"payment:{seen.payment.id}",
        municipality_id=seen.payment.municipality_id,
    )
    raise MayNotAct(action)


def _decide(
    *, payment_id: int, seen_at: datetime, access: Access, action: Action, note: str, at: datetime
) -> tuple[Seen, str]:
    """The payment as seen, and the note; raise if the action may not be taken."""
    seen = look_at(payment_id)
    owner = seen.payment.municipality_id
    is_refund = action is Action.REFUND
    reaches = (
        any(
            access.may_refund(municipality) for municipality in (owner, *(line.payee_id for line in seen.payment.lines))
        )
        if is_refund
        else access.may_refund(owner)
        if action is Action.MARK_REFUNDED
        else access.may_resolve(owner)
    )
    if not reaches:
        _refuse(seen, access, action, at)
    note = note.strip()
    if not note and action is not Action.RETRY:
        raise NoteRequired
    if seen.payment.changed_at != seen_at:
        raise SomebodyWasFaster
    if action not in allowed_actions(seen.standing):
        raise NotAllowedNow(action)
    return seen, note


def _take(
    *, seen: Seen, access: Access, action: Action, note: str, at: datetime, audit: dict[str, Any], **facts: Any
) -> State:
    """The step and its audit entry, in one commit."""
    payment = seen.payment
    with transaction.atomic():
        now = Payment.objects.select_for_update().only("changed_at").get(id=payment.id)
        if now.changed_at != payment.changed_at:
            raise SomebodyWasFaster
        state = move_payment(
            payment=payment,
            event=EVENT_OF_ACTION[action],
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
    return state


def retry_registration(*, payment_id: int, seen_at: datetime, access: Access, note: str, at: datetime) -> State:
    """Let the worker tell the library system again. Raise MayNotAct, NotAllowedNow or SomebodyWasFaster."""
    seen, note = _decide(payment_id=payment_id, seen_at=seen_at, access=access, action=Action.RETRY, note=note, at=at)
    return _take(seen=seen, access=access, action=Action.RETRY, note=note, at=at, audit={})


def mark_registered(*, payment_id: int, seen_at: datetime, access: Access, note: str, at: datetime) -> State:
    """A person vouches that the library system has it. Raise also NoteRequired."""
    action = Action.MARK_REGISTERED
    seen, note = _decide(payment_id=payment_id, seen_at=seen_at, access=access, action=action, note=note, at=at)
    return _take(seen=seen, access=access, action=action, note=note, at=at, audit={})


def _refund_row(seen: Seen, positions: frozenset[int], note: str) -> dict[str, Any]:
    was_registered = refund_was_registered(seen.standing, positions)
    return new_refund(seen.payment, positions, was_registered=was_registered, reason=note)


def refund_payment(
    *,
    payment_id: int,
    seen_at: datetime,
    access: Access,
    reason: str,
    at: datetime,
    positions: frozenset[int] | None = None,
) -> State:
    """Decide that money goes back: these lines, or all that this employee may refund. The worker asks the provider.

    Raise also NoteRequired, LinesNotRefundable or LinesDiffer. When the fee stood in the library system, it stays
    marked as paid there; the audit entry says so and the work list shows it until a person has corrected it.
    """
    action = Action.REFUND
    seen, reason = _decide(payment_id=payment_id, seen_at=seen_at, access=access, action=action, note=reason, at=at)
    may = refundable_lines(seen, access)
    positions = may if positions is None else positions
    if not positions <= may:
        if positions <= lines_left(seen.standing):
            _refuse(seen, access, action, at)
        raise LinesNotRefundable
    row = _refund_row(seen, positions, reason)
    audit = {"refund": row["stamp"], "cents": row["amount_cents"], "lines": sorted(positions)}
    if row["was_registered"]:
        audit["hint"] = "the fee is still marked paid in the library system"
    elif seen.may_be_in_library_system:
        audit["hint"] = "the library system may hold the payment"
    return _take(seen=seen, access=access, action=action, note=reason, at=at, audit=audit, new_refund=row)


def mark_refunded(
    *,
    payment_id: int,
    seen_at: datetime,
    access: Access,
    note: str,
    at: datetime,
    positions: frozenset[int] | None = None,
) -> State:
    """A person vouches that money went back by another way: the open refund's, else these lines' (or all that is left).

    Raise also NoteRequired, LinesNotRefundable or LinesDiffer.
    """
    action = Action.MARK_REFUNDED
    seen, note = _decide(payment_id=payment_id, seen_at=seen_at, access=access, action=action, note=note, at=at)
    facts: dict[str, Any]
    open_refund = Refund.objects.filter(payment_id=payment_id, state__in=OPEN_REFUND_STATES).first()
    if open_refund is not None:
        row = {
            "stamp": str(open_refund.stamp),
            "lines": open_refund.lines,
            "was_registered": open_refund.was_registered,
        }
        facts = {"refund": row}
    else:
        row = _refund_row(seen, lines_left(seen.standing) if positions is None else positions, note)
        facts = {"refund": row, "new_refund": row}
    return _take(
        seen=seen,
        access=access,
        action=action,
        note=note,
        at=at,
        audit={"refund": row["stamp"]},
        refund_state="refunded",
        **facts,
    )


def note_corrected(*, refund_id: int, access: Access, note: str, at: datetime) -> None:
    """A person took a refunded fee's payment out of the library system. Raise MayNotAct or NoteRequired.

    Doubling it does no harm: it only adds a second entry.
    """
    refund = Refund.objects.select_related("payment").get(id=refund_id)
    owner = refund.payment.municipality_id
    may = access.may_resolve(owner)
    if not may:
        record(
            at=at,
            actor=access.actor,
            action=f"{CORRECTED} refused",
            subject=f"refund:{refund_id}",
            municipality_id=owner,
        )
        raise MayNotAct(CORRECTED)
    if not note.strip():
        raise NoteRequired
    record(
        at=at,
        actor=access.actor,
        action=CORRECTED,
        subject=f"refund:{refund_id}",
        municipality_id=owner,
        why=note.strip()[:500],
        detail={"payment": refund.payment_id},
    )


def is_corrected(refund_id: int) -> bool:
    return AuditEntry.objects.filter(subject=f"refund:{refund_id}", action=CORRECTED).exists()
