"""Tables written as a workbook."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from torget_dmn.model.expressions import DecisionTable
from torget_dmn.spreadsheet import layout

_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FILLS = {layout.INPUT: "DCE9F7", layout.OUTPUT: "E3F1DD", layout.ANNOTATION: "F3F2F1"}


def write_tables(tables: Mapping[str, DecisionTable]) -> bytes:
    """Write named tables to a workbook, one sheet each."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, table in tables.items():
        _fill(book.create_sheet(_sheet_name(name, book.sheetnames)), name, table)
    if not tables:
        book.create_sheet("empty")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _sheet_name(name: str, taken: Iterable[str]) -> str:
    plain = _CONTROL.sub("", _FORBIDDEN_IN_NAMES.sub(" ", name)).strip() or "table"
    short = plain[: layout.SHEET_NAME_LENGTH_MAX]
    number = 1
    lowered = {one.lower() for one in taken}
    while short.lower() in lowered:
        number += 1
        tail = f" {number}"
        short = plain[: layout.SHEET_NAME_LENGTH_MAX - len(tail)] + tail
    return short


def _put(sheet: Worksheet, row: int, column: int, text: str | None) -> None:
    if text is None:
        return
    cell = sheet.cell(row, column)
    cell.value = _CONTROL.sub("", text)
    # FEEL such as `= 5` would become a formula; every cell is text, and stays text when it is edited.
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = True  # type: ignore[attr-defined,unused-ignore]
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def _fill(sheet: Worksheet, name: str, table: DecisionTable) -> None:
    for row, title in layout.ROW_TITLES.items():
        _put(sheet, row, layout.NUMBER_COLUMN, title)
        sheet.cell(row, layout.NUMBER_COLUMN).font = Font(bold=True)
    _put(sheet, layout.NAME_ROW, layout.FIRST_COLUMN, name)
    _put(sheet, layout.POLICY_ROW, layout.FIRST_COLUMN, table.hit_policy)
    _put(sheet, layout.AGGREGATION_ROW, layout.FIRST_COLUMN, table.aggregation)
    _put(sheet, layout.LABEL_ROW, layout.FIRST_COLUMN, table.output_label)
    column = layout.FIRST_COLUMN
    for clause in table.inputs:
        source = clause.expression
        _column(sheet, column, layout.INPUT, (clause.label, source.text, source.type_ref, clause.values, None))
        column += 1
    for output in table.outputs:
        texts = (output.label, output.name, output.type_ref, output.values, output.default)
        _column(sheet, column, layout.OUTPUT, texts)
        column += 1
    for annotation in table.annotations:
        _column(sheet, column, layout.ANNOTATION, (None, annotation, None, None, None))
        column += 1
    for number, rule in enumerate(table.rules, 1):
        row = layout.FIRST_RULE_ROW + number - 1
        sheet.cell(row, layout.NUMBER_COLUMN, number)
        missing = [""] * (len(table.annotations) - len(rule.annotations))
        for offset, written in enumerate([*rule.inputs, *rule.outputs, *rule.annotations, *missing]):
            _put(sheet, row, layout.FIRST_COLUMN + offset, written)
    sheet.freeze_panes = sheet.cell(layout.FIRST_RULE_ROW, layout.FIRST_COLUMN).coordinate


def _column(sheet: Worksheet, column: int, kind: str, texts: tuple[str | None, ...]) -> None:
    _put(sheet, layout.KIND_ROW, column, kind)
    for row, text in enumerate(texts, layout.TITLE_ROW):
        _put(sheet, row, column, text)
    fill = PatternFill("solid", fgColor=_FILLS[kind])
    for row in range(layout.KIND_ROW, layout.FIRST_RULE_ROW):
        sheet.cell(row, column).fill = fill
    sheet.column_dimensions[get_column_letter(column)].width = 40 if kind == layout.ANNOTATION else 24
