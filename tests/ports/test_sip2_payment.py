"""Sip2Library against the sandbox: the outcome of every way in which a payment can go."""

import socket
from dataclasses import replace

import pytest

from tests.ports.sip2_world import (
    CARD,
    OPENING,
    library_at,
    order_of,
    patron_answer,
    sandbox,
    scripted,
)
from torget.connectors.library_systems.sip2 import DIALECTS, Sip2Dialect, Sip2Library
from torget.payments.core.ports import (
    LibrarySystemUnavailable,
    PatronNotFound,
    RegistrationOutcome,
)
from torget.sandbox.sip2 import Fault

KOHA = replace(DIALECTS["koha"], offers_choice=True)
EVERYTHING = order_of(("balance", 2040))


def test_whole_balance_is_paid_by_one_message() -> None:
    with sandbox() as server:
        assert library_at(server).register(EVERYTHING).outcome is RegistrationOutcome.BOOKED
        (payment,) = server.books.payments(marker=EVERYTHING.marker)
        assert (payment.amount_as_sent, payment.fee_identifier, payment.payment_type) == ("20.40", "", "02")
        assert server.messages == ["93", "99", "63", "37", "35"]
        assert server.books.open_fees(CARD) == []


def test_one_chosen_fee_is_named() -> None:
    with sandbox(itemises=True, encoding="utf-8") as server:
        assert library_at(server, KOHA).register(order_of(("2", 300))).outcome is RegistrationOutcome.BOOKED
        assert [fee.fee_id for fee in server.books.open_fees(CARD)] == [3, 1]


def test_all_fees_of_an_itemising_server_are_paid_by_one_message() -> None:
    with sandbox(itemises=True, encoding="utf-8", refuses_overpayment=True) as server:
        order = order_of(("1", 1500), ("2", 300), ("3", 240))
        assert library_at(server, KOHA).register(order).outcome is RegistrationOutcome.BOOKED
        assert server.messages.count("37") == 1
        assert server.books.balance_cents(CARD) == 0


def test_fee_that_grew_is_paid_as_it_was() -> None:
    with sandbox(itemises=True, encoding="utf-8") as server:
        server.books.change_fee(2, outstanding_cents=400)
        order = order_of(("1", 1500), ("2", 300), ("3", 240))
        assert library_at(server, KOHA).register(order).outcome is RegistrationOutcome.BOOKED
        assert server.books.balance_cents(CARD) == 100


@pytest.mark.parametrize(
    "lines",
    [[("1", 1500), ("2", 300)], [("2", 301)], [("9", 100)], [("2", 0)], [("2", -300)], [("2", 300), ("2", 300)], []],
)
def test_orders_that_cannot_be_carried_are_refused_unsent(lines: list[tuple[str, int]]) -> None:
    with sandbox(itemises=True, encoding="utf-8") as server:
        assert library_at(server, KOHA).register(order_of(*lines)).outcome is RegistrationOutcome.REFUSED
        assert "37" not in server.messages


def test_balance_that_shrank_meanwhile_is_not_overpaid() -> None:
    with sandbox() as server:
        server.books.change_fee(1, outstanding_cents=0)
        result = library_at(server).register(EVERYTHING)
        assert result.outcome is RegistrationOutcome.REFUSED
        assert "37" not in server.messages


def test_unknown_card_is_refused_unsent() -> None:
    with sandbox() as server:
        result = library_at(server).register(order_of(("balance", 100), card_number="nosuch"))
        assert result.outcome is RegistrationOutcome.REFUSED
        assert "37" not in server.messages


def test_server_that_takes_no_payments_gets_none_but_can_be_read() -> None:
    with sandbox(supported_messages="YYYYYYYYYNYYYYYY") as server:
        library = library_at(server)
        assert library.register(EVERYTHING).outcome is RegistrationOutcome.NOT_SENT
        assert library.account(patron_reference=CARD, card_number=CARD).fees


@pytest.mark.parametrize("knob", [{"password": "other"}, {"is_online": False}, {"supported_messages": "Y" * 7 + "N"}])
def test_server_that_does_not_serve_us_gets_no_payment(knob: dict[str, object]) -> None:
    with sandbox() as server:
        library = library_at(server)
        for name, value in knob.items():
            setattr(server.settings, name, value)
        assert library.register(EVERYTHING).outcome is RegistrationOutcome.NOT_SENT
        with pytest.raises(LibrarySystemUnavailable):
            library.account(patron_reference=CARD, card_number=CARD)


def test_no_connection_is_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    library = Sip2Library(host="127.0.0.1", port=port, login="a", password="b", institution="c")
    assert library.register(EVERYTHING).outcome is RegistrationOutcome.NOT_SENT
    with pytest.raises(LibrarySystemUnavailable):
        library.account(patron_reference=CARD, card_number=CARD)


@pytest.mark.parametrize(
    ("fault", "outcome", "booked_count"),
    [
        (Fault.DROP_BEFORE, RegistrationOutcome.UNKNOWN, 0),
        (Fault.DROP_AFTER, RegistrationOutcome.UNKNOWN, 1),
        (Fault.SILENCE, RegistrationOutcome.BOOKED, 1),
        (Fault.GARBAGE, RegistrationOutcome.BOOKED, 1),
        (Fault.BAD_CHECKSUM, RegistrationOutcome.BOOKED, 1),
        (Fault.WRONG_ECHO, RegistrationOutcome.UNKNOWN, 1),
        (Fault.REFUSE, RegistrationOutcome.REFUSED, 0),
        (Fault.ASK_RESEND, RegistrationOutcome.BOOKED, 1),
    ],
)
def test_outcome_of_every_fault_tells_the_truth_about_the_books(
    fault: Fault, outcome: RegistrationOutcome, booked_count: int
) -> None:
    with sandbox() as server:
        server.faults.fail_next(fault)
        result = library_at(server, answer_seconds=0.3).register(EVERYTHING)
        assert result.outcome is outcome
        assert len(server.books.payments()) == booked_count


@pytest.mark.parametrize("fault", [Fault.SILENCE, Fault.GARBAGE, Fault.BAD_CHECKSUM])
def test_lost_answer_is_unknown_where_it_cannot_be_repeated(fault: Fault) -> None:
    with sandbox(answers_resend_requests=False) as server:
        server.faults.fail_next(fault)
        result = library_at(server, answer_seconds=0.3).register(EVERYTHING)
        assert result.outcome is RegistrationOutcome.UNKNOWN
        assert len(server.books.payments()) == 1
        assert server.messages.count("37") == 1


def test_late_answer_is_found_by_asking_again() -> None:
    with sandbox() as server:
        server.faults.fail_next(Fault.DELAY, seconds=0.5)
        result = library_at(server, answer_seconds=0.4).register(EVERYTHING)
        assert result.outcome is RegistrationOutcome.BOOKED
        assert len(server.books.payments()) == 1


def test_order_that_the_server_executes_later_is_unknown() -> None:
    with sandbox() as server:
        server.faults.fail_next(Fault.LATE)
        assert library_at(server, answer_seconds=0.2).register(EVERYTHING).outcome is RegistrationOutcome.UNKNOWN
        assert server.books.payments() == []
        assert server.finish_late() == 1
        assert [payment.cents for payment in server.books.payments()] == [2040]


def test_checksum_refused_twice_is_not_sent() -> None:
    with sandbox() as server:
        server.faults.fail_next(Fault.ASK_RESEND, count=2)
        assert library_at(server).register(EVERYTHING).outcome is RegistrationOutcome.NOT_SENT
        assert server.books.payments() == []


def test_line_that_breaks_during_the_resend_is_unknown() -> None:
    with sandbox() as server:
        server.faults.fail_next(Fault.ASK_RESEND)
        server.faults.fail_next(Fault.DROP_AFTER)
        assert library_at(server).register(EVERYTHING).outcome is RegistrationOutcome.UNKNOWN
        assert len(server.books.payments()) == 1


@pytest.mark.parametrize("is_date_first", [True, False])
def test_date_may_stand_before_the_flag(is_date_first: bool) -> None:
    with sandbox(puts_date_before_flag=is_date_first) as server:
        library = library_at(server)
        assert library.register(EVERYTHING).outcome is RegistrationOutcome.BOOKED
        server.books.change_fee(1, outstanding_cents=2040)
        server.faults.fail_next(Fault.REFUSE)
        assert library.register(EVERYTHING).outcome is RegistrationOutcome.REFUSED


def test_clear_refusal_says_why_and_names_nobody() -> None:
    paid = b"38N20261124    151944AA77|AFCard 77 of VIRTANEN,\t\xc3\x84iti : no|"
    with scripted([*OPENING, patron_answer(), paid]) as library:
        result = library(Sip2Dialect()).register(order_of(("balance", 500), card_number="77"))
    assert result.outcome is RegistrationOutcome.REFUSED
    assert result.detail == "Card … of …, … : no"


@pytest.mark.parametrize(
    "paid", [b"38 20261124    151944AA77|", b"38Y20261124    151944AA78|", b"36Y20261124    151944"]
)
def test_answer_that_proves_nothing_is_unknown(paid: bytes) -> None:
    with scripted([*OPENING, patron_answer(), paid]) as library:
        result = library(Sip2Dialect()).register(order_of(("balance", 500), card_number="77"))
    assert result.outcome is RegistrationOutcome.UNKNOWN


@pytest.mark.parametrize("answer", [b"BV5,00|", b"BV5.001|"])
def test_unreadable_balance_is_never_paid_against(answer: bytes) -> None:
    with scripted([*OPENING, patron_answer(answer)]) as library:
        result = library(Sip2Dialect()).register(order_of(("balance", 500), card_number="77"))
    assert result.outcome is RegistrationOutcome.NOT_SENT


@pytest.mark.parametrize("card_number", ["77|BV0.01", "77\r", "☃"])
def test_card_number_that_would_break_out_of_its_field_is_nobody(card_number: str) -> None:
    with sandbox() as server:
        library = library_at(server)
        with pytest.raises(PatronNotFound):
            library.account(patron_reference=card_number, card_number=card_number)
        result = library.register(order_of(("balance", 100), card_number=card_number))
        assert result.outcome is RegistrationOutcome.REFUSED
        assert server.messages == []
