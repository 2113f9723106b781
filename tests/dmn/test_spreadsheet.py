"""Tables go out as a workbook and come back the same; a workbook that is wrong says in which cell."""

from __future__ import annotations

import copy
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from tests.dmn.building import every_model, fee_table
from torget_dmn import DecisionModel, SpreadsheetError, read_model
from torget_dmn.model.expressions import Context, ContextEntry, FunctionDefinition, ListExpression, Variable
from torget_dmn.model.writer import write_model
from torget_dmn.spreadsheet import export_workbook, import_workbook, read_tables
from torget_dmn.spreadsheet.find_tables import find_tables


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("path", every_model(), ids=lambda path: path.stem)
def test_the_tables_of_a_model_survive_the_spreadsheet(path: Path) -> None:
    source = read_model(path.read_bytes())
    if find_tables(source):
        assert import_workbook(source, export_workbook(source)) == source


def test_rows_with_the_same_tests_keep_their_own_ids() -> None:
    source = fee_table()
    table = find_tables(source)["fees collected"]
    for number, rule in enumerate(table.rules):
        rule.inputs, rule.id = ["-"], f"row{number}"
    assert import_workbook(source, export_workbook(source)) == source


def test_an_official_can_change_a_table() -> None:
    source = fee_table()
    book = load_workbook(io.BytesIO(export_workbook(source)))
    sheet = book["daily fee"]
    assert sheet["B5"].value == "input"
    sheet["D12"].value = 0.3
    changed = import_workbook(source, saved(book))
    case = {"material": "book", "days late": 9}
    assert str(DecisionModel(source).evaluate("daily fee", case).value) == "0.2"
    assert str(DecisionModel(changed).evaluate("daily fee", case).value) == "0.3"


def test_every_table_has_room_for_its_reasons() -> None:
    source = fee_table()
    book = load_workbook(io.BytesIO(export_workbook(source)))
    sheet = book["fees collected"]
    head = [cell.value for cell in sheet[7]]
    assert head[-4:] == ["reason sv", "reason fi", "reason en", "legal reference"]
    for row in (11, 12, 13):
        sheet.cell(row, head.index("reason sv") + 1).value = f"Skäl {row}."
        sheet.cell(row, head.index("legal reference") + 1).value = "12 §"
    changed = import_workbook(source, saved(book))
    decided = DecisionModel(changed).evaluate("fees collected", {"days late": 40}, trace=True)
    assert decided.trace is not None
    assert decided.trace.reasons("sv") == ["Skäl 11.", "Skäl 12."]
    assert decided.trace.legal_references() == ["12 §"]
    # And on to another tool and back: the reasons are annotations of DMN.
    again = DecisionModel(read_model(write_model(changed, "1.3"))).evaluate(
        "fees collected", {"days late": 40}, trace=True
    )
    assert again.trace is not None
    assert again.trace.reasons("sv") == ["Skäl 11.", "Skäl 12."]


def test_tables_in_boxes_have_sheets_too() -> None:
    source = fee_table()
    own = source.decisions[0].expression
    other = source.decisions[1].expression
    assert own is not None
    assert other is not None
    source.decisions[0].expression = Context(
        entries=[
            ContextEntry(variable=Variable(name="fee"), expression=FunctionDefinition(body=own)),
            ContextEntry(variable=None, expression=ListExpression(items=[copy.deepcopy(other)])),
        ]
    )
    book = load_workbook(io.BytesIO(export_workbook(source)))
    assert [sheet["B1"].value for sheet in book] == ["daily fee / fee", "daily fee / result / 1", "fees collected"]
    book["daily fee   result   1"]["C11"].value = 7
    changed = import_workbook(source, saved(book))
    assert find_tables(changed)["daily fee / result / 1"].rules[0].outputs == ["7"]
    assert find_tables(changed)["daily fee / fee"] == own


def test_what_a_spreadsheet_program_types_is_understood() -> None:
    book = load_workbook(io.BytesIO(export_workbook(fee_table())))
    sheet = book["daily fee"]
    sheet["B12"].value, sheet["C12"].value = (
        "\N{RIGHT DOUBLE QUOTATION MARK}book\N{RIGHT DOUBLE QUOTATION MARK}",
        "> 7.5",
    )
    sheet["B13"].value = "\N{EN DASH}"
    rules = read_tables(saved(book))["daily fee"].rules
    assert [rules[1].inputs, rules[2].inputs[0]] == [['"book"', "> 7.5"], "-"]


def test_a_decimal_comma_is_refused_and_a_list_is_not() -> None:
    book = load_workbook(io.BytesIO(export_workbook(fee_table())))
    sheet = book["daily fee"]
    sheet["C11"].value, sheet["C12"].value, sheet["C13"].value = "<= 7,5", "8, 9", '"a1,2b"'
    with pytest.raises(SpreadsheetError) as caught:
        import_workbook(fee_table(), saved(book))
    assert [(one.code, one.place) for one in caught.value.problems] == [
        ("decimal-comma", "decision 'daily fee', row 1, input 'days late'")
    ]


def test_headings_can_be_finnish_or_swedish() -> None:
    book = load_workbook(io.BytesIO(export_workbook(fee_table())))
    sheet = book["daily fee"]
    sheet["B5"].value, sheet["C5"].value, sheet["D5"].value = "syöte", "indata", "tulos"
    (first, _) = read_tables(saved(book)).values()
    assert [clause.label for clause in first.inputs] == ["material", "days late"]


def test_comparisons_are_text_and_formulas_are_refused() -> None:
    book = load_workbook(io.BytesIO(export_workbook(fee_table())))
    assert book["daily fee"]["C12"].data_type == "s"
    book["daily fee"]["C12"].value = "=1+1"
    with pytest.raises(SpreadsheetError) as caught:
        read_tables(saved(book))
    assert [(one.code, one.place) for one in caught.value.problems] == [("formula", "sheet 'daily fee', cell C12")]


def test_everything_wrong_is_told_at_once() -> None:
    book = load_workbook(io.BytesIO(export_workbook(fee_table())))
    sheet = book["daily fee"]
    sheet["B2"].value, sheet["B5"].value, sheet["C7"].value = "BEST", "thing", None
    with pytest.raises(SpreadsheetError) as caught:
        read_tables(saved(book))
    assert {one.code for one in caught.value.problems} == {"hit-policy", "column-kind", "table-input"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda sheet: sheet.merge_cells("B11:B12"), "merged-cells"),
        (lambda sheet: sheet.insert_rows(1), "sheet-shape"),
        (lambda sheet: sheet.delete_rows(7), "sheet-shape"),
        (lambda sheet: sheet.delete_cols(2), "table-name"),
        (lambda sheet: sheet.cell(11, 12, "late"), "column-kind"),
        (lambda sheet: sheet.cell(11, 2, "#REF!"), "error-value"),
        (lambda sheet: sheet.cell(1, 600, "far"), "workbook-too-large"),
    ],
)
def test_what_would_be_lost_silently_is_refused(change: Callable[[Any], object], code: str) -> None:
    book = load_workbook(io.BytesIO(export_workbook(fee_table())))
    change(book["daily fee"])
    with pytest.raises(SpreadsheetError, match=code):
        read_tables(saved(book))


def test_a_sheet_of_notes_is_left_alone() -> None:
    book = load_workbook(io.BytesIO(export_workbook(fee_table())))
    book.create_sheet("notes")["A1"] = "title"
    assert import_workbook(fee_table(), saved(book)) == fee_table()


def test_a_table_of_another_model_is_refused() -> None:
    book = load_workbook(io.BytesIO(export_workbook(fee_table())))
    book["daily fee"]["B1"].value = "monthly fee"
    with pytest.raises(SpreadsheetError, match="unknown-table"):
        import_workbook(fee_table(), saved(book))


def test_files_that_are_no_workbooks_are_refused() -> None:
    with pytest.raises(SpreadsheetError, match="not-a-workbook"):
        read_tables(b"PK not a zip")
    with pytest.raises(SpreadsheetError, match="no-table"):
        read_tables(saved(Workbook()))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("xl/workbook.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
    with pytest.raises(SpreadsheetError, match="xml-doctype"):
        read_tables(stream.getvalue())
