"""Hit policies, and the index of columns against testing row by row."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dmn.building import model, table
from torget_dmn import DecisionModel
from torget_dmn.engine.table_index import Cell, column_masks
from torget_dmn.feel.compile_tests import compile_unary_tests, constants_of
from torget_dmn.feel.compiler import Compiler
from torget_dmn.feel.parser import parse_unary_tests
from torget_dmn.feel.scope import Scope
from torget_dmn.feel.temporal import Date
from torget_dmn.model.expressions import OutputClause

ROWS = [["< 10", '"low"'], ["[5..20]", '"middle"'], ["> 15", '"high"']]
PRIORITIES = [OutputClause(name="result", values='"high", "middle", "low"')]


def decide(hit_policy: str, amount: Any, aggregation: str | None = None, **more: Any) -> Any:
    made = table([("amount", "number")], more.pop("rows", ROWS), hit_policy=hit_policy, aggregation=aggregation, **more)
    return DecisionModel(model([("amount", "number")], made)).evaluate("D", {"amount": amount}).value


@pytest.mark.parametrize(
    ("hit_policy", "amount", "value"),
    [
        ("UNIQUE", 1, "low"),
        ("UNIQUE", 7, None),
        ("FIRST", 7, "low"),
        ("FIRST", 30, "high"),
        ("ANY", 7, None),
        ("ANY", 30, "high"),
        ("RULE ORDER", 7, ["low", "middle"]),
        ("COLLECT", 18, ["middle", "high"]),
        ("UNIQUE", None, None),
        ("COLLECT", None, None),
    ],
)
def test_a_hit_policy_chooses(hit_policy: str, amount: int | None, value: Any) -> None:
    assert decide(hit_policy, amount) == value


def test_a_dash_passes_the_listed_values_only() -> None:
    made = table([("amount", "number")], [["-", '"yes"']])
    made.inputs[0].values = ">= 0"
    ready = DecisionModel(model([("amount", "number")], made))
    assert [ready.evaluate("D", {"amount": amount}).value for amount in (0, -1, None)] == ["yes", None, None]
    trace = ready.evaluate("D", {"amount": -1}, trace=True).trace
    assert trace is not None
    assert str(trace.tables[0].row(1).miss) == "amount = -1 does not pass >= 0"


def test_priorities_follow_the_listed_values() -> None:
    assert decide("PRIORITY", 7, outputs=PRIORITIES) == "middle"
    assert decide("OUTPUT ORDER", 18, outputs=PRIORITIES) == ["high", "middle"]


@pytest.mark.parametrize(("aggregation", "value"), [("SUM", 3), ("MIN", 1), ("MAX", 2), ("COUNT", 2)])
def test_collected_values_are_aggregated(aggregation: str, value: int) -> None:
    rows = [["< 10", "1"], ["< 20", "2"], ["> 100", "3"]]
    assert decide("COLLECT", 5, aggregation, rows=rows) == value


def test_any_accepts_rows_that_agree() -> None:
    assert decide("ANY", 7, rows=[["< 10", "1"], ["> 5", "1.0"]]) == 1


def test_a_default_answers_when_no_row_does() -> None:
    outputs = [OutputClause(name="result", default='"none"')]
    assert decide("UNIQUE", -99, rows=[["> 0", '"some"']], outputs=outputs) == "none"


def test_a_cell_can_use_other_variables_and_the_value_itself() -> None:
    inputs = [("a", "number"), ("b", "number")]
    rows = [["> b", "-", '"more"'], ["?", "? = a", '"same"']]
    made = DecisionModel(model(inputs, table(inputs, rows, hit_policy="FIRST")))
    assert made.evaluate("D", {"a": 2, "b": 1}).value == "more"
    assert made.evaluate("D", {"a": 2, "b": 2}).value == "same"
    assert made.evaluate("D", {"a": 1, "b": 2}).value is None


def test_results_do_not_share_state() -> None:
    outputs = [OutputClause(name="x"), OutputClause(name="y")]
    made = DecisionModel(model([("a", "number")], table([("a", "number")], [["-", "1", "2"]], outputs=outputs)))
    made.evaluate("D", {"a": 1}).value["x"] = "changed"
    assert made.evaluate("D", {"a": 1}).value == {"x": Decimal(1), "y": Decimal(2)}


numbers = st.integers(-20, 20).map(str)
texts = st.sampled_from(['"a"', '"b"', '"c"'])
days = st.integers(1, 28).map(lambda day: f'@"2024-02-{day:02d}"')


def _tests(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["<", "<=", ">", ">=", "=", "!="])
    interval = st.tuples(st.sampled_from("[("), values, values, st.sampled_from("])"))
    return st.one_of(
        values,
        st.tuples(operators, values).map(" ".join),
        interval.map(lambda parts: f"{parts[0]}{parts[1]}..{parts[2]}{parts[3]}"),
        st.just("null"),
    )


cells = st.one_of(
    st.just("-"),
    st.lists(st.one_of(_tests(numbers), _tests(texts), _tests(days)), min_size=1, max_size=3).map(", ".join),
    st.lists(st.one_of(_tests(numbers), _tests(texts)), min_size=1, max_size=2).map(lambda t: f"not({', '.join(t)})"),
    st.just("? > 3"),
)
values = st.one_of(
    st.none(),
    st.integers(-21, 21).map(Decimal),
    st.decimals(-21, 21, places=1).map(lambda number: Decimal(str(number))),
    st.sampled_from(["", "a", "aa", "b", "c", "d"]),
    st.integers(1, 28).map(lambda day: Date(2024, 2, day)),
    st.booleans(),
    st.just([Decimal(1)]),
)


def _cell(text: str) -> Cell:
    tests = parse_unary_tests(text)
    test = compile_unary_tests(Compiler(), tests, Scope(None))
    return Cell(text, test, constants_of(tests, Scope(None)), tests.negated)


@settings(max_examples=200, deadline=None)
@given(st.lists(cells, min_size=1, max_size=8), st.lists(values, min_size=1, max_size=8))
def test_the_index_finds_what_testing_row_by_row_finds(texts: list[str], tested: list[Any]) -> None:
    column = [_cell(text) for text in texts]
    masks = column_masks(column)
    for value in tested:
        found = [bool(masks(value, [None]) >> row & 1) for row in range(len(column))]
        assert found == [cell.passes(value, [None]) for cell in column], (texts, value)
