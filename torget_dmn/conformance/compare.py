"""Whether a result is what the kit expects."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from torget_dmn.feel.temporal import DateTime, Time

# The kit writes irrational results with as few as eight digits.
_TOLERANCE = Decimal("1e-8")


def agrees(actual: Any, expected: Any) -> bool:
    """Compare a result with the expected one; numbers to eight digits, all else exactly."""
    if type(actual) is not type(expected):
        return False
    if type(expected) is Decimal:
        return bool(abs(actual - expected) <= _TOLERANCE * max(Decimal(1), abs(expected)))
    if type(expected) is list:
        return len(actual) == len(expected) and all(agrees(a, e) for a, e in zip(actual, expected, strict=True))
    if type(expected) is dict:
        return bool(actual.keys() == expected.keys()) and all(agrees(actual[key], expected[key]) for key in expected)
    if isinstance(expected, Time | DateTime):
        return str(actual) == str(expected)
    return bool(actual == expected)
