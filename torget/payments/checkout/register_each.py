"""Tell a library system that takes one fee at a time (Mikromarc, FOLIO): a fee, an order, an answer; then the next.

Each order has an attempt of its own, committed before it is sent, so what became of each fee is known or found out by
itself. Between two fees the payment goes back to 'paid' and is claimed anew, so a worker never holds it for longer than
one order. It ends with every fee registered, or with the others on their way back to the patron; only what nobody can
know goes to a person, with the fees that surely stand marked as such.
"""

from torget.foundation.core.money import Money
from torget.payments.checkout.load import AttemptFacts, PaymentFacts
from torget.payments.checkout.move import move_payment
from torget.payments.checkout.register_steps import (
    Clock,
    answer_lost,
    call_human,
    conclude,
    found_unbooked,
    in_cents,
    marker,
    ordered_at,
    postpone,
    read_open_fees,
    save_attempt,
)
from torget.payments.core.checkout import Event
from torget.payments.core.ports import (
    LibrarySystem,
    RegistrationLine,
    RegistrationOrder,
    RegistrationOutcome,
    RegistrationResult,
)
from torget.payments.core.registration import Difference, judge_difference, plan_registration
from torget.payments.core.schedule import DIFFERENCE_PROVES, REGISTRATION_TRIES_MAX


def register_next_fee(*, payment: PaymentFacts, library: LibrarySystem, clock: Clock) -> None:
    """The next fee of a payment in state 'registering'. Raise LibrarySystemError or PatronNotFound."""
    booked = set(payment.booked_fees)
    if library.capabilities.can_find_registration:
        found = library.find_registration(patron_reference=payment.patron_reference, marker=marker(payment))
        for fee, amount in (found.fees or {}).items() if found else ():
            if not _is_of(payment, fee, amount):
                call_human(payment, clock(), "booked_another_amount", f"the library system has {amount} for a fee")
                return
            booked.add(fee)
    open_now = read_open_fees(payment, library)
    if _lies_half_done(payment, booked, in_cents(open_now)):
        call_human(payment, clock(), "booked_but_not_settled", "a fee is booked and still open")
        return
    left = [line.as_registration() for line in payment.card_lines if line.fee_reference not in booked]
    to_tell = [line for line in left if line.fee_reference not in payment.refused_fees]
    plan = plan_registration(to_tell, open_now, can_choose_fees=True)
    if not plan.book:
        conclude(payment, booked, clock(), why="the fees are not open any more")
        return
    line = plan.book[0]
    attempt = AttemptFacts(
        number=payment.attempts + 1,
        outcome="",
        before=in_cents(open_now),
        ordered={line.fee_reference: line.amount.cents},
    )
    save_attempt(payment, attempt, clock())
    result = library.register(
        RegistrationOrder(
            marker=marker(payment),
            marker_number=payment.id,
            patron_reference=payment.patron_reference,
            card_number=payment.card_number,
            lines=(line,),
        )
    )
    _apply(payment, attempt, result, booked, is_last=len(plan.book) == 1, clock=clock)


def _is_of(payment: PaymentFacts, fee: str, amount: Money) -> bool:
    return any(line.fee_reference == fee and line.amount == amount for line in payment.card_lines)


def _lies_half_done(payment: PaymentFacts, booked: set[str], open_now: dict[str, int]) -> bool:
    """FOLIO writes what was paid before it closes the fee, and may stop in between; then nothing more is sent."""
    last = payment.last_attempt
    return last is not None and any(
        fee in booked and open_now.get(fee, 0) >= last.before.get(fee, 0) > 0 for fee in last.ordered
    )


def _apply(
    payment: PaymentFacts,
    attempt: AttemptFacts,
    result: RegistrationResult,
    booked: set[str],
    *,
    is_last: bool,
    clock: Clock,
) -> None:
    row: dict[str, object] = {"number": attempt.number, "outcome": result.outcome, "detail": result.detail[:300]}
    if result.outcome is RegistrationOutcome.NOT_SENT:
        postpone(payment, clock(), result.detail, row)
    elif result.outcome is RegistrationOutcome.UNKNOWN:
        answer_lost(payment, clock(), result.detail, row)
    else:
        if result.outcome is RegistrationOutcome.BOOKED:
            booked = booked | set(attempt.ordered)
        _go_on(payment, row, booked, is_last=is_last, clock=clock, reference=result.booking_reference)


def _go_on(
    payment: PaymentFacts,
    row: dict[str, object],
    booked: set[str],
    *,
    is_last: bool,
    clock: Clock,
    reference: str = "",
) -> None:
    if is_last:
        conclude(payment, booked, clock(), why=str(row["detail"]), attempt=row, booking_reference=reference)
        return
    move_payment(
        payment=payment,
        event=Event.ONE_FEE_TOLD,
        at=clock(),
        actor="worker",
        detail={"fees": len(booked), "of": len(payment.card_lines)},
        attempt=row,
    )


def reconcile_fee(*, payment: PaymentFacts, attempt: AttemptFacts, library: LibrarySystem, clock: Clock) -> None:
    """Find out what became of the fee whose answer was lost. Raise LibrarySystemError or PatronNotFound."""
    open_now = in_cents(read_open_fees(payment, library))
    difference = _judge(payment, attempt, library, open_now, clock)
    if difference is Difference.BOOKED:
        booked = payment.booked_fees | set(attempt.ordered)
        row: dict[str, object] = {"number": attempt.number, "outcome": "booked", "detail": "found out later"}
        is_last = all(line.fee_reference in booked | payment.refused_fees for line in payment.card_lines)
        _go_on(payment, row, set(booked), is_last=is_last, clock=clock)
    elif difference is Difference.UNCLEAR:
        call_human(payment, clock(), "registration_unclear", "the account does not tell what became of a fee")
    elif payment.card_attempts - len(payment.booked_fees | payment.refused_fees) >= REGISTRATION_TRIES_MAX:
        call_human(payment, clock(), "registration_fails", f"{payment.card_attempts} orders did not arrive")
    else:
        found_unbooked(payment, attempt, clock(), tries=1)


def _judge(
    payment: PaymentFacts, attempt: AttemptFacts, library: LibrarySystem, open_now: dict[str, int], clock: Clock
) -> Difference:
    """By our marker where it can be asked for, and the fee must have fallen too; else by the difference alone."""
    ordered = [RegistrationLine(fee_reference=fee, amount=Money(cents)) for fee, cents in attempt.ordered.items()]
    if not library.capabilities.can_find_registration:
        if clock() - ordered_at(payment, attempt) > DIFFERENCE_PROVES:
            return Difference.UNCLEAR
        return judge_difference(ordered, attempt.before, open_now, can_choose_fees=True)
    found = library.find_registration(patron_reference=payment.patron_reference, marker=marker(payment))
    amounts = found.fees or {} if found else {}
    marked = [amounts.get(line.fee_reference) == line.amount for line in ordered]
    if all(marked):
        is_open = any(open_now.get(fee, 0) >= attempt.before.get(fee, 0) for fee in attempt.ordered)
        return Difference.UNCLEAR if is_open else Difference.BOOKED
    none_marked = not any(line.fee_reference in amounts for line in ordered)
    return Difference.UNBOOKED if none_marked else Difference.UNCLEAR
