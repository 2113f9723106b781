"""Sip2Library against the sandbox: what a patron and an operator see."""

import json
import logging
import threading
from dataclasses import replace

import pytest

from tests.ports.sip2_world import (
    CARD,
    NAME,
    OPENING,
    OTHER_CARD,
    PIN,
    library_at,
    order_of,
    patron_answer,
    sandbox,
    scripted,
)
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


def test_options_from_json_make_a_library() -> None:
    with sandbox(itemises=True, encoding="utf-8") as server:
        options = json.loads(
            '{"host": "127.0.0.1", "login": "torget", "password": "sandbox-secret", "institution": "HELLE",'
            ' "dialect": {"base": "koha", "offers_choice": true}, "child_categories": ["S"], "tls": false}'
        )
        account = Sip2Library(port=server.port, **options).account(patron_reference=CARD, card_number=CARD)
        assert account.patron.is_child
        assert [fee.reference for fee in account.fees] == ["3", "1", "2"]
        with pytest.raises(LibrarySystemUnavailable):
            Sip2Library(port=server.port, **(options | {"tls": True, "connect_seconds": 0.3})).account(
                patron_reference=CARD, card_number=CARD
            )


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


def test_answer_about_another_card_is_not_shown() -> None:
    with (
        scripted([*OPENING, patron_answer()]) as library,
        pytest.raises(LibrarySystemUnavailable, match="another card"),
    ):
        library(Sip2Dialect()).account(patron_reference="78", card_number="78")


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
