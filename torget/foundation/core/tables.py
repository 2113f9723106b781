"""Tables that leave Torget as CSV or XLSX: the same table gives the same bytes, and no cell can become a formula."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from torget.foundation.core.money import Money

Cell = str | int | Decimal | Money | date | timedelta | None

BOM = "\ufeff"
"""Without it Excel reads a CSV file in UTF-8 as Latin-1."""

SHEET_NAME_LENGTH_MAX = 31
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NOT_IN_SHEET_NAME = re.compile(r"[\\/*?:\[\]]")
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_WIDTH_MIN, _WIDTH_MAX = 10, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    totals: Sequence[Cell] = ()
    """The last row, if the table has sums."""

    @property
    def all_rows(self) -> list[Sequence[Cell]]:
        return [*self.rows, self.totals] if self.totals else list(self.rows)


def defused(text: str) -> str:
    """A text that a spreadsheet shows and never calculates: an apostrophe goes before what could start a formula."""
    clean = _UNSAFE.sub("", text)
    return f"'{clean}" if clean.startswith(_FORMULA_STARTS) else clean


def _clock(span: timedelta) -> str:
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"


def _csv_cell(cell: Cell) -> str:
    """Amounts with a decimal comma and no spaces; times in ISO 8601; a span as hours:minutes:seconds."""
    if cell is None:
        return ""
    if isinstance(cell, timedelta):
        return _clock(cell)
    if isinstance(cell, (Money, Decimal)):
        return str(cell).replace(".", ",")
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell) if isinstance(cell, int) else defused(cell)


def csv_bytes(table: Table) -> bytes:
    """UTF-8 with a BOM, semicolons and decimal commas: what a spreadsheet in Finland opens without questions."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow([defused(heading) for heading in table.headings])
    writer.writerows([_csv_cell(cell) for cell in row] for row in table.all_rows)
    return (BOM + file.getvalue()).encode()


def _xlsx_cell(sheet: Any, cell: Cell) -> object:
    if cell is None or isinstance(cell, int):
        return cell
    value: Any  # openpyxl takes decimals and dates; its stubs say otherwise
    if isinstance(cell, Money):
        value = cell.to_decimal()
        made = WriteOnlyCell(sheet, value=value)
        made.number_format = "#,##0.00"
    elif isinstance(cell, Decimal):
        made = WriteOnlyCell(sheet, value=cell)  # type: ignore[arg-type]
    elif isinstance(cell, timedelta):
        made = WriteOnlyCell(sheet, value=cell)  # type: ignore[arg-type]
        made.number_format = "[h]:mm:ss"
    elif isinstance(cell, date):
        # A spreadsheet knows no time zones, so a moment stays a text that says its own.
        value = cell.isoformat(timespec="seconds") if isinstance(cell, datetime) else cell
        made = WriteOnlyCell(sheet, value=value)
    else:
        made = WriteOnlyCell(sheet, value=_UNSAFE.sub("", str(cell)))
        # openpyxl would take '=1+1' for a formula; the type says that it is text whatever it looks like.
        made.data_type = "s"
        made.quotePrefix = str(cell).startswith(_FORMULA_STARTS)
    return made


def _widths(table: Table) -> list[int]:
    columns = zip(*([table.headings, *table.rows[:200]]), strict=True)
    return [min(max(_WIDTH_MIN, *(len(str(cell)) + 2 for cell in column)), _WIDTH_MAX) for column in columns]


def _add_sheet(book: Workbook, table: Table) -> None:
    sheet = book.create_sheet(_NOT_IN_SHEET_NAME.sub(" ", table.name)[:SHEET_NAME_LENGTH_MAX])
    sheet.freeze_panes = "A2"
    for number, width in enumerate(_widths(table), 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    headings = [WriteOnlyCell(sheet, value=heading) for heading in table.headings]
    for heading in headings:
        heading.font = Font(bold=True)
        heading.data_type = "s"
    sheet.append(headings)
    for row in table.all_rows:
        sheet.append([_xlsx_cell(sheet, cell) for cell in row])


def xlsx_bytes(tables: Iterable[Table], *, at: datetime) -> bytes:
    """One sheet per table. `at` is the time that the file says it was made, never the clock's."""
    book = Workbook(write_only=True)
    book.properties.creator = "Torget"
    for table in tables:
        _add_sheet(book, table)
    file = io.BytesIO()
    book.save(file)
    return _with_fixed_times(file.getvalue(), at)


def _with_fixed_times(made: bytes, at: datetime) -> bytes:
    """The same archive with the times that openpyxl and zip took from the clock replaced."""
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            target.writestr(info, content)
    return fixed.getvalue()
