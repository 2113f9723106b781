"""Charge a fee again in the library system after its money went back: at most once, or by a person at the desk.

The procedure is the one of register.py on a smaller scale: the attempt is committed before the one write, the answer is
one of four outcomes, and a lost answer is looked up by our marker and never resent blindly. A system that cannot do it,
or does not in time, leaves it to the desk with the reason.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from torget.foundation.audit.record import record
from torget.foundation.core.money import Money
from torget.foundation.people.access import Access
from torget.payments.checkout.resolve import MayNotAct, NotAllowedNow, NoteRequired, SomebodyWasFaster
from torget.payments.checkout.reversal_model import Reversal, ReversalAttempt
from torget.payments.core.giving_back import ReversalOrder
from torget.payments.core.ports import (
    LibrarySystem,
    LibrarySystemError,
    RegistrationOutcome,
    RegistrationResult,
)
from torget.payments.core.schedule import LEASE, REVERSAL_TRIES_MAX, SETTLE_TIME, retry_delay
from torget.payments.fees.library_systems import library_system

Clock = Callable[[], datetime]

DONE_ACTION = "raise fee again"
"""The audit action by which a person says that the fee is open again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalFacts:
    """A reversal as a worker claimed it (sql/reversal.sql)."""

    id: int
    marker: str
    state: str
    tries: int
    amount: int
    attempts: int
    in_doubt: bool
    """The answer to some attempt is not known."""
    fee_reference: str
    library_system: str
    patron_reference: str
    card_number: str

    @property
    def order(self) -> ReversalOrder:
        return ReversalOrder(
            marker=self.marker,
            patron_reference=self.patron_reference,
            card_number=self.card_number,
            fee_reference=self.fee_reference,
            amount=Money(self.amount),
        )


def claim_reversal(now: datetime) -> ReversalFacts | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reversal_claim(%s, %s::interval)", [now, f"{LEASE.total_seconds()} seconds"])
        claimed = cursor.fetchone()[0]
    return None if claimed is None else ReversalFacts(**json.loads(claimed))


def reverse_one(reversal: ReversalFacts, clock: Clock) -> None:
    """Take a claimed reversal as far as it goes now."""
    library = library_system(reversal.library_system)
    try:
        if not library.capabilities.can_reverse:
            _to_desk(reversal, "cannot_reverse", clock())
            return
        if reversal.attempts:
            # Some order may have arrived; its outcome is what the library system has, whatever we heard of it.
            found = library.find_reversal(patron_reference=reversal.patron_reference, marker=reversal.marker)
            if found is not None:
                if found.amount.cents == reversal.amount:
                    _booked(reversal, "found", "found by our marker", found.booking_reference, clock())
                else:
                    _to_desk(reversal, "another_amount", clock(), "found", f"the library system has {found.amount}")
                return
    except LibrarySystemError as error:
        _wait(reversal, clock(), str(error))
        return
    if reversal.state == "uncertain":
        # Surely not there, and long enough after the order: another one cannot be a second.
        _again(reversal, clock(), "unbooked", "surely not in the library system")
        return
    _send(reversal, library, clock)


def _send(reversal: ReversalFacts, library: LibrarySystem, clock: Clock) -> None:
    ReversalAttempt.objects.create(
        reversal_id=reversal.id, number=reversal.attempts + 1, started_at=clock(), outcome="", detail=""
    )
    result: RegistrationResult = library.reverse(reversal.order)
    at = clock()
    if result.outcome is RegistrationOutcome.BOOKED:
        _booked(reversal, result.outcome, result.detail, result.booking_reference, at)
    elif result.outcome is RegistrationOutcome.REFUSED:
        _to_desk(reversal, "refused", at, result.outcome, result.detail)
    elif result.outcome is RegistrationOutcome.NOT_SENT:
        _again(reversal, at, result.outcome, result.detail)
    else:
        _step(reversal, at, result.outcome, result.detail, state="uncertain", next_at=at + SETTLE_TIME)


def _step(reversal: ReversalFacts, at: datetime, outcome: str, detail: str, **columns: Any) -> bool:
    """The guarded update with what became of the last attempt, in one commit; False if somebody was faster."""
    with transaction.atomic():
        moved = Reversal.objects.filter(id=reversal.id, state=reversal.state).update(changed_at=at, **columns)
        if moved and outcome:
            last = ReversalAttempt.objects.filter(reversal_id=reversal.id).order_by("-number").first()
            if last is not None:
                last.outcome, last.detail, last.finished_at = outcome, detail[:300], at
                last.save(update_fields=["outcome", "detail", "finished_at"])
    return bool(moved)


def _booked(reversal: ReversalFacts, outcome: str, detail: str, booking_reference: str, at: datetime) -> None:
    _step(reversal, at, outcome, detail, state="booked", next_at=None, booking_reference=booking_reference[:100])


def _to_desk(reversal: ReversalFacts, reason: str, at: datetime, outcome: str = "", detail: str = "") -> None:
    _step(reversal, at, outcome, detail, state="desk", next_at=None, desk_reason=reason)


def _again(reversal: ReversalFacts, at: datetime, outcome: str, detail: str) -> None:
    tries = reversal.tries + 1
    if tries > REVERSAL_TRIES_MAX:
        _to_desk(reversal, "does_not_take_it", at, outcome, detail)
        return
    _step(reversal, at, outcome, detail, state="due", next_at=at + retry_delay(tries), tries=tries)


def _wait(reversal: ReversalFacts, at: datetime, why: str) -> None:
    """The library system cannot be asked now. Nothing was sent, and what was sent before stays in doubt."""
    tries = reversal.tries + 1
    if tries > REVERSAL_TRIES_MAX:
        reason = "unclear" if reversal.in_doubt else "does_not_take_it"
        _to_desk(reversal, reason, at, detail=why)
        return
    state = "uncertain" if reversal.state == "uncertain" else "due"
    _step(reversal, at, "", why, state=state, next_at=at + retry_delay(tries), tries=tries)


def _desk_item(reversal_id: int, access: Access, action: str, at: datetime) -> Reversal:
    found = Reversal.objects.select_related("refund__payment").get(id=reversal_id)
    payment = found.refund.payment
    if not access.may_resolve(payment.municipality_id):
        record(
            at=at,
            actor=access.actor,
            action=f"{action} refused",
            subject=f"payment:{payment.id}",
            municipality_id=payment.municipality_id,
        )
        raise MayNotAct(action)
    if found.state != "desk":
        raise SomebodyWasFaster
    return found


def _take_item(found: Reversal, access: Access, action: str, note: str, at: datetime, **columns: Any) -> None:
    payment = found.refund.payment
    with transaction.atomic():
        if not Reversal.objects.filter(id=found.id, state="desk").update(changed_at=at, **columns):
            raise SomebodyWasFaster
        record(
            at=at,
            actor=access.actor,
            action=action,
            subject=f"payment:{payment.id}",
            municipality_id=payment.municipality_id,
            why=note[:500],
            detail={"reversal": found.id, "cents": found.amount_cents, "reason": found.desk_reason},
        )


def note_raised(*, reversal_id: int, access: Access, note: str, at: datetime) -> None:
    """A person charged the fee again at the desk. Raise MayNotAct, NoteRequired or SomebodyWasFaster."""
    if not note.strip():
        raise NoteRequired
    found = _desk_item(reversal_id, access, DONE_ACTION, at)
    columns = {"state": "done", "done_by": access.actor, "done_note": note.strip()[:500]}
    _take_item(found, access, DONE_ACTION, note.strip(), at, **columns)


def try_by_itself_again(*, reversal_id: int, access: Access, at: datetime) -> None:
    """Let the worker try again; it asks first what the library system has.

    Raise MayNotAct, NotAllowedNow or SomebodyWasFaster.
    """
    action = "retry raising fee"
    found = _desk_item(reversal_id, access, action, at)
    if not may_try_again(found):
        raise NotAllowedNow(action)
    _take_item(found, access, action, "", at, state="due", next_at=at, tries=0, desk_reason="")


def may_try_again(reversal: Reversal) -> bool:
    """Only where time may have mended it."""
    return reversal.state == "desk" and reversal.desk_reason in ("does_not_take_it", "unclear")
