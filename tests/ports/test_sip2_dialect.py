"""Per-site settings and what they make of AV lines, BV and an order."""

import json
import re
import time
from dataclasses import replace
from typing import Any

import pytest

from tests.ports.sip2_world import CARD, library_at, sandbox
from torget.connectors.library_systems.sip2 import DIALECTS, SignInMessage, Sip2Dialect, read_dialect
from torget.connectors.library_systems.sip2.codec import Message
from torget.connectors.library_systems.sip2.fees import (
    BALANCE,
    NotPayable,
    UnreadableFees,
    fee_identifier_for,
    read_account,
    read_amount,
)
from torget.foundation.core.money import ZERO, Money
from torget.payments.core.ports import RegistrationLine, RegistrationOrder


def answer(*lines: str, total: str | None = None) -> Message:
    fields = tuple(("AV", line) for line in lines) + ((("BV", total),) if total is not None else ())
    return Message(command="64", fixed=" " * 59, fields=fields)


def order(*lines: tuple[str, int]) -> RegistrationOrder:
    return RegistrationOrder(
        marker="m-1",
        marker_number=1,
        patron_reference="1",
        card_number="1",
        lines=tuple(RegistrationLine(fee_reference=reference, amount=Money(cents)) for reference, cents in lines),
    )


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"fee_pattern": re.compile("(?P<id>.)")}, "amount"),
        ({"sends_fee_identifier": True}, "id"),
        ({"fee_pattern": re.compile("(?P<amount>.)"), "sends_fee_identifier": True}, "id"),
        ({"offers_choice": True}, "sends_fee_identifier"),
        ({"terminator": b"|"}, "terminator"),
        ({"payment_type": "2"}, "widths"),
        ({"language_code": "fi"}, "widths"),
        ({"encoding": "klingon"}, "encoding"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_once(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises((ValueError, LookupError), match=complaint):
        Sip2Dialect(**options)


def test_dialect_is_read_from_configuration() -> None:
    assert read_dialect("koha") == DIALECTS["koha"]
    assert read_dialect(CHOICE) is CHOICE
    written = (
        '{"base": "koha", "terminator": "\\r\\n", "offers_choice": true, "time_zone": "Europe/Stockholm",'
        ' "fee_pattern": "(?P<id>[0-9]+);(?P<amount>[0-9.]+)", "sign_in_message": "23"}'
    )
    read = read_dialect(json.loads(written))
    assert (read.terminator, read.offers_choice, read.sends_fee_identifier) == (b"\r\n", True, True)
    assert (read.sign_in_message, read.time_zone.key) == (SignInMessage.PATRON_STATUS, "Europe/Stockholm")
    assert [fee.reference for fee in read_account(answer("7;1.50", total="1.50"), read).fees] == ["7"]
    assert read_dialect({"encoding": "cp850"}) == Sip2Dialect(encoding="cp850")


@pytest.mark.parametrize(
    "written",
    ["nosuch", {"base": "nosuch"}, {"encodings": "utf-8"}, {"sign_in_message": "64"}, {"time_zone": "No/Where"}],
)
def test_configuration_that_means_nothing_is_refused(written: str | dict[str, Any]) -> None:
    with pytest.raises((ValueError, LookupError)):
        read_dialect(written)


@pytest.mark.parametrize(
    ("dialect", "line", "reference", "cents", "text"),
    [
        ("koha", "1234 12.50 Myöhästymismaksu", "1234", 1250, "Myöhästymismaksu"),
        ("koha", "1234 0.05", "1234", 5, ""),
        ("evergreen-3m", '1234 $12.50 "FINE" Sinuhe', "1234", 1250, "Sinuhe"),
        (
            "evergreen-swyer-b",
            "Charge-Number: 1234, Amount-Due: 12.50, Fine-Type: FINE, Title: A, B",
            "1234",
            1250,
            "A, B",
        ),
        ("evergreen-swyer-b", "Charge-Number: 1234, Amount-Due: 12.50, Fine-Type: FINE", "1234", 1250, ""),
        (
            "evergreen-legacy",
            "12.50 Overdue materials Title / Author",
            "text-",
            1250,
            "Overdue materials Title / Author",
        ),
        ("koha-default", "Sakko 12.50 euroa 0.05", "text-", 5, "Sakko 12.50 euroa"),
    ],
)
def test_fee_lines_of_known_systems(dialect: str, line: str, reference: str, cents: int, text: str) -> None:
    (fee,) = read_account(answer(line, total=f"{cents / 100:.2f}"), DIALECTS[dialect]).fees
    assert fee.reference.startswith(reference)
    assert (fee.reference if fee.reference[0] != "t" else reference, fee.outstanding, fee.charged, fee.description) == (
        reference,
        Money(cents),
        Money(cents),
        text,
    )


def test_a_fee_without_an_id_is_known_by_its_text_even_when_it_grows() -> None:
    dialect = DIALECTS["evergreen-legacy"]
    before = read_account(answer("1.00 Overdue A", "1.00 Overdue A", "2.00 Lost B", total="4.00"), dialect).fees
    after = read_account(answer("1.20 Overdue A", "1.00 Overdue A", "2.00 Lost B", total="4.20"), dialect).fees
    assert [fee.reference for fee in before] == [fee.reference for fee in after]
    assert len({fee.reference for fee in before}) == 3


def test_empty_lines_are_no_fees() -> None:
    assert len(read_account(answer("", "1 2.00 a", " ", total="2.00"), DIALECTS["koha"]).fees) == 1


def test_total_only_offers_one_fee() -> None:
    account = read_account(answer("ignored", total="20.40"), DIALECTS["total"])
    assert [(fee.reference, fee.outstanding) for fee in account.fees] == [(BALANCE, Money(2040))]


@pytest.mark.parametrize("total", [None, "", "0.00", "0", " 0.0 "])
def test_no_debt_is_no_fee(total: str | None) -> None:
    account = read_account(answer(total=total), DIALECTS["total"])
    assert (account.fees, account.balance, account.credit) == ((), ZERO, ZERO)


def test_credit_is_told_apart_and_never_netted() -> None:
    assert read_account(answer(total="-5.00"), DIALECTS["total"]).credit == Money(500)
    netted = read_account(answer("1 20.40 a", total="15.40"), DIALECTS["koha"])
    assert ([fee.outstanding for fee in netted.fees], netted.credit) == ([Money(2040)], Money(500))
    shown = read_account(answer("1 20.40 a", "2 -5.00 hyvitys", total="15.40"), DIALECTS["koha"])
    assert ([fee.reference for fee in shown.fees], shown.credit) == (["1"], Money(500))
    unstated = read_account(answer("1 20.40 a", "2 -5.00 hyvitys"), DIALECTS["koha"])
    assert (unstated.balance, unstated.credit) == (Money(1540), Money(500))


def test_what_the_lines_leave_out_is_offered_as_the_balance() -> None:
    account = read_account(answer("1 2.00 a", total="5.00"), DIALECTS["koha"])
    assert [(fee.reference, fee.outstanding) for fee in account.fees] == [("1", Money(200)), (BALANCE, Money(300))]


@pytest.mark.parametrize("text", ["20,40", "EUR 20.40", "20.405", "1e3", "NaN", "1_0", "٢", "--1", ".5"])
def test_amounts_that_could_be_misread_are_refused(text: str) -> None:
    with pytest.raises(UnreadableFees):
        read_amount(text)


@pytest.mark.parametrize("lines", [("no pattern",), ("1 2.00 a", "1 3.00 b")])
def test_lines_that_the_dialect_cannot_mean_are_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(UnreadableFees):
        read_account(answer(*lines, total="5.00"), DIALECTS["koha"])


CHOICE = replace(DIALECTS["koha"], offers_choice=True)
ITEMISED = ("1 2.40 a", "2 15.00 b", "3 3.00 c")


@pytest.mark.parametrize(
    ("lines", "identifier"),
    [
        ([("2", 1500)], "2"),
        ([("2", 500)], "2"),
        ([("1", 240), ("2", 1500), ("3", 300)], None),
        ([("3", 300), ("1", 240), ("2", 1400)], None),
    ],
)
def test_one_fee_goes_by_its_id_and_all_go_by_their_sum(lines: list[tuple[str, int]], identifier: str | None) -> None:
    for dialect in (DIALECTS["koha"], CHOICE):
        account = read_account(answer(*ITEMISED, total="20.40"), dialect)
        assert fee_identifier_for(order(*lines), account, dialect) == identifier


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [("1", 0)],
        [("1", -100)],
        [("1", 240), ("2", -100)],
        [("1", 241)],
        [("9", 100)],
        [("1", 100), ("1", 100)],
        [("1", 240), ("2", 1500)],
        [(BALANCE, 2040)],
    ],
)
def test_orders_that_one_payment_cannot_carry_are_refused(lines: list[tuple[str, int]]) -> None:
    account = read_account(answer(*ITEMISED, total="20.40"), CHOICE)
    with pytest.raises(NotPayable):
        fee_identifier_for(order(*lines), account, CHOICE)


@pytest.mark.parametrize("dialect", [DIALECTS["koha"], replace(DIALECTS["koha"], sends_fee_identifier=False)])
def test_without_choice_a_fee_that_came_meanwhile_does_not_stop_the_others(dialect: Sip2Dialect) -> None:
    account = read_account(answer(*ITEMISED, total="20.40"), dialect)
    assert fee_identifier_for(order(("1", 240), ("2", 1500)), account, dialect) is None


def test_fee_without_an_id_of_its_own_is_not_named() -> None:
    account = read_account(answer("1 2.00 a", total="5.00"), CHOICE)
    both = order(("1", 200), (BALANCE, 300))
    assert fee_identifier_for(both, account, CHOICE) is None
    with pytest.raises(NotPayable):
        fee_identifier_for(order((BALANCE, 300)), account, CHOICE)


def test_a_total_that_shrank_is_not_overpaid() -> None:
    account = read_account(answer(total="20.39"), DIALECTS["total"])
    assert fee_identifier_for(order((BALANCE, 2039)), account, DIALECTS["total"]) is None
    with pytest.raises(NotPayable):
        fee_identifier_for(order((BALANCE, 2040)), account, DIALECTS["total"])


@pytest.mark.parametrize("base", ["total", "koha"])
def test_every_fee_is_of_the_kind_that_the_site_names(base: str) -> None:
    with sandbox(encoding="utf-8", itemises=base == "koha") as server:
        library = library_at(server, read_dialect({"base": base, "fee_kind": "FEE"}))
        fees = library.account(patron_reference=CARD, card_number=CARD).fees
        assert {fee.kind for fee in fees} == {"FEE"}


@pytest.mark.parametrize(
    ("form", "line", "groups"),
    [
        ("{id} {amount} {text}", "7 2.40 Sinuhe (osa 1)", ("7", 240, "", "Sinuhe (osa 1)")),
        ("[{kind}] {text}: {amount} EUR #{id}", "[LOST] A: B: 15.00 EUR #x-9", ("x-9", 1500, "LOST", "A: B")),
        ("{any};{amount};{id}", "2026-11-24;1.00;5", ("5", 100, "", "")),
    ],
)
def test_a_site_writes_the_form_of_its_fee_line(form: str, line: str, groups: tuple[str, int, str, str]) -> None:
    (fee,) = read_account(answer(line), read_dialect({"base": "koha", "fee_line": form})).fees
    assert (fee.reference, fee.outstanding.cents, fee.kind, fee.description) == groups


@pytest.mark.parametrize(
    "form",
    ["{id} {text}", "{amount} {amount}", "{amount} {sum}", "{text} {amount} {text}", "{amount}" + "x" * 200, "{}"],
)
def test_a_form_that_cannot_be_meant_is_refused(form: str) -> None:
    with pytest.raises(ValueError, match="fee line"):
        read_dialect({"fee_line": form})


def test_a_form_without_an_identifier_turns_choice_off() -> None:
    dialect = read_dialect({"base": "evergreen-3m", "fee_line": "{amount} {text}"})
    assert (dialect.sends_fee_identifier, dialect.offers_choice) == (False, False)


def test_a_long_line_that_does_not_fit_is_refused_at_once() -> None:
    pattern = read_dialect({"fee_line": "{any} {kind} {text} {id} {amount}"}).fee_pattern
    assert pattern is not None
    before = time.monotonic()
    assert pattern.fullmatch("a " * 200) is None
    assert time.monotonic() - before < 2


def test_the_kind_that_a_line_names_holds_unless_the_site_names_one() -> None:
    line = '9 $1.50 "FINE" Sinuhe'
    (own,) = read_account(answer(line), DIALECTS["evergreen-3m"]).fees
    (named,) = read_account(answer(line), read_dialect({"base": "evergreen-3m", "fee_kind": "OVERDUE"})).fees
    assert (own.kind, named.kind) == ("FINE", "OVERDUE")
