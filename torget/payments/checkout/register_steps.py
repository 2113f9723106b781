"""The steps of telling a library system, which both procedures take: register.py and register_each.py."""

import json
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from django.db import connection

from torget.foundation.core.money import Money
from torget.payments.checkout.give_back import new_refund
from torget.payments.checkout.load import AttemptFacts, PaymentFacts
from torget.payments.checkout.move import move_payment
from torget.payments.checkout.reschedule import try_again_later
from torget.payments.core.checkout import Event
from torget.payments.core.ports import LibrarySystem, RegistrationLine
from torget.payments.core.schedule import RECONCILIATION_TRIES_MAX, REGISTRATION_TRIES_MAX

Clock = Callable[[], datetime]


def marker(payment: PaymentFacts) -> str:
    return str(payment.token)


def postpone(payment: PaymentFacts, at: datetime, why: str, attempt: dict[str, object] | None = None) -> None:
    """Surely nothing was booked: try again later, or hand over to a person after enough tries."""
    tries = payment.tries + 1
    facts: dict[str, Any] = {"attempt": attempt} if attempt else {}
    if tries > REGISTRATION_TRIES_MAX:
        call_human(payment, at, "library_system_unavailable", why, attempt)
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


def call_human(
    payment: PaymentFacts, at: datetime, reason: str, why: str, attempt: dict[str, object] | None = None
) -> None:
    facts: dict[str, Any] = {"attempt": attempt} if attempt else {}
    move_payment(
        payment=payment,
        event=Event.NEEDS_HUMAN,
        at=at,
        actor="worker",
        booked=frozenset(line.position for line in payment.card_lines if line.fee_reference in payment.booked_fees),
        detail={"why": why[:200]},
        attention_reason=reason,
        **facts,
    )


def read_open_fees(payment: PaymentFacts, library: LibrarySystem) -> Mapping[str, Money]:
    return library.open_fees(patron_reference=payment.patron_reference, card_number=payment.card_number)


def in_cents(open_fees: Mapping[str, Money]) -> dict[str, int]:
    return {reference: amount.cents for reference, amount in open_fees.items()}


def save_attempt(payment: PaymentFacts, attempt: AttemptFacts, at: datetime) -> None:
    """Committed before the order goes out, so that nobody sends it again without looking."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO checkout_registrationattempt "
            "(payment_id, number, library_system, patron_reference, started_at, before, ordered, outcome, detail) "
            "VALUES (%s, %s, %s, %s, %s, %s::jsonb, %s::jsonb, '', '')",
            [
                *(payment.id, attempt.number, payment.library_system, payment.patron_reference, at),
                *(json.dumps(attempt.before), json.dumps(attempt.ordered)),
            ],
        )


def conclude_booked(
    payment: PaymentFacts,
    give_back: tuple[RegistrationLine, ...],
    at: datetime,
    attempt: dict[str, object] | None,
    booking_reference: str,
) -> None:
    gone = {line.fee_reference for line in give_back}
    booked = {line.fee_reference for line in payment.card_lines if line.fee_reference not in gone}
    conclude(
        payment, booked, at, why="the fee was not open any more", attempt=attempt, booking_reference=booking_reference
    )


def refuse(payment: PaymentFacts, at: datetime, why: str, attempt: dict[str, object] | None = None) -> None:
    conclude(payment, set(), at, why=why, attempt=attempt)


def ordered_at(payment: PaymentFacts) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(started_at) FROM checkout_registrationattempt WHERE payment_id = %s", [payment.id])
        found: datetime = cursor.fetchone()[0]
    return found


def wait_for_library(payment: PaymentFacts, at: datetime, why: str) -> None:
    if payment.tries >= RECONCILIATION_TRIES_MAX:
        call_human(payment, at, "library_system_unavailable", why)
        return
    try_again_later(payment=payment, at=at)


def conclude(
    payment: PaymentFacts,
    booked: AbstractSet[str],
    at: datetime,
    *,
    why: str,
    attempt: dict[str, object] | None = None,
    booking_reference: str = "",
) -> None:
    """All fees of the card were told or can be told no more: what is not booked goes back to the payer.

    While another card's fees are untold, it is only kept which these are; the money of all goes back in one refund.
    """
    facts: dict[str, Any] = {"attempt": attempt} if attempt else {}
    if booking_reference:
        facts["booking_reference"] = booking_reference
    given_back = frozenset(line.position for line in payment.card_lines if line.fee_reference not in booked)
    if any(not line.outcome for line in payment.other_lines):
        move_payment(
            payment=payment,
            event=Event.ONE_CARD_TOLD,
            at=at,
            actor="worker",
            given_back=given_back,
            booked=frozenset(line.position for line in payment.card_lines) - given_back,
            detail={"why": why[:200]} if given_back else {},
            **facts,
        )
        return
    given_back |= {line.position for line in payment.other_lines if line.outcome == "give_back"}
    event = Event.BOOKED_IN_PART if given_back else Event.BOOKED
    if len(given_back) == len(payment.lines):
        event = Event.REFUSED
    if given_back:
        facts["new_refund"] = new_refund(payment, given_back, was_registered=False, reason=why)
    move_payment(
        payment=payment,
        event=event,
        at=at,
        actor="worker",
        given_back=given_back,
        detail={"why": why[:200]} if event is Event.REFUSED else {},
        **facts,
    )
