"""Tell the library system that fees were paid, at most once, and find out what a lost answer meant.

The procedure, the same for every library system (facts: library-systems, §6): the patron's lock is taken by the state
'registering' (claim.sql); the account is read and compared; the attempt is committed before the one write; the answer
is one of four outcomes. An unknown outcome is reconciled by our marker, else by difference, and never resent blindly.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from torget.foundation.core.money import Money
from torget.payments.checkout.give_back import new_refund
from torget.payments.checkout.load import AttemptFacts, PaymentFacts
from torget.payments.checkout.move import move_payment
from torget.payments.checkout.reschedule import try_again_later
from torget.payments.core.checkout import Event
from torget.payments.core.ports import (
    FoundRegistration,
    LibrarySystem,
    LibrarySystemError,
    PatronNotFound,
    RegistrationLine,
    RegistrationOrder,
    RegistrationOutcome,
    RegistrationResult,
)
from torget.payments.core.registration import Difference, PlannedRegistration, judge_difference, plan_registration
from torget.payments.core.schedule import DIFFERENCE_PROVES, RECONCILIATION_TRIES_MAX, REGISTRATION_TRIES_MAX

Clock = Callable[[], datetime]


def marker(payment: PaymentFacts) -> str:
    return str(payment.token)


def _postpone(payment: PaymentFacts, at: datetime, why: str, attempt: dict[str, object] | None = None) -> None:
    """Surely nothing was booked: try again later, or hand over to a person after enough tries."""
    tries = payment.tries + 1
    facts: dict[str, Any] = {"attempt": attempt} if attempt else {}
    if tries > REGISTRATION_TRIES_MAX:
        _call_human(payment, at, "library_system_unavailable", why, attempt)
        return
    move_payment(
        payment=payment,
        event=Event.REGISTRATION_POSTPONED,
        at=at,
        actor="worker",
        detail={"why": why[:200]},
        tries=tries,
        **facts,
    )


def _call_human(
    payment: PaymentFacts, at: datetime, reason: str, why: str, attempt: dict[str, object] | None = None
) -> None:
    facts: dict[str, Any] = {"attempt": attempt} if attempt else {}
    move_payment(
        payment=payment,
        event=Event.NEEDS_HUMAN,
        at=at,
        actor="worker",
        detail={"why": why[:200]},
        attention_reason=reason,
        **facts,
    )


def _open_fees(payment: PaymentFacts, library: LibrarySystem) -> Mapping[str, Money]:
    return library.open_fees(patron_reference=payment.patron_reference, card_number=payment.card_number)


def _cents(open_fees: Mapping[str, Money]) -> dict[str, int]:
    return {reference: amount.cents for reference, amount in open_fees.items()}


def register_payment(*, payment: PaymentFacts, library: LibrarySystem, clock: Clock) -> None:
    """Take a payment in state 'registering' as far as it goes now."""
    last = payment.last_attempt
    if last is not None and not last.outcome:
        # A worker died between the order and its answer, so the order may have arrived.
        move_payment(
            payment=payment,
            event=Event.ANSWER_LOST,
            at=clock(),
            actor="worker",
            detail={"why": "the worker stopped before the answer"},
            attempt={"number": last.number, "outcome": RegistrationOutcome.UNKNOWN, "detail": "worker stopped"},
        )
        return
    try:
        if last is not None and library.capabilities.can_find_registration:
            found = library.find_registration(patron_reference=payment.patron_reference, marker=marker(payment))
            if found is not None:
                _finish_found(payment, library, last, found, clock)
                return
        open_now = _open_fees(payment, library)
        plan = plan_registration(
            [line.as_registration() for line in payment.lines],
            open_now,
            can_choose_fees=library.capabilities.can_choose_fees,
        )
        if plan.give_back and last is None and _finish_forgotten(payment, library, clock):
            return
    except PatronNotFound:
        _call_human(payment, clock(), "patron_not_found", "the library system does not know the patron any more")
        return
    except LibrarySystemError as error:
        _postpone(payment, clock(), str(error))
        return
    if not plan.book:
        _refuse(payment, clock(), "the fees are not open any more")
        return
    attempt = AttemptFacts(
        number=last.number + 1 if last else 1,
        outcome="",
        before=_cents(open_now),
        ordered={line.fee_reference: line.amount.cents for line in plan.book},
    )
    save_attempt(payment, attempt, clock())
    result = library.register(
        RegistrationOrder(
            marker=marker(payment),
            marker_number=payment.id,
            patron_reference=payment.patron_reference,
            card_number=payment.card_number,
            lines=plan.book,
        )
    )
    _apply_result(payment, plan, attempt, result, clock())


def _finish_forgotten(payment: PaymentFacts, library: LibrarySystem, clock: Clock) -> bool:
    """A fee that is not open may have been settled by an order of ours that a restored database has forgotten.

    Asked for before money goes back, and only then. Raise LibrarySystemError.
    """
    if not library.capabilities.can_find_registration:
        return False
    found = library.find_registration(patron_reference=payment.patron_reference, marker=marker(payment))
    if found is None:
        return False
    fees = {line.fee_reference: line.amount.cents for line in payment.lines}
    attempt = AttemptFacts(number=1, outcome="", before=fees, ordered=fees)
    save_attempt(payment, attempt, clock())
    _finish_found(payment, library, attempt, found, clock)
    return True


def save_attempt(payment: PaymentFacts, attempt: AttemptFacts, at: datetime) -> None:
    """Committed before the order goes out, so that nobody sends it again without looking."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO checkout_registrationattempt "
            "(payment_id, number, started_at, before, ordered, outcome, detail) "
            "VALUES (%s, %s, %s, %s::jsonb, %s::jsonb, '', '')",
            [payment.id, attempt.number, at, json.dumps(attempt.before), json.dumps(attempt.ordered)],
        )


def _apply_result(
    payment: PaymentFacts,
    plan: PlannedRegistration,
    attempt: AttemptFacts,
    result: RegistrationResult,
    at: datetime,
) -> None:
    row = {"number": attempt.number, "outcome": result.outcome, "detail": result.detail[:300]}
    if result.outcome is RegistrationOutcome.BOOKED:
        _booked(payment, plan.give_back, at, row, result.booking_reference)
    elif result.outcome is RegistrationOutcome.REFUSED:
        _refuse(payment, at, result.detail, row)
    elif result.outcome is RegistrationOutcome.NOT_SENT:
        _postpone(payment, at, result.detail, row)
    else:
        move_payment(
            payment=payment,
            event=Event.ANSWER_LOST,
            at=at,
            actor="worker",
            detail={"why": result.detail[:200]},
            attempt=row,
        )


def _booked(
    payment: PaymentFacts,
    give_back: tuple[RegistrationLine, ...],
    at: datetime,
    attempt: dict[str, object],
    booking_reference: str,
) -> None:
    references = {line.fee_reference for line in give_back}
    positions = frozenset(line.position for line in payment.lines if line.fee_reference in references)
    if not positions:
        move_payment(
            payment=payment,
            event=Event.BOOKED,
            at=at,
            actor="worker",
            attempt=attempt,
            booking_reference=booking_reference,
        )
        return
    move_payment(
        payment=payment,
        event=Event.BOOKED_IN_PART,
        at=at,
        actor="worker",
        given_back=positions,
        attempt=attempt,
        booking_reference=booking_reference,
        new_refund=new_refund(payment, positions, was_registered=False, reason="the fee was not open any more"),
    )


def _refuse(payment: PaymentFacts, at: datetime, why: str, attempt: dict[str, object] | None = None) -> None:
    positions = frozenset(line.position for line in payment.lines)
    facts: dict[str, Any] = {"attempt": attempt} if attempt else {}
    move_payment(
        payment=payment,
        event=Event.REFUSED,
        at=at,
        actor="worker",
        detail={"why": why[:200]},
        given_back=positions,
        new_refund=new_refund(payment, positions, was_registered=False, reason=why),
        **facts,
    )


def _unordered(payment: PaymentFacts, attempt: AttemptFacts) -> tuple[RegistrationLine, ...]:
    """Lines that the attempt did not order because their fees had gone; their money goes back."""
    return tuple(line.as_registration() for line in payment.lines if line.fee_reference not in attempt.ordered)


def _finish_found(
    payment: PaymentFacts, library: LibrarySystem, attempt: AttemptFacts, found: FoundRegistration, clock: Clock
) -> None:
    """The library system has our marker: the order did arrive. Raise LibrarySystemError.

    An answer was lost on the way, so it may also have stopped halfway: Koha books the money first and settles the fees
    in further steps. Money that lies as a credit while the fee stays open is for a person to sort out.
    """
    row: dict[str, object] = {"number": attempt.number, "outcome": "found", "detail": "found by our marker"}
    if found.amount.cents != sum(attempt.ordered.values()):
        _call_human(payment, clock(), "booked_another_amount", f"the library system has {found.amount}", row)
        return
    now = _cents(_open_fees(payment, library))
    unsettled = [fee for fee in attempt.ordered if now.get(fee, 0) >= attempt.before[fee]]
    if found.unapplied and not unsettled:
        # Somebody paid the fee at the desk meanwhile, so ours settled nothing.
        _call_human(payment, clock(), "booked_but_not_settled", f"{found.unapplied} lies as credit", row)
        return
    if unsettled:
        _call_human(payment, clock(), "booked_but_not_settled", f"{len(unsettled)} fees are still open", row)
        return
    _booked(payment, _unordered(payment, attempt), clock(), row, found.booking_reference)


def reconcile_payment(*, payment: PaymentFacts, library: LibrarySystem, clock: Clock) -> None:
    """Find out whether a lost order was booked; state 'uncertain', at least SETTLE_TIME after the order."""
    attempt = payment.last_attempt
    if attempt is None:
        _call_human(payment, clock(), "registration_unclear", "uncertain without an attempt")
        return
    try:
        if library.capabilities.can_find_registration:
            found = library.find_registration(patron_reference=payment.patron_reference, marker=marker(payment))
            if found is not None:
                _finish_found(payment, library, attempt, found, clock)
                return
            difference = Difference.UNBOOKED
        else:
            difference = judge_difference(
                [RegistrationLine(fee_reference=fee, amount=Money(cents)) for fee, cents in attempt.ordered.items()],
                attempt.before,
                _cents(_open_fees(payment, library)),
                can_choose_fees=library.capabilities.can_choose_fees,
            )
            if clock() - _ordered_at(payment) > DIFFERENCE_PROVES:
                difference = Difference.UNCLEAR
    except PatronNotFound:
        _call_human(payment, clock(), "patron_not_found", "the library system does not know the patron any more")
        return
    except LibrarySystemError as error:
        _wait_for_library(payment, clock(), str(error))
        return
    _apply_difference(payment, attempt, difference, clock())


def _ordered_at(payment: PaymentFacts) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(started_at) FROM checkout_registrationattempt WHERE payment_id = %s", [payment.id])
        ordered_at: datetime = cursor.fetchone()[0]
    return ordered_at


def _apply_difference(payment: PaymentFacts, attempt: AttemptFacts, difference: Difference, at: datetime) -> None:
    if difference is Difference.BOOKED:
        row: dict[str, object] = {"number": attempt.number, "outcome": "found", "detail": "found by difference"}
        _booked(payment, _unordered(payment, attempt), at, row, "")
    elif difference is Difference.UNCLEAR:
        _call_human(payment, at, "registration_unclear", "the account does not tell what became of the order")
    elif attempt.number >= REGISTRATION_TRIES_MAX:
        _call_human(payment, at, "registration_fails", f"{attempt.number} orders did not arrive")
    else:
        move_payment(
            payment=payment,
            event=Event.FOUND_UNBOOKED,
            at=at,
            actor="worker",
            detail={"attempt": attempt.number},
            attempt={"number": attempt.number, "outcome": "unbooked", "detail": "surely not in the library system"},
            tries=attempt.number,
        )


def _wait_for_library(payment: PaymentFacts, at: datetime, why: str) -> None:
    if payment.tries >= RECONCILIATION_TRIES_MAX:
        _call_human(payment, at, "library_system_unavailable", why)
        return
    try_again_later(payment=payment, at=at)
