"""Sip2Library against the sandbox: what a patron sees, and the outcome of every way in which a payment can go."""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.ports.sip2_world import CARD, NAME, OTHER_CARD, PIN, library_at, order_of, sandbox
from torget.connectors.library_systems.sip2 import DIALECTS, SignInMessage, Sip2Dialect, Sip2Library
from torget.connectors.library_systems.sip2.codec import UnsendableText
from torget.foundation.core.money import Money
from torget.payments.core.ports import (
    LibrarySystemUnavailable,
    PatronNotFound,
    RegistrationOutcome,
    WrongCredentials,
)
from torget.sandbox.sip2 import Fault

KOHA = replace(DIALECTS["koha"], offers_choice=True)
EVERYTHING = order_of(("balance", 2040))


# ── Signing in and reading ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("message", list(SignInMessage))
def test_right_pin_identifies_a_debtor_whose_card_is_blocked(message: SignInMessage) -> None:
    with sandbox() as server:
        library = library_at(server, replace(DIALECTS["koha-latin1"], sign_in_message=message))
        patron = library.authenticate(card_number=CARD, pin=PIN)
        assert (patron.reference, patron.card_number, patron.name, patron.loan_ban) == (CARD, CARD, NAME, True)


def test_expired_patron_may_sign_in() -> None:
    with sandbox() as server:
        assert not library_at(server).authenticate(card_number=OTHER_CARD, pin=PIN).loan_ban


@pytest.mark.parametrize(
    ("card_number", "pin"),
    [(CARD, "9999"), ("nosuch", PIN), (CARD, ""), ("", PIN), (CARD, "1234|CQY"), (f"{CARD}\r", PIN), (CARD, "☃")],
)
def test_wrong_pairs_are_refused_without_a_difference(card_number: str, pin: str) -> None:
    with sandbox() as server, pytest.raises(WrongCredentials) as refusal:
        library_at(server).authenticate(card_number=card_number, pin=pin)
    assert str(refusal.value) == ""


def test_silence_about_the_pin_is_not_consent() -> None:
    """invenio-sip2 answers 23 without CQ."""
    answers = [b"941", b"98YYYYNN02500520261124    1519442.00", b"24" + b" " * 14 + b"00020261124    151944AEX|AA1|"]
    with scripted(answers) as library, pytest.raises(LibrarySystemUnavailable, match="CQ"):
        library(Sip2Dialect(sign_in_message=SignInMessage.PATRON_STATUS)).authenticate(card_number="1", pin="1")


def test_total_only_account_is_read_without_a_pin_in_four_exchanges() -> None:
    with sandbox() as server:
        library = library_at(server)
        account = library.account(patron_reference=CARD, card_number=CARD)
        assert [(fee.reference, fee.outstanding) for fee in account.fees] == [("balance", Money(2040))]
        assert account.patron.name == NAME
        assert account.read_at.tzinfo is not None
        assert server.messages == ["93", "99", "63", "35"]
        assert not library.capabilities.can_choose_fees
        assert not library.capabilities.has_fee_details


def test_itemised_account_costs_no_more_exchanges() -> None:
    with sandbox(itemises=True, encoding="utf-8") as server:
        library = library_at(server, KOHA)
        account = library.account(patron_reference=CARD, card_number=CARD)
        assert [(fee.reference, fee.outstanding.cents, fee.description) for fee in account.fees] == [
            ("3", 240, "Myöhästymismaksu"),
            ("1", 1500, "Kadonnut: Tuntematon sotilas"),
            ("2", 300, "Myöhästymismaksu"),
        ]
        assert server.messages == ["93", "99", "63", "35"]
        assert library.capabilities.can_choose_fees
        assert library.capabilities.has_fee_details


def test_credit_is_shown_apart() -> None:
    with sandbox() as server:
        server.books.add_credit(OTHER_CARD, 500)
        account = library_at(server).account(patron_reference=OTHER_CARD, card_number=OTHER_CARD)
        assert (account.fees, account.credit) == ((), Money(500))


@pytest.mark.parametrize("shows_validity", [True, False])
def test_unknown_patron(shows_validity: bool) -> None:
    with sandbox(sends_patron_validity=shows_validity) as server, pytest.raises(PatronNotFound):
        library_at(server).account(patron_reference="nosuch", card_number="nosuch")


def test_checksum_counted_over_other_bytes_is_a_warning_where_there_are_letters(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with sandbox(encoding="utf-8", counts_checksum_in="latin-1") as server:
        with caplog.at_level(logging.WARNING):
            account = library_at(server, Sip2Dialect()).account(patron_reference=CARD, card_number=CARD)
        assert account.patron.name == NAME
        assert "checksum differs" in caplog.text
        assert "Virtanen" not in caplog.text
        strict = library_at(server, Sip2Dialect(tolerates_checksums_of_text=False))
        with pytest.raises(LibrarySystemUnavailable, match="checksum"):
            strict.account(patron_reference=CARD, card_number=CARD)


def test_works_without_error_detection_and_without_a_sign_in_of_our_own() -> None:
    with sandbox() as server:
        plain = replace(DIALECTS["koha-latin1"], sends_checksums=False)
        assert library_at(server, plain).register(EVERYTHING).outcome is RegistrationOutcome.BOOKED
    answers = [
        b"98YYYYNN02500520261124    1519442.00",
        b"64" + b" " * 14 + b"00020261124    151944" + b"0" * 24 + b"AEX|",
    ]
    with scripted(answers) as library:
        account = library(Sip2Dialect(), login="").account(patron_reference="1", card_number="1")
        assert account.fees == ()


@pytest.mark.parametrize(
    ("command", "fault", "reason"),
    [
        ("93", Fault.DROP_BEFORE, "closed"),
        ("99", Fault.OFFLINE, "off line"),
        ("63", Fault.DROP_BEFORE, "closed"),
        ("63", Fault.GARBAGE, "unknown command"),
        ("63", Fault.SILENCE, "in time"),
        ("99", Fault.BAD_CHECKSUM, "checksum"),
    ],
)
def test_no_usable_answer_is_unavailable_for_reading_and_not_sent_for_paying(
    command: str, fault: Fault, reason: str
) -> None:
    with sandbox() as server:
        library = library_at(server, answer_seconds=0.3)
        server.faults.fail_next(fault, command=command, count=3)
        with pytest.raises(LibrarySystemUnavailable, match=reason):
            library.account(patron_reference=CARD, card_number=CARD)
        with pytest.raises(LibrarySystemUnavailable, match=reason):
            library.authenticate(card_number=CARD, pin=PIN)
        result = library.register(EVERYTHING)
        assert result.outcome is RegistrationOutcome.NOT_SENT
        assert reason in result.detail
        assert server.books.payments() == []


# ── Paying ───────────────────────────────────────────────────────────────────────────────────────────────────────────


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


def test_server_that_takes_no_payments_refuses_but_can_be_read() -> None:
    with sandbox(supported_messages="YYYYYYYYYNYYYYYY") as server:
        library = library_at(server)
        assert library.register(EVERYTHING).outcome is RegistrationOutcome.REFUSED
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


def test_answer_about_another_card_is_not_shown() -> None:
    with (
        scripted([*OPENING, patron_answer()]) as library,
        pytest.raises(LibrarySystemUnavailable, match="another card"),
    ):
        library(Sip2Dialect()).account(patron_reference="78", card_number="78")


@pytest.mark.parametrize("card_number", ["77|BV0.01", "77\r", "☃"])
def test_card_number_that_would_break_out_of_its_field_is_nobody(card_number: str) -> None:
    with sandbox() as server:
        library = library_at(server)
        with pytest.raises(PatronNotFound):
            library.account(patron_reference=card_number, card_number=card_number)
        result = library.register(order_of(("balance", 100), card_number=card_number))
        assert result.outcome is RegistrationOutcome.REFUSED
        assert server.messages == []


def test_booking_cannot_be_looked_up() -> None:
    with sandbox() as server:
        library = library_at(server)
        assert not library.capabilities.can_find_registration
        with pytest.raises(LibrarySystemUnavailable):
            library.find_registration(patron_reference=CARD, marker="m")


def test_secret_that_cannot_be_sent_is_refused_at_construction() -> None:
    with pytest.raises(UnsendableText):
        Sip2Library(host="127.0.0.1", port=1, login="a|CQY", password="b", institution="c")


def test_no_line_is_kept_and_parallel_patrons_do_not_share_one() -> None:
    with sandbox() as server:
        library = library_at(server)
        names: list[str] = []
        threads = [
            threading.Thread(
                target=lambda card=card: names.append(
                    library.account(patron_reference=card, card_number=card).patron.card_number
                )
            )
            for card in (CARD, OTHER_CARD) * 4
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(names) == sorted((CARD, OTHER_CARD) * 4)
        for _ in range(200):
            if server.open_lines == 0:
                break
            threading.Event().wait(0.01)
        assert server.open_lines == 0


# ── A server that says what it is told to ────────────────────────────────────────────────────────────────────────────

OPENING = [b"941", b"98YYYYNN02500520261124    1519442.00AOX|"]


def patron_answer(balance: bytes = b"BV5.00|") -> bytes:
    head = b"64" + b" " * 14 + b"00020261124    151944" + b"0" * 24
    return head + "AOX|AA77|AEÄiti Virtanen|BLY|".encode() + balance


class _Scripted:
    def __init__(self, port: int) -> None:
        self._port = port

    def __call__(self, dialect: Sip2Dialect, login: str = "a") -> Sip2Library:
        return Sip2Library(
            host="127.0.0.1",
            port=self._port,
            login=login,
            password="b",
            institution="X",
            dialect=dialect,
            answer_seconds=1.0,
        )


@contextmanager
def scripted(answers: list[bytes]) -> Iterator[_Scripted]:
    """One connection that is given these answers, one for each line it sends, and is then closed."""

    def serve(listener: socket.socket) -> None:
        line, _ = listener.accept()
        with line, line.makefile("rwb") as file:
            for answer in answers:
                _read_line(line)
                file.write(answer + b"\r")
                file.flush()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield _Scripted(listener.getsockname()[1])
        finally:
            thread.join()


def _read_line(line: socket.socket) -> None:
    while (byte := line.recv(1)) not in {b"\r", b""}:
        assert byte
