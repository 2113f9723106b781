"""Names with spaces and symbols are told from operators by what is in scope."""

from __future__ import annotations

from typing import Any

import pytest

from torget_dmn.feel import evaluate

VARIABLES: dict[str, Any] = {
    "days late": 3,
    "days": 10,
    "late": 2,
    "pre-bureau category": "A",
    "pre": 7,
    "bureau": 1,
    "patron's card": "123",
    "a+b": 5,
    "a": 1,
    "b": 2,
    "in stock": True,
    "not paid": False,
    "if needed": 4,
    "maksun määrä": 8,
    "date": "shadowed",
    "rate/12": 0.5,
    "orders": [{"unit price": 3, "amount": 2}, {"unit price": 5, "amount": 1}],
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("days late", 3),
        ("days   late", 3),
        ("days\n late + 1", 4),
        ("days - late", 8),
        ("pre-bureau category", "A"),
        ("pre - bureau", 6),
        ("patron's card", "123"),
        ("a+b", 5),
        ("a + b", 3),
        ("a +b", 3),
        ("in stock and not(not paid)", True),
        ("if in stock then if needed else 0", 4),
        ("maksun määrä * 2", 16),
        ("date", "shadowed"),
        ("rate/12 + 1", 1.5),
        ("sum(for o in orders return o.unit price * o.amount)", 11),
        ("orders[unit price > 3].amount", [1]),
        ("for days late in [1, 2] return days late + days", [11, 12]),
        ("{days late: 7, r: days late}.r", 7),
        ("(function(days late) days late + 1)(1)", 2),
        ("(function(first day, last day) last day - first day)(last day: 5, first day: 2)", 3),
        ("some days late in [1] satisfies days late = 1", True),
        ("string length(date)", 8),
    ],
)
def test_a_name_is_the_longest_one_known(expression: str, value: Any) -> None:
    assert evaluate(expression, VARIABLES) == value
