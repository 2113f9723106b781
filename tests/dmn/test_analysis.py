"""Tables are proved: each gap, overlap and unreachable row comes with a case that shows it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dmn.building import fee_table, model, table
from torget_dmn import DecisionModel
from torget_dmn.analysis import Finding, analyse, in_words
from torget_dmn.model.elements import ItemDefinition
from torget_dmn.model.expressions import DecisionTable, OutputClause

KIND = ItemDefinition(name="tKind", type_ref="string", allowed_values='"book", "film"')
INPUTS = [("kind", "tKind"), ("amount", "number")]


def found(rows: list[list[str]], hit_policy: str = "UNIQUE", **more: Any) -> list[Finding]:
    made = table(INPUTS, rows, hit_policy=hit_policy, **more)
    return analyse(model(INPUTS, made, KIND), reasons=False)


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def test_a_complete_table_has_no_findings() -> None:
    rows = [['"book"', "<= 10", "1"], ['"book"', "> 10", "2"], ['"film"', "-", "3"]]
    assert found(rows) == []


def test_a_gap_is_shown_by_a_case() -> None:
    (gap,) = found([['"book"', "< 10", "1"], ['"book"', "> 10", "2"], ['"film"', "-", "3"]])
    assert gap.code == "gap"
    assert gap.message == 'no row answers when kind is "book" and amount is 10'


def test_an_overlap_is_shown_by_a_case() -> None:
    (overlap,) = found([["-", "<= 10", "1"], ['"book"', ">= 10", "2"], ['"film"', "> 10", "3"]])
    assert (overlap.code, overlap.rows) == ("overlap", (1, 2))
    assert overlap.message == 'rows 1 and 2 both match when kind is "book" and amount is 10'


def test_rows_that_agree_may_overlap_under_any() -> None:
    rows = [["-", "<= 10", "1"], ["-", ">= 10", "1"]]
    assert found(rows, "ANY") == []
    assert codes(found([rows[0], ["-", ">= 10", "2"]], "ANY")) == ["overlap"]


def test_a_hidden_row_is_named_with_the_rows_that_hide_it() -> None:
    rows = [["-", "<= 10", "1"], ['"book"', "> 10", "2"], ['"book"', "[5..20]", "3"], ["-", "-", "4"]]
    (hidden,) = found(rows, "FIRST")
    assert (hidden.code, hidden.rows) == ("unreachable-row", (3,))
    assert hidden.message == "row 3 is never used: every case it matches is answered by rows 1 and 2"


def test_results_that_are_equal_agree_however_they_are_written() -> None:
    assert found([["-", "<= 10", "1"], ["-", ">= 10", "1.0"]], "ANY") == []


@pytest.mark.parametrize(
    ("kind", "rows", "words"),
    [
        ("time", ['< @"08:00:00"', '>= @"16:00:00"'], 'no row answers when x is @"08:00:00"'),
        ("time", ['(@"08:00:00"..@"23:30:00"]'], 'no row answers when x is @"07:00:00"'),
        ("time", ['<= @"23:30:00"'], 'no row answers when x is @"23:45:00"'),
        (
            "date and time",
            ['< @"2026-01-01T00:00:00Z"', '> @"2026-02-01T00:00:00Z"'],
            'no row answers when x is @"2026-01-01T00:00:00Z"',
        ),
        (
            "date and time",
            ['< @"2026-02-01T00:00:00"', '> @"2026-01-01T00:00:00"'],
            'rows 1 and 2 both match when x is @"2026-01-02T00:00:00"',
        ),
        ("date", ['< @"2026-01-01"', '>= @"2026-01-03"'], 'no row answers when x is @"2026-01-01"'),
        ("days and time duration", ['< @"P1D"', '> @"P1D"'], 'no row answers when x is @"P1D"'),
        ("years and months duration", ['<= @"P1Y"', '> @"P2Y"'], 'no row answers when x is @"P1Y1M"'),
        ("boolean", ["true"], "no row answers when x is false"),
        ("string", ['"a"', 'not("a", "b")'], 'no row answers when x is "b"'),
        ("number", ["null", ">= 0"], "no row answers when x is -1"),
    ],
)
def test_every_kind_of_column_is_searched(kind: str, rows: list[str], words: str) -> None:
    made = table([("x", kind)], [[cell, "1"] for cell in rows])
    assert [finding.message for finding in analyse(model([("x", kind)], made), reasons=False)] == [words]


def test_a_cell_of_another_type_is_no_case_of_the_column() -> None:
    made = table([("x", "number")], [["true", "1"], ["<= 5", "2"]])
    messages = [finding.message for finding in analyse(model([("x", "number")], made), reasons=False)]
    assert messages == [
        "the cell true tests for true, but x is of type number",
        "row 1 can never match: no value of x passes true",
        "no row answers when x is 6",
    ]


def test_a_result_that_the_output_does_not_list_is_named() -> None:
    outputs = [OutputClause(name="result", values='"high", "low"')]
    (finding,) = found([["-", "-", '"medium"']], outputs=outputs)
    assert (finding.code, finding.place) == ("value-not-allowed", "decision 'D', row 1, output 'result'")


def test_a_row_that_nothing_passes_is_named() -> None:
    findings = found([["-", "[20..10]", "1"], ["-", "-", "2"]], "FIRST")
    assert [finding.message for finding in findings] == ["row 1 can never match: no value of amount passes [20..10]"]


@pytest.mark.parametrize(
    ("rows", "code", "place"),
    [
        ([['"dvd"', "-", "1"], ["-", "-", "2"]], "value-not-allowed", "decision 'D', row 1, input 'kind'"),
        ([["-", '"ten"', "1"], ["-", "-", "2"]], "type-error", "decision 'D', row 1, input 'amount'"),
        ([["-", "-", '1 + "a"']], "type-error", "decision 'D', row 1, output 'result'"),
        ([["-", "-", "upper case(amount)"]], "type-error", "decision 'D', row 1, output 'result'"),
        ([["-", "-", "kind.name.x + amount * kind"]], "type-error", "decision 'D', row 1, output 'result'"),
    ],
)
def test_types_that_do_not_fit_are_named(rows: list[list[str]], code: str, place: str) -> None:
    findings = found(rows, "FIRST")
    assert (code, place) in [(finding.code, finding.place) for finding in findings]


def test_what_keeps_a_model_from_running_is_found_too() -> None:
    assert codes(analyse(model([], "foo(1)"))) == ["unknown-function"]


def test_missing_reasons_are_named_by_language() -> None:
    assert [one for one in analyse(fee_table()) if "reason" in one.code and "daily fee" in one.place] == []
    source = fee_table()
    logic = source.decisions[0].expression
    assert isinstance(logic, DecisionTable)
    logic.rules[1].annotations[0] = " "
    logic.rules[2].annotations[3] = ""
    told = [finding.message for finding in analyse(source) if finding.place == "decision 'daily fee'"]
    assert "row 2 has no reason in Swedish" in told
    assert "row 3 has no legal reference" in told


def test_cells_that_ask_for_more_are_left_open() -> None:
    findings = found([["-", "> string length(kind)", "1"], ["-", "< 0", "2"]])
    assert codes(findings) == ["not-analysed"]


def test_a_case_in_words() -> None:
    assert in_words({}) == "nothing is given"
    assert in_words({"a": True}) == "a is true"


bounds = st.integers(0, 6)
amounts = st.one_of(
    st.just("-"),
    bounds.map(lambda n: f"< {n}"),
    bounds.map(lambda n: f">= {n}"),
    st.tuples(bounds, bounds).map(lambda pair: f"[{min(pair)}..{max(pair)}]"),
    bounds.map(str),
)
kinds = st.sampled_from(["-", '"book"', '"film"', 'not("book")'])


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(kinds, amounts), min_size=1, max_size=6))
def test_findings_are_true_and_complete(cells: list[tuple[str, str]]) -> None:
    rows = [[kind, amount, str(number)] for number, (kind, amount) in enumerate(cells, 1)]
    findings = found(rows)
    collecting = DecisionModel(model(INPUTS, table(INPUTS, rows, hit_policy="COLLECT"), KIND))

    def matching(case: Any) -> list[int]:
        return [int(number) for number in collecting.evaluate("D", case).value or []]

    for finding in findings:
        if finding.code == "gap":
            assert matching(finding.example) == []
        if finding.code == "overlap":
            assert set(finding.rows) <= set(matching(finding.example))
    half_steps = [n / 2 for n in range(-2, 15)]
    hits = [matching({"kind": kind, "amount": amount}) for kind in ("book", "film") for amount in half_steps]
    assert ("gap" in codes(findings)) == any(not one for one in hits)
    pairs = {pair for one in hits for pair in ((a, b) for a in one for b in one if a < b)}
    assert {finding.rows for finding in findings if finding.code == "overlap"} == pairs
