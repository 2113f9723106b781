"""Tables read from a workbook."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from torget_dmn.errors import Problem, SpreadsheetError
from torget_dmn.model.expressions import (
    AGGREGATIONS,
    HIT_POLICIES,
    DecisionTable,
    InputClause,
    LiteralExpression,
    OutputClause,
    Rule,
)
from torget_dmn.spreadsheet import layout
from torget_dmn.words import say

_BYTES_MAX = 20_000_000
_UNPACKED_BYTES_MAX = 200_000_000
_RULES_MAX = 100_000
_COLUMNS_MAX = 500
# A head that was moved is looked for this far down.
_HEAD_ROWS = 20
_DASHES = ("\N{EN DASH}", "\N{EM DASH}", "\N{MINUS SIGN}")
_QUOTES = dict.fromkeys(
    map(ord, "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}\N{DOUBLE LOW-9 QUOTATION MARK}"), '"'
)
_TITLES = frozenset(layout.ROW_TITLES.values())
_NO_TEXT = {
    "f": ("formula", say("a formula is not allowed; write the test as text")),
    "e": ("error-value", say("the spreadsheet program could not compute this cell; write the test as text")),
}


def read_tables(content: bytes) -> dict[str, DecisionTable]:
    """Read the tables of a workbook by name; a SpreadsheetError lists everything that is wrong."""
    _check_package(content)
    try:
        book = load_workbook(io.BytesIO(content))
    except Exception:  # noqa: BLE001 - the library raises many kinds of error on a broken file
        raise SpreadsheetError(Problem("not-a-workbook", say("the file is not a readable workbook"))) from None
    problems: list[Problem] = []
    tables: dict[str, DecisionTable] = {}
    for sheet in book.worksheets:
        reader = _SheetReader(sheet, problems)
        if not reader.is_table():
            continue
        reader.check_shape()
        name = reader.name()
        if name in tables:
            problems.append(
                Problem("table-twice", say("the table '{name}' is on two sheets", name=name), f"sheet '{sheet.title}'")
            )
        tables[name] = reader.table()
    if not tables and not problems:
        problems.append(Problem("no-table", say("no sheet of the workbook describes a table")))
    if problems:
        raise SpreadsheetError(problems)
    return tables


def _check_package(content: bytes) -> None:
    if len(content) > _BYTES_MAX:
        raise SpreadsheetError(
            Problem("workbook-too-large", say("the file has more than {limit} bytes", limit=_BYTES_MAX))
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            if sum(part.file_size for part in parts) > _UNPACKED_BYTES_MAX:
                raise SpreadsheetError(Problem("workbook-too-large", say("the file unpacks to too many bytes")))
            for part in parts:
                if b"<!DOCTYPE" in package.read(part):
                    raise SpreadsheetError(Problem("xml-doctype", say("a document type is not allowed in a workbook")))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError):
        raise SpreadsheetError(Problem("not-a-workbook", say("the file is not a readable workbook"))) from None


class _SheetReader:
    """Reads one sheet and notes what is wrong in it."""

    def __init__(self, sheet: Worksheet, problems: list[Problem]) -> None:
        self._sheet = sheet
        self._problems = problems

    def _note(self, code: str, message: str, row: int, column: int) -> None:
        cell = self._sheet.cell(row, column).coordinate
        self._problems.append(Problem(code, message, f"sheet '{self._sheet.title}', cell {cell}"))

    def text(self, row: int, column: int) -> str:
        """Return a cell as FEEL text, whatever the spreadsheet program made of it."""
        cell = self._sheet.cell(row, column)
        if cell.data_type in _NO_TEXT:
            self._note(*_NO_TEXT[cell.data_type], row, column)
            return ""
        return _as_feel(cell.value)

    def is_table(self) -> bool:
        """Say whether the sheet means to describe a table; one without the titles of a head is somebody's notes."""
        cells = self._sheet.iter_rows(max_row=_HEAD_ROWS, max_col=1, values_only=True)
        return len(_TITLES & {str(cell).strip().lower() for (cell,) in cells}) > len(_TITLES) // 2

    def check_shape(self) -> None:
        """Note a head that has been moved, and merged cells, which would silently empty all cells but one."""
        for row, title in layout.ROW_TITLES.items():
            if self.text(row, layout.NUMBER_COLUMN).lower() != title:
                self._note(
                    "sheet-shape",
                    say("row {row} must begin with '{title}'", row=row, title=title),
                    row,
                    layout.NUMBER_COLUMN,
                )
        for merged in self._sheet.merged_cells.ranges:
            if merged.max_row >= layout.KIND_ROW:
                message = say("merged cells are not allowed; write the text into each")
                self._note("merged-cells", message, merged.min_row, merged.min_col)

    def name(self) -> str:
        """Return the name of the table."""
        name = self.text(layout.NAME_ROW, layout.FIRST_COLUMN)
        if not name:
            self._note("table-name", say("the table has no name"), layout.NAME_ROW, layout.FIRST_COLUMN)
        return name

    def table(self) -> DecisionTable:
        """Read the table."""
        policy = self.text(layout.POLICY_ROW, layout.FIRST_COLUMN).upper() or "UNIQUE"
        aggregation = self.text(layout.AGGREGATION_ROW, layout.FIRST_COLUMN).upper() or None
        if policy not in HIT_POLICIES:
            self._note(
                "hit-policy", say("'{name}' is not a hit policy", name=policy), layout.POLICY_ROW, layout.FIRST_COLUMN
            )
            policy = "UNIQUE"
        if aggregation is not None and aggregation not in AGGREGATIONS:
            message = say("'{name}' is not an aggregation", name=aggregation)
            self._note("aggregation", message, layout.AGGREGATION_ROW, layout.FIRST_COLUMN)
            aggregation = None
        table = DecisionTable(hit_policy=policy, aggregation=aggregation)
        table.output_label = self.text(layout.LABEL_ROW, layout.FIRST_COLUMN) or None
        kinds = self._kinds()
        for column, kind in kinds:
            self._clause(table, column, kind)
        if not table.outputs:
            self._note("table-outputs", say("the table has no output"), layout.KIND_ROW, layout.FIRST_COLUMN)
        self._rules(table, kinds)
        return table

    def _kinds(self) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        last = self._sheet.max_column
        if last > _COLUMNS_MAX:
            self._note(
                "workbook-too-large",
                say("the table has more than {limit} columns", limit=_COLUMNS_MAX),
                layout.KIND_ROW,
                last,
            )
            return found
        for column in range(layout.FIRST_COLUMN, last + 1):
            word = self.text(layout.KIND_ROW, column).strip().lower()
            if not word and not self._has_text(column):
                continue
            if word not in layout.KINDS:
                message = say("'{word}' is neither input, output nor annotation", word=word)
                self._note("column-kind", message, layout.KIND_ROW, column)
                continue
            found.append((column, layout.KINDS[word]))
        return found

    def _has_text(self, column: int) -> bool:
        cells = self._sheet.iter_rows(min_row=layout.TITLE_ROW, min_col=column, max_col=column, values_only=True)
        return any(value not in (None, "") for (value,) in cells)

    def _clause(self, table: DecisionTable, column: int, kind: str) -> None:
        label = self.text(layout.TITLE_ROW, column) or None
        source = self.text(layout.SOURCE_ROW, column)
        type_ref = self.text(layout.TYPE_ROW, column) or None
        values = self.text(layout.VALUES_ROW, column) or None
        if kind == layout.INPUT:
            if not source:
                self._note("table-input", say("an input has no expression"), layout.SOURCE_ROW, column)
            expression = LiteralExpression(text=source, type_ref=type_ref)
            table.inputs.append(InputClause(expression=expression, values=values, label=label))
        elif kind == layout.OUTPUT:
            default = self.text(layout.DEFAULT_ROW, column) or None
            clause = OutputClause(name=source or None, type_ref=type_ref, values=values, default=default, label=label)
            table.outputs.append(clause)
        else:
            table.annotations.append(source or label or "")

    def _rules(self, table: DecisionTable, kinds: list[tuple[int, str]]) -> None:
        last = self._sheet.max_row
        if last - layout.FIRST_RULE_ROW >= _RULES_MAX:
            self._note(
                "workbook-too-large",
                say("the table has more than {limit} rows", limit=_RULES_MAX),
                last,
                layout.NUMBER_COLUMN,
            )
            return
        for row in range(layout.FIRST_RULE_ROW, last + 1):
            texts = [(kind, self.text(row, column)) for column, kind in kinds]
            # A row without any text is the space people leave between parts of a sheet.
            if not any(text for _, text in texts):
                continue
            table.rules.append(
                Rule(
                    inputs=[_straight(text) or "-" for kind, text in texts if kind == layout.INPUT],
                    outputs=[_straight(text) for kind, text in texts if kind == layout.OUTPUT],
                    annotations=[text for kind, text in texts if kind == layout.ANNOTATION],
                )
            )


def _as_feel(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        if value.time() == dt.time(0):
            return f'date("{value.date().isoformat()}")'
        return f'date and time("{value.isoformat()}")'
    if isinstance(value, dt.date):
        return f'date("{value.isoformat()}")'
    if isinstance(value, dt.time):
        return f'time("{value.isoformat()}")'
    if isinstance(value, dt.timedelta):
        return f'duration("PT{int(value.total_seconds())}S")'
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    # What spreadsheet programs make of a typed minus.
    return "-" if text in _DASHES else text


def _straight(text: str) -> str:
    """Undo the curly quotes that spreadsheet programs type, unless the text has straight ones too."""
    return text if '"' in text else text.translate(_QUOTES)
