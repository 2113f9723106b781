"""Tell the library system that fees were paid, at most once, and find out what a lost answer meant.

The procedure, the same for every library system (facts: library-systems, §6): the patron's lock is taken by the state
'registering' (claim.sql); the account is read and compared; the attempt is committed before the one write; the answer
is one of four outcomes. An unknown outcome is reconciled by our marker, else by difference, and never resent blindly.
Where a system is told of one fee at a time, register_each.py does the same with every fee. A payment of several cards
is told card by card: each claim is about one of them, and what became of its fees is kept before the next one's turn.
A card that cannot be told now is set aside, and the others go on.
"""

from datetime import datetime

from torget.foundation.core.money import Money
from torget.payments.checkout.load import AttemptFacts, PaymentFacts
from torget.payments.checkout.register_each import reconcile_fee, register_next_fee
from torget.payments.checkout.register_steps import (
    Clock,
    answer_lost,
    call_human,
    conclude_booked,
    found_unbooked,
    in_cents,
    marker,
    ordered_at,
    postpone,
    read_open_fees,
    refuse,
    save_attempt,
    wait_for_library,
)
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
from torget.payments.core.schedule import DIFFERENCE_PROVES, REGISTRATION_TRIES_MAX


def register_payment(*, payment: PaymentFacts, library: LibrarySystem, clock: Clock) -> None:
    """Take a payment in state 'registering' as far as it goes now."""
    last = payment.last_attempt
    if last is not None and not last.outcome:
        # A worker died between the order and its answer, so the order may have arrived.
        row: dict[str, object] = {
            "number": last.number,
            "outcome": RegistrationOutcome.UNKNOWN,
            "detail": "worker stopped",
        }
        answer_lost(payment, clock(), "the worker stopped before the answer", row)
        return
    if last is not None and last.outcome == RegistrationOutcome.UNKNOWN:
        # Its card was set aside meanwhile, or a person had it tried again.
        reconcile_payment(payment=payment, library=library, clock=clock)
        return
    try:
        if library.capabilities.books_each_fee:
            register_next_fee(payment=payment, library=library, clock=clock)
        else:
            _register_all(payment, library, clock)
    except PatronNotFound:
        call_human(payment, clock(), "patron_not_found", "the library system does not know the patron any more")
    except LibrarySystemError as error:
        postpone(payment, clock(), str(error))


def _register_all(payment: PaymentFacts, library: LibrarySystem, clock: Clock) -> None:
    """Every fee of the card in one order. Raise LibrarySystemError."""
    last = payment.last_attempt
    if last is not None and library.capabilities.can_find_registration:
        found = library.find_registration(patron_reference=payment.patron_reference, marker=marker(payment))
        if found is not None:
            _finish_found(payment, library, last, found, clock)
            return
    open_now = read_open_fees(payment, library)
    plan = plan_registration(
        [line.as_registration() for line in payment.card_lines],
        open_now,
        can_choose_fees=library.capabilities.can_choose_fees,
    )
    if plan.give_back and last is None and _finish_forgotten(payment, library, clock):
        return
    if not plan.book:
        refuse(payment, clock(), "the fees are not open any more")
        return
    attempt = AttemptFacts(
        number=payment.attempts + 1,
        outcome="",
        before=in_cents(open_now),
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
    fees = {line.fee_reference: line.amount.cents for line in payment.card_lines}
    attempt = AttemptFacts(number=payment.attempts + 1, outcome="", before=fees, ordered=fees)
    save_attempt(payment, attempt, clock())
    _finish_found(payment, library, attempt, found, clock)
    return True


def _apply_result(
    payment: PaymentFacts,
    plan: PlannedRegistration,
    attempt: AttemptFacts,
    result: RegistrationResult,
    at: datetime,
) -> None:
    row = {"number": attempt.number, "outcome": result.outcome, "detail": result.detail[:300]}
    if result.outcome is RegistrationOutcome.BOOKED:
        conclude_booked(payment, plan.give_back, at, row, result.booking_reference)
    elif result.outcome is RegistrationOutcome.REFUSED:
        refuse(payment, at, result.detail, row)
    elif result.outcome is RegistrationOutcome.NOT_SENT:
        postpone(payment, at, result.detail, row)
    else:
        answer_lost(payment, at, result.detail, row)


def _unordered(payment: PaymentFacts, attempt: AttemptFacts) -> tuple[RegistrationLine, ...]:
    """Lines that the attempt did not order because their fees had gone; their money goes back."""
    return tuple(line.as_registration() for line in payment.card_lines if line.fee_reference not in attempt.ordered)


def _finish_found(
    payment: PaymentFacts, library: LibrarySystem, attempt: AttemptFacts, found: FoundRegistration, clock: Clock
) -> None:
    """The library system has our marker: the order did arrive. Raise LibrarySystemError.

    An answer was lost on the way, so it may also have stopped halfway: Koha books the money first and settles the fees
    in further steps. Money that lies as a credit while the fee stays open is for a person to sort out.
    """
    row: dict[str, object] = {"number": attempt.number, "outcome": "found", "detail": "found by our marker"}
    if found.amount.cents != sum(attempt.ordered.values()):
        call_human(payment, clock(), "booked_another_amount", f"the library system has {found.amount}", row)
        return
    now = in_cents(read_open_fees(payment, library))
    unsettled = [fee for fee in attempt.ordered if now.get(fee, 0) >= attempt.before[fee]]
    if found.unapplied and not unsettled:
        # Somebody paid the fee at the desk meanwhile, so ours settled nothing.
        call_human(payment, clock(), "booked_but_not_settled", f"{found.unapplied} lies as credit", row)
        return
    if unsettled:
        call_human(payment, clock(), "booked_but_not_settled", f"{len(unsettled)} fees are still open", row)
        return
    conclude_booked(payment, _unordered(payment, attempt), clock(), row, found.booking_reference)


def reconcile_payment(*, payment: PaymentFacts, library: LibrarySystem, clock: Clock) -> None:
    """Find out whether a lost order was booked, at least SETTLE_TIME after it."""
    attempt = payment.last_attempt
    if attempt is None:
        call_human(payment, clock(), "registration_unclear", "uncertain without an attempt")
        return
    try:
        if library.capabilities.books_each_fee:
            reconcile_fee(payment=payment, attempt=attempt, library=library, clock=clock)
            return
        if library.capabilities.can_find_registration:
            found = library.find_registration(patron_reference=payment.patron_reference, marker=marker(payment))
            if found is not None:
                _finish_found(payment, library, attempt, found, clock)
                return
            difference = Difference.UNBOOKED
        else:
            account = library.account(patron_reference=payment.patron_reference, card_number=payment.card_number)
            difference = judge_difference(
                [RegistrationLine(fee_reference=fee, amount=Money(cents)) for fee, cents in attempt.ordered.items()],
                attempt.before,
                {fee.reference: fee.outstanding.cents for fee in account.fees},
                can_choose_fees=library.capabilities.can_choose_fees,
                credit=account.credit,
            )
            if clock() - ordered_at(payment, attempt) > DIFFERENCE_PROVES:
                difference = Difference.UNCLEAR
    except PatronNotFound:
        call_human(payment, clock(), "patron_not_found", "the library system does not know the patron any more")
        return
    except LibrarySystemError as error:
        wait_for_library(payment, clock(), str(error))
        return
    _apply_difference(payment, attempt, difference, clock())


def _apply_difference(payment: PaymentFacts, attempt: AttemptFacts, difference: Difference, at: datetime) -> None:
    if difference is Difference.BOOKED:
        row: dict[str, object] = {"number": attempt.number, "outcome": "found", "detail": "found by difference"}
        conclude_booked(payment, _unordered(payment, attempt), at, row, "")
    elif difference is Difference.UNCLEAR:
        call_human(payment, at, "registration_unclear", "the account does not tell what became of the order")
    elif payment.card_attempts >= REGISTRATION_TRIES_MAX:
        call_human(payment, at, "registration_fails", f"{payment.card_attempts} orders did not arrive")
    else:
        found_unbooked(payment, attempt, at, tries=payment.card_attempts)
