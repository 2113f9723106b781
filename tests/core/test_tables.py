"""Tables as files: same bytes, real numbers, no formulas."""

import io
import time
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from openpyxl import load_workbook

from torget.foundation.core.money import Money
from torget.foundation.core.tables import Table, csv_bytes, defused, xlsx_bytes

AT = datetime(2026, 11, 30, 22, 0, tzinfo=UTC)
TABLE = Table(
    name="Fees/2026: [all] months of the year",
    headings=["What", "How many", "Amount", "Day", "When"],
    rows=[
        ["=1+1", 2, Money(-123456), date(2026, 11, 3), AT],
        ['Förseningsavgift; "x"', 0, Money(5), None, None],
    ],
)


OTHER = replace(TABLE, name="Other")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_text_that_could_become_a_formula_is_shown_as_text(start: str) -> None:
    assert defused(f"{start}cmd") == f"'{start}cmd"
    assert defused("a=b") == "a=b"
    assert defused("a\x00b") == "ab"


def test_csv_has_commas_as_finland_writes_them() -> None:
    text = csv_bytes(TABLE).decode("utf-8-sig")
    assert text.splitlines() == [
        "What;How many;Amount;Day;When",
        "'=1+1;2;-1234,56;2026-11-03;2026-11-30T22:00:00+00:00",
        '"Förseningsavgift; ""x""";0;0,05;;',
    ]


def test_xlsx_holds_numbers_as_numbers_and_formulas_as_text() -> None:
    book = load_workbook(io.BytesIO(xlsx_bytes([TABLE], at=AT)))
    (sheet,) = book.worksheets
    assert sheet.title == "Fees 2026   all  months of the "
    row = next(iter(sheet.iter_rows(min_row=2, max_row=2)))
    assert [cell.value for cell in row][:3] == ["=1+1", 2, -1234.56]
    assert row[0].data_type == "s"
    assert row[0].quotePrefix
    assert row[3].value == datetime(2026, 11, 3)  # noqa: DTZ001 - a spreadsheet knows no zones


def test_xlsx_is_the_same_to_the_byte_whenever_it_is_made() -> None:
    first = xlsx_bytes([TABLE, OTHER], at=AT)
    time.sleep(2.1)  # a zip archive counts in steps of two seconds
    assert xlsx_bytes([TABLE, OTHER], at=AT) == first
    core = zipfile.ZipFile(io.BytesIO(first)).read("docProps/core.xml")
    assert core.count(b"2026-11-30T22:00:00Z") == 2


def test_many_columns_are_possible() -> None:
    wide = Table(name="w", headings=[str(number) for number in range(60)], rows=[list(range(60))])
    assert load_workbook(io.BytesIO(xlsx_bytes([wide], at=AT))).active is not None
