"""FEEL's `=`, and the identity that `is` tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from torget_dmn.feel.calendar import NANOSECONDS_PER_SECOND
from torget_dmn.feel.durations import DaysDuration, MonthsDuration
from torget_dmn.feel.ranges import Equals, Range
from torget_dmn.feel.runtime import spend
from torget_dmn.feel.temporal import Date, DateTime, Time

_PLAIN_KINDS = (Decimal, str, bool, Date, DaysDuration, MonthsDuration)


def equal(left: Any, right: Any) -> bool | None:
    """Return whether two values are equal, or None when they are of different kinds."""
    if left is None or right is None:
        return left is right
    kind = type(left)
    if kind is not type(right):
        if isinstance(left, Range | Equals) and isinstance(right, Range | Equals):
            return False
        return None
    if kind in _PLAIN_KINDS:
        return bool(left == right)
    if kind is list:
        return _equal_lists(left, right)
    if kind is dict:
        return _equal_contexts(left, right)
    if kind is Time:
        return _equal_times(left, right)
    if kind is DateTime:
        return _equal_moments(left, right)
    if kind is Range:
        return _equal_ranges(left, right)
    if kind is Equals:
        return left.negated == right.negated and equal(left.point, right.point)
    return left is right


def _equal_times(left: Time, right: Time) -> bool:
    # The properties of a time are whole seconds, so equality does not see fractions (DMN 1.5, table 41).
    if left.is_local != right.is_local:
        return False
    return left.nanosecond_of_day // NANOSECONDS_PER_SECOND == right.nanosecond_of_day // NANOSECONDS_PER_SECOND


def _equal_moments(left: DateTime, right: DateTime) -> bool:
    if left.is_local != right.is_local:
        return False
    return left.epoch_nanoseconds // NANOSECONDS_PER_SECOND == right.epoch_nanoseconds // NANOSECONDS_PER_SECOND


def _equal_lists(left: list[Any], right: list[Any]) -> bool | None:
    if len(left) != len(right):
        return False
    spend(len(left))
    result: bool | None = True
    for one, other in zip(left, right, strict=True):
        same = equal(one, other)
        if same is False:
            return False
        if same is None:
            result = None
    return result


def _equal_contexts(left: dict[str, Any], right: dict[str, Any]) -> bool | None:
    if left.keys() != right.keys():
        return False
    spend(len(left))
    result: bool | None = True
    for key, value in left.items():
        same = equal(value, right[key])
        if same is False:
            return False
        if same is None:
            result = None
    return result


def _equal_ranges(left: Range, right: Range) -> bool | None:
    if left.start_included != right.start_included or left.end_included != right.end_included:
        return False
    starts, ends = equal(left.start, right.start), equal(left.end, right.end)
    if starts is False or ends is False:
        return False
    return None if starts is None or ends is None else True


def identical(left: Any, right: Any) -> bool:
    """Test `is`: same kind, same value, and for times the same way of stating the zone."""
    if type(left) is not type(right):
        return False
    if isinstance(left, Time | DateTime):
        return bool(left == right)
    return equal(left, right) is True


def contains_equal(items: list[Any], value: Any) -> bool:
    """Say whether a list holds a value."""
    spend(len(items) // 4)
    return any(equal(item, value) is True for item in items)
