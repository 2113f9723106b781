"""The words and the file of a receipt, without a database."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import product

import pikepdf
import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from torget.foundation.core.money import Money, total
from torget.foundation.design.pdf import FONT_RANGES, NO_GLYPH, printable
from torget.payments.core.checkout import UNPAID, State
from torget.payments.core.posting_rules import vat_of
from torget.payments.receipts.build import (
    ReceiptLine,
    ReceiptPayee,
    ReceiptRefund,
    ReceiptState,
    ReceiptView,
    receipt_state,
    vat_rows,
)
from torget.payments.receipts.pdf import receipt_pdf
from torget.payments.receipts.words import group_reference, method_name, percent, receipt_document

PAID = datetime(2026, 11, 24, 12, 5, tzinfo=UTC)
LANGUAGES = ("sv", "fi", "en")


def make_line(cents: int, *, title: str = "", vat: int = 0, refunded: int = 0) -> ReceiptLine:
    return ReceiptLine(
        name="Förseningsavgift",
        title=title,
        due_date=date(2026, 10, 3),
        returned_on=date(2026, 10, 20),
        card_end="",
        amount=Money(cents),
        vat_permille=vat,
        refunded=Money(refunded),
    )


def make_payee(name: str, *lines: ReceiptLine) -> ReceiptPayee:
    return ReceiptPayee(
        name=name,
        business_id="1234567-1",
        contact_email="bibliotek@example.fi",
        contact_phone="+358 19 000 000",
        lines=lines,
        subtotal=total([line.amount for line in lines]),
        vat=vat_rows((line.amount, line.vat_permille) for line in lines),
    )


def make_view(
    *payees: ReceiptPayee, language: str = "sv", state: ReceiptState = ReceiptState.REGISTERED
) -> ReceiptView:
    return ReceiptView(
        number="10234567",
        token="t",
        language=language,
        issuer=payees[0].name,
        issued_at=PAID,
        paid_at=PAID,
        state=state,
        payees=payees,
        total=total([payee.subtotal for payee in payees]),
        vat=vat_rows((line.amount, line.vat_permille) for payee in payees for line in payee.lines),
        method="creditcard",
        provider="paytrail",
        provider_reference="5770642a",
        refunds=(),
        refunded=Money(0),
        had_loan_ban=False,
    )


THREE = make_view(
    make_payee("Borgå", make_line(115), make_line(60, vat=255)),
    make_payee("Raseborg", make_line(150)),
    make_payee("Sibbo", make_line(500, vat=135)),
)


def test_every_paid_state_has_a_word_for_the_payer() -> None:
    for state, refunded in product(set(State) - UNPAID, (0, 40, 100)):
        told = receipt_state(state, amount=Money(100), refunded=Money(refunded))
        assert (told is ReceiptState.BEING_EXAMINED) == (state is State.ATTENTION)
    for state in (State.REGISTERED, State.REFUNDED):
        assert receipt_state(state, amount=Money(100), refunded=Money(100)) is ReceiptState.REFUNDED
        assert receipt_state(state, amount=Money(100), refunded=Money(40)) is ReceiptState.PARTLY_REFUNDED
    assert receipt_state(State.REGISTERED, amount=Money(100), refunded=Money(0)) is ReceiptState.REGISTERED
    assert receipt_state(State.UNCERTAIN, amount=Money(100), refunded=Money(0)) is ReceiptState.BEING_REGISTERED
    assert receipt_state(State.REFUND_DUE, amount=Money(100), refunded=Money(0)) is ReceiptState.BEING_REFUNDED


@given(st.lists(st.tuples(st.integers(1, 10**7), st.sampled_from([0, 100, 135, 140, 255]))))
def test_vat_agrees_with_the_books_line_by_line(lines: list[tuple[int, int]]) -> None:
    rows = vat_rows((Money(cents), rate) for cents, rate in lines)
    assert sum(row.gross.cents for row in rows) == sum(cents for cents, _ in lines)
    for row in rows:
        assert row.net + row.vat == row.gross
        assert row.vat.cents == sum(vat_of(Money(cents), rate).cents for cents, rate in lines if rate == row.permille)
    assert [row.permille for row in rows] == sorted({rate for _, rate in lines}, reverse=True)


def test_numbers_as_people_read_them() -> None:
    assert group_reference("10234567") == "102\u00a034567"
    assert group_reference("1234567890") == "12345\u00a067890"
    assert percent(255, "fi") == "25,5\u00a0%"
    assert percent(255, "en") == "25.5%"
    assert percent(140, "sv") == "14\u00a0%"
    with translation.override("en"):
        assert method_name("creditcard") == "Payment card"
    assert method_name("osuuspankki") == "OP"
    assert method_name("danske-bank") == "Danske Bank"
    assert method_name("nordea") == "Nordea"
    assert method_name("") == ""


@pytest.mark.parametrize(
    ("language", "heading", "amount", "moment"),
    [
        ("sv", "Kvitto", "8,25\u00a0€", "24.11.2026 kl.\u00a014.05"),
        ("fi", "Kuitti", "8,25\u00a0€", "24.11.2026 klo\u00a014.05"),
        ("en", "Receipt", "€8.25", "24.11.2026 at\u00a014:05"),
    ],
)
def test_three_languages(language: str, heading: str, amount: str, moment: str) -> None:
    words = receipt_document(replace(THREE, language=language))
    assert (words.heading, words.total) == (heading, amount)
    assert moment in [row.value for row in words.rows]
    assert [payee.vat is None for payee in words.payees] == [False, True, False]
    assert words.payees[1].vat_note
    assert words.vat is not None
    assert [row.gross for row in words.vat.rows][-1] in ("2,65\u00a0€", "€2.65")


def test_money_back_and_a_book_brought_back_are_not_one_word() -> None:
    refund = ReceiptRefund(amount=Money(40), decided_at=PAID, paid_at=PAID)
    on_its_way = replace(refund, paid_at=None)
    words = receipt_document(replace(THREE, refunds=(refund, on_its_way), refunded=Money(40)))
    assert [one.text for one in words.refunds] == ["Återbetald 24.11.2026", "Beslutad 24.11.2026, på väg"]
    assert words.payees[0].lines[0].notes == ("Förföll 3.10.2026", "Återlämnad 20.10.2026")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ReceiptState)
def test_the_page_says_what_the_words_say(language: str, state: ReceiptState) -> None:
    view = replace(THREE, language=language, state=state, had_loan_ban=True)
    page = render_to_string("receipts/receipt.html", {"receipt": view})
    words = receipt_document(view)
    assert page.count("<h1") == 1
    assert page.count("<h2") == 3
    assert page.count("<table") == page.count("<caption") == 6
    for text in (words.state_text, words.loan_ban_text, words.total, words.payees[1].vat_note):
        assert text in page
    assert "style=" not in page


def test_the_page_shows_a_title_as_text() -> None:
    view = make_view(make_payee("Borgå", make_line(115, title="<script>alert(1)</script>")))
    page = render_to_string("receipts/receipt.html", {"receipt": view})
    assert "<script" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_is_tagged_and_says_so(language: str) -> None:
    view = replace(THREE, language=language)
    with pikepdf.open(BytesIO(receipt_pdf(view))) as file:
        assert str(file.Root.Lang).startswith(language)
        assert file.Root.MarkInfo.Marked
        assert file.Root.ViewerPreferences.DisplayDocTitle
        with file.open_metadata() as about:
            assert about["pdfuaid:part"] == "1"
            assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("2", "A")
            assert "10234567" in str(about["dc:title"])
        kinds = structure_kinds(file.Root.StructTreeRoot)
    assert {"H1", "H2", "Table", "TH", "TD", "Link"} <= kinds


def structure_kinds(element: pikepdf.Object) -> set[str]:
    """The types of all elements of the structure tree."""
    kinds = set()
    waiting = [element]
    while waiting:
        one = waiting.pop()
        if isinstance(one, pikepdf.Dictionary):
            kinds.add(str(one.get("/S", "")).removeprefix("/"))
            if "/K" in one:
                waiting.append(one["/K"])
        elif isinstance(one, pikepdf.Array):
            waiting.extend(one)
    return kinds


def test_the_same_view_gives_the_same_bytes() -> None:
    first = receipt_pdf(THREE)
    receipt_pdf(replace(THREE, number="99999999"))
    assert receipt_pdf(THREE) == first


def test_every_character_that_is_let_through_has_a_glyph() -> None:
    """Both standards refuse a file with a character that has none, so one receipt with all of them is the proof."""
    everything = "".join(chr(code) for first, last in FONT_RANGES for code in range(first, last + 1))
    lines = [make_line(100, title=everything[start : start + 200]) for start in range(0, len(everything), 200)]
    assert receipt_pdf(make_view(make_payee("Borgå", *lines))).startswith(b"%PDF")


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_what_is_printed_is_in_the_font(text: str) -> None:
    shown = printable(text)
    assert all(any(first <= ord(char) <= last for first, last in FONT_RANGES) for char in shown)


@pytest.mark.parametrize(
    "title",
    [
        "#panic() $x$ *bold* _x_ `raw` @nobody <label> // /* \\ = heading",
        "Älskade hamster \U0001f439\u200d\U0001f9ca",
        "كتاب الحيوان",
        "戦争と平和",
        "e\u0301 \u0301 \u202e backwards \ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
        "line\nfeed\x00\x1b",
        "å" * 300,
        '"}], "title": "other',
    ],
)
def test_no_title_breaks_the_receipt(title: str) -> None:
    view = make_view(make_payee("Borgå", make_line(115, title=title)))
    with pikepdf.open(BytesIO(receipt_pdf(view))) as file:
        assert len(file.pages) == 1
        with file.open_metadata() as about:
            assert re.search(r"Kvitto 10234567, Borgå", str(about["dc:title"]))


def test_what_cannot_be_printed_is_seen_to_be_missing() -> None:
    assert printable("Älskade 🐹🧊 hamster") == f"Älskade {NO_GLYPH} hamster"
    assert printable("A\u030angstro\u0308m") == "Ångström"
