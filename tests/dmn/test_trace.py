"""A trace tells which row matched, with which values, and why the others did not."""

from __future__ import annotations

import datetime as dt

from tests.dmn.building import fee_table, model, table
from torget_dmn import DecisionModel


def test_a_trace_tells_matches_and_misses() -> None:
    evaluation = DecisionModel(fee_table()).evaluate("daily fee", {"material": "book", "days late": 9}, trace=True)
    assert evaluation.trace is not None
    (told,) = evaluation.trace.tables
    assert told.inputs == {"material": "book", "days late": 9}
    assert told.matched_rows == [2]
    rows = list(told.rows())
    assert rows[1].matched
    assert str(rows[0].miss) == "days late = 9 does not pass [0..7]"
    assert str(rows[2].miss) == 'material = "book" does not pass not("book")'
    assert evaluation.trace.decisions == {"daily fee": evaluation.value}
    assert evaluation.trace.inputs == {"material": "book", "days late": 9}


def test_reasons_and_references_come_from_the_rows_that_matched() -> None:
    evaluation = DecisionModel(fee_table()).evaluate("daily fee", {"material": "film", "days late": 1}, trace=True)
    assert evaluation.trace is not None
    assert evaluation.trace.reasons("sv") == ["Filmer och spel har en högre avgift."]
    assert evaluation.trace.reasons("fi") == ["Elokuvilla ja peleillä on korkeampi maksu."]
    assert evaluation.trace.reasons("en") == ["Films and games have a higher fee."]
    assert evaluation.trace.legal_references() == ["Rules of use 6 §"]


def test_a_trace_as_plain_data_names_each_row_once() -> None:
    evaluation = DecisionModel(fee_table()).evaluate("daily fee", {"material": "game", "days late": -1}, trace=True)
    assert evaluation.trace is not None
    told = evaluation.trace.tables[0].as_dict()
    assert told["matched"] == []
    assert told["missed"] == [
        (1, "material", '"book"'),
        (2, "material", '"book"'),
        (3, "days late", ">= 0"),
    ]
    assert told["result"] is None


def test_the_value_is_the_same_with_and_without_a_trace() -> None:
    made = DecisionModel(fee_table())
    for days in range(-2, 100, 7):
        case = {"material": "book", "days late": days}
        for decision in ("daily fee", "fees collected"):
            assert made.evaluate(decision, case).value == made.evaluate(decision, case, trace=True).value


def test_a_fixed_clock_makes_a_decision_repeatable() -> None:
    made = DecisionModel(model([], "string(today()) + string(now())"))
    moment = dt.datetime(2026, 2, 25, 10, 30, tzinfo=dt.UTC)
    assert made.evaluate("D", {}, now=moment).value == "2026-02-252026-02-25T10:30:00Z"


def test_many_cases_give_what_single_ones_give() -> None:
    inputs = [("a", "number")]
    made = DecisionModel(model(inputs, table(inputs, [["< 5", "1"], [">= 5", "2"]])))
    cases = [{"a": number} for number in range(10)]
    assert list(made.evaluate_many("D", cases)) == [made.evaluate("D", case).value for case in cases]
