"""Bank statements: what is read of them, what is left, and what is refused."""

import io
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from torget.connectors.bank_statements.camt.reader import CamtReader
from torget.connectors.bank_statements.words import identifying_words
from torget.foundation.core.money import Money
from torget.foundation.core.reference_number import reference_number, rf_reference
from torget.payments.core.settlement import (
    BankEntryValue,
    BankStatementValue,
    FileRefused,
    Finding,
    Problem,
    StatementKind,
)
from torget.sandbox.bank.camt import Entry, Statement, Transaction, camt

IBAN = "FI2112345600000785"
DAY = date(2026, 11, 23)
VIITE = reference_number(4567)

ONE = Entry(
    archive_id="2026112300001",
    booked_on=DAY,
    transactions=(Transaction(amount_cents=12_345, reference=VIITE, message="Paytrail tilitys 45667372"),),
)
BATCH = Entry(
    archive_id="2026112300002",
    booked_on=DAY,
    transactions=tuple(
        Transaction(amount_cents=cents, reference=rf_reference(reference_number(cents)), end_to_end_id=f"E2E-{cents}")
        for cents in (1000, 2050, 4000)
    ),
)
OUT = Entry(archive_id="2026112300003", booked_on=DAY, transactions=(Transaction(amount_cents=-500),), is_reversal=True)
STATEMENT = Statement(
    iban=IBAN,
    statement_id="FI-2026-231",
    sequence_number=231,
    day=DAY,
    opening_cents=100_000,
    entries=(ONE, BATCH, OUT),
)

Read = list[BankStatementValue | BankEntryValue | Finding]


def read(content: bytes) -> Read:
    return list(CamtReader().read(io.BytesIO(content)))


def refused(content: bytes) -> Problem:
    with pytest.raises(FileRefused) as caught:
        read(content)
    return caught.value.finding.problem


def entries(values: Read) -> list[BankEntryValue]:
    return [value for value in values if isinstance(value, BankEntryValue)]


@pytest.mark.parametrize("version", [2, 8])
def test_a_statement(version: int) -> None:
    head, *rest = read(camt([STATEMENT], version=version))
    assert head == BankStatementValue(
        kind=StatementKind.STATEMENT,
        iban=IBAN,
        statement_id="FI-2026-231",
        sequence_number=231,
        currency="EUR",
        opening_balance=Money(100_000),
        closing_balance=Money(100_000 + 12_345 + 7_050 - 500),
        opened_on=DAY,
        closed_on=DAY,
    )
    assert entries(rest) == [
        BankEntryValue(
            number=1,
            amount=Money(12_345),
            booked_on=DAY,
            value_on=DAY,
            reference=VIITE,
            message="Paytrail 45667372",
            bank_reference="2026112300001",
        ),
        *(
            BankEntryValue(
                number=2,
                part=part,
                amount=Money(cents),
                booked_on=DAY,
                value_on=DAY,
                reference=reference_number(cents),
                end_to_end_id=f"E2E-{cents}",
                bank_reference="2026112300002",
            )
            for part, cents in enumerate((1000, 2050, 4000), 1)
        ),
        BankEntryValue(
            number=3, amount=Money(-500), booked_on=DAY, value_on=DAY, bank_reference="2026112300003", is_reversal=True
        ),
    ]


@pytest.mark.parametrize("version", [2, 8])
def test_a_notification_has_no_balances(version: int) -> None:
    head, *rest = read(camt([STATEMENT], message="054", version=version))
    assert isinstance(head, BankStatementValue)
    assert head.kind is StatementKind.NOTIFICATION
    assert (head.opening_balance, head.closing_balance, head.closed_on) == (None, None, DAY)
    assert len(rest) == 5


def test_several_statements_and_an_overdrawn_account() -> None:
    second = replace(STATEMENT, statement_id="FI-2026-232", sequence_number=232, opening_cents=-2_000_000, entries=())
    values = read(camt([STATEMENT, second]))
    last = values[-1]
    assert isinstance(last, BankStatementValue)
    assert last.opening_balance == last.closing_balance == Money(-2_000_000)
    assert [value.number for value in entries(values)] == [1, 2, 2, 2, 3]


def test_nothing_about_a_person_is_kept() -> None:
    message = (
        "Hei, Mikko Mallikas 131052-308T puh. 0401234567 +358401234567 mikko1234@example.fi FI2112345600000785 "
        "kirjastomaksu 45667372, kiitos 23.11.2026"
    )
    entry = replace(ONE, transactions=(Transaction(amount_cents=1, message=message, payer="Mikko Mallikas"),))
    (value,) = entries(read(camt([replace(STATEMENT, entries=(entry,))])))
    assert value.message == "45667372 23.11.2026"
    assert "Mallikas" not in repr(value)


def test_words_that_tell_of_a_settlement_stay() -> None:
    assert identifying_words("PAYTRAIL OYJ, tilitys: (TL-4566.7372)") == "PAYTRAIL TL-4566.7372"
    assert len(identifying_words("12345 " * 200)) <= 300


def test_a_batch_that_does_not_add_up_stays_whole() -> None:
    content = camt([STATEMENT]).replace(b'<TxAmt><Amt Ccy="EUR">20.50', b'<TxAmt><Amt Ccy="EUR">20.51')
    values = read(content)
    assert [value.amount.cents for value in entries(values)] == [12_345, 7050, -500]
    (finding,) = [value for value in values if isinstance(value, Finding)]
    assert finding.problem is Problem.BATCH_NOT_SPLIT


def test_a_foreign_amount_inside_a_batch_does_not_stop_the_statement() -> None:
    content = camt([STATEMENT]).replace(b'<TxAmt><Amt Ccy="EUR">20.50', b'<TxAmt><Amt Ccy="SEK">235.00')
    assert len(entries(read(content))) == 3


def test_what_is_not_booked_is_left_out() -> None:
    values = read(camt([replace(STATEMENT, entries=(ONE, replace(OUT, status="PDNG")))], version=8))
    assert [value.number for value in entries(values)] == [1]
    assert [value.problem for value in values if isinstance(value, Finding)] == [Problem.NOT_BOOKED_ENTRIES]


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "UTF-16"])
def test_encodings(encoding: str) -> None:
    entry = replace(ONE, transactions=(Transaction(amount_cents=5, message="Mörskom 45667372"),))
    (value,) = entries(read(camt([replace(STATEMENT, entries=(entry,))], encoding=encoding)))
    assert value.message == "45667372"


def test_a_mark_at_the_start_and_latin_1_that_calls_itself_utf_8() -> None:
    text = camt([replace(STATEMENT, statement_id="Å-1")]).decode()
    assert entries(read(b"\xef\xbb\xbf" + text.encode()))
    head = read(text.encode("latin-1"))[0]
    assert isinstance(head, BankStatementValue)
    assert head.statement_id == "Å-1"


def test_hostile_documents() -> None:
    plain = camt([STATEMENT])
    evil = b'<!DOCTYPE Document [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<Document'
    assert refused(plain.replace(b"<Document", evil, 1)) is Problem.NOT_THIS_FORMAT
    assert refused(b"<html><body/></html>") is Problem.NOT_THIS_FORMAT
    assert refused(plain.replace(b"053.001.02", b"053.001.99")) is Problem.NOT_THIS_FORMAT
    assert refused(b"entryDate;amount\n1;2\n") is Problem.NOT_THIS_FORMAT


@pytest.mark.parametrize(
    ("found", "put", "problem"),
    [
        (b'<Amt Ccy="EUR">123.45', b'<Amt Ccy="SEK">123.45', Problem.WRONG_CURRENCY),
        (b"<Ccy>EUR</Ccy>", b"<Ccy>USD</Ccy>", Problem.WRONG_CURRENCY),
        (b'<Amt Ccy="EUR">123.45', b'<Amt Ccy="EUR">123.456', Problem.UNREADABLE_ROW),
        (b'<Amt Ccy="EUR">123.45', b'<Amt Ccy="EUR">-123.45', Problem.UNREADABLE_ROW),
        (b"<IBAN>FI2112345600000785</IBAN>", b"<Othr><Id>12</Id></Othr>", Problem.UNREADABLE_ROW),
        (b"<CdtDbtInd>CRDT</CdtDbtInd><Sts>", b"<Sts>", Problem.UNREADABLE_ROW),
    ],
)
def test_wrong_content(found: bytes, put: bytes, problem: Problem) -> None:
    content = camt([STATEMENT])
    assert found in content
    assert refused(content.replace(found, put)) is problem


def test_a_foreign_balance_is_named() -> None:
    balance = camt([STATEMENT]).replace(b'</Tp><Amt Ccy="EUR">', b'</Tp><Amt Ccy="NOK">', 1)
    with pytest.raises(FileRefused) as refused_by:
        read(balance)
    assert refused_by.value.finding.detail == "NOK"


def test_empty_and_doubled() -> None:
    content = camt([STATEMENT])
    assert refused(b"") is Problem.EMPTY
    assert refused(camt([])) is Problem.EMPTY
    assert refused(content + content) is Problem.DOUBLED


_CONTENT = camt([STATEMENT])


@example(length=len("<?xml"))
@settings(max_examples=150, deadline=None)
@given(st.integers(min_value=0, max_value=len(_CONTENT)))
def test_a_file_cut_off_anywhere_is_refused_or_whole(length: int) -> None:
    try:
        values = read(_CONTENT[:length])
    except FileRefused as refusal:
        problem: Problem | None = refusal.finding.problem
        values = read(_CONTENT)
    else:
        problem = None
    assert problem in {None, Problem.TRUNCATED, Problem.EMPTY, Problem.NOT_THIS_FORMAT}
    assert values == read(_CONTENT)


@settings(max_examples=60, deadline=None)
@given(
    batches=st.lists(st.lists(st.integers(1, 10_000_000), min_size=1, max_size=5), max_size=8),
    opening=st.integers(-10_000_000, 10_000_000),
    version=st.sampled_from([2, 8]),
)
def test_round_trip(batches: list[list[int]], opening: int, version: int) -> None:
    statement = replace(
        STATEMENT,
        opening_cents=opening,
        entries=tuple(
            Entry(
                archive_id=f"A{number}",
                booked_on=DAY,
                transactions=tuple(Transaction(amount_cents=cents, reference=VIITE) for cents in batch),
            )
            for number, batch in enumerate(batches)
        ),
    )
    head, *rest = read(camt([statement], version=version))
    assert isinstance(head, BankStatementValue)
    assert [value.amount.cents for value in entries(rest)] == [cents for batch in batches for cents in batch]
    assert head.opening_balance is not None
    assert head.closing_balance is not None
    moved = sum(value.amount.cents for value in entries(rest))
    assert head.opening_balance.cents + moved == head.closing_balance.cents
