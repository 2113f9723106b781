"""The order of FEEL values; only values of one kind are ordered."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from torget_dmn.feel.durations import DaysDuration, MonthsDuration
from torget_dmn.feel.temporal import Date, DateTime, Time


def order_key(value: Any) -> Any:
    """Return a key that Python orders as FEEL does, or None for a kind without an order."""
    kind = type(value)
    if kind is Decimal or kind is str:
        return value
    if kind is Date:
        return value.day_number
    if kind is DateTime:
        return value.epoch_nanoseconds
    if kind is Time:
        return value.nanosecond_of_day
    if kind is DaysDuration:
        return value.nanoseconds
    if kind is MonthsDuration:
        return value.months
    return None


def compare(left: Any, right: Any) -> int | None:
    """Return -1, 0 or 1, or None when the two have no order between them."""
    kind = type(left)
    if kind is not type(right):
        return None
    if kind is Decimal or kind is str:
        return int(left > right) - int(left < right)
    left_key, right_key = order_key(left), order_key(right)
    if left_key is None:
        return None
    if kind in (Time, DateTime) and left.is_local != right.is_local:
        # A local value takes the offset of the other (DMN 1.5, table 54).
        left_key, right_key = left.local_nanoseconds, right.local_nanoseconds
    return int((left_key > right_key) - (left_key < right_key))
