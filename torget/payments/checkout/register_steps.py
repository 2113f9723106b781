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
from torget.payments.checkout.models import PaymentLine, RegistrationAttempt
from torget.payments.checkout.move import move_payment
from torget.payments.checkout.reschedule import try_again_later
from torget.payments.core.checkout import Event
from torget.payments.core.ports import LibrarySystem, RegistrationLine
from torget.payments.core.schedule import (
    RECONCILIATION_TRIES_MAX,
    REGISTRATION_TRIES_MAX,
    SETTLE_TIME,
    retry_delay,
)

Clock = Callable[[], datetime]


def marker(payment: PaymentFacts) -> str:
    return str(payment.token)


def postpone(payment: PaymentFacts, at: datetime, why: str, attempt: dict[str, object] | None = None) -> None:
    """Surely nothing was booked: try again later, or hand over to a person after enough tries."""
    tries = payment.tries + 1
    if tries > REGISTRATION_TRIES_MAX:
        call_human(payment, at, "library_system_unavailable", why, attempt)
    else:
        _stop_for_now(payment, Event.REGISTRATION_POSTPONED, at, why, attempt, tries=tries)


def answer_lost(payment: PaymentFacts, at: datetime, why: str, attempt: dict[str, object]) -> None:
    """Nobody knows whether the order arrived: it is found out once the library system has settled."""
    _stop_for_now(payment, Event.ANSWER_LOST, at, why, attempt, until=at + SETTLE_TIME)


def found_unbooked(payment: PaymentFacts, attempt: AttemptFacts, at: datetime, *, tries: int) -> None:
    row: dict[str, object] = {
        "number": attempt.number,
        "outcome": "unbooked",
        "detail": "surely not in the library system",
    }
    _stop_for_now(payment, Event.FOUND_UNBOOKED, at, "the order did not arrive", row, tries=tries)


def _stop_for_now(
    payment: PaymentFacts,
    event: Event,
    at: datetime,
    why: str,
    attempt: dict[str, object] | None,
    *,
    tries: int = 0,
    until: datetime | None = None,
    reason: str = "",
) -> None:
    """The step `event`; while other cards of the payment are untold, the card is set aside instead, and they go on."""
    facts: dict[str, Any] = {"attempt": attempt} if attempt else {}
    if payment.has_untold_cards:
        facts["aside_until"] = str(until or at + retry_delay(tries))
        facts |= {"aside_tries": tries, "aside_reason": reason}
        event, tries = Event.CARD_SET_ASIDE, 0
    elif reason:
        facts["attention_reason"] = reason
    move_payment(
        payment=payment,
        event=event,
        at=at,
        actor="worker",
        booked=_surely_booked(payment) if reason else frozenset(),
        detail={"why": why[:200], **_which_card(payment)},
        tries=tries,
        **facts,
    )


def _which_card(payment: PaymentFacts) -> dict[str, int]:
    """For the history of a payment of several: a line of the card, for a step is kept as it is for ever."""
    return {"line": payment.card_lines[0].position} if payment.other_lines else {}


def _surely_booked(payment: PaymentFacts) -> frozenset[int]:
    """Told fee by fee, the library system has these for certain, whatever a person makes of the others."""
    return frozenset(line.position for line in payment.card_lines if line.fee_reference in payment.booked_fees)


def call_human(
    payment: PaymentFacts, at: datetime, reason: str, why: str, attempt: dict[str, object] | None = None
) -> None:
    _stop_for_now(payment, Event.NEEDS_HUMAN, at, why, attempt, reason=reason)


def hand_over(payment: PaymentFacts, at: datetime) -> None:
    """Every card that could be told is told; the others were set aside for a person, who is called now."""
    untold = PaymentLine.objects.filter(payment_id=payment.id, outcome="")
    of_card = untold.filter(library_system=payment.library_system, patron_reference=payment.patron_reference)
    reason = of_card.values_list("aside_reason", flat=True)[0]
    move_payment(payment=payment, event=Event.NEEDS_HUMAN, at=at, actor="worker", attention_reason=reason)


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


def ordered_at(payment: PaymentFacts, attempt: AttemptFacts) -> datetime:
    return RegistrationAttempt.objects.get(payment_id=payment.id, number=attempt.number).started_at


def wait_for_library(payment: PaymentFacts, at: datetime, why: str) -> None:
    if payment.tries >= RECONCILIATION_TRIES_MAX:
        call_human(payment, at, "library_system_unavailable", why)
    elif payment.has_untold_cards:
        _stop_for_now(payment, Event.CARD_SET_ASIDE, at, why, None, tries=payment.tries + 1)
    else:
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
    if payment.has_untold_cards:
        move_payment(
            payment=payment,
            event=Event.ONE_CARD_TOLD,
            at=at,
            actor="worker",
            given_back=given_back,
            booked=frozenset(line.position for line in payment.card_lines) - given_back,
            detail={**({"why": why[:200]} if given_back else {}), **_which_card(payment)},
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
