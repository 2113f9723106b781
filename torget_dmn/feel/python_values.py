"""Python values made into FEEL values and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from torget_dmn.errors import InputError, Problem
from torget_dmn.feel.calendar import NANOSECONDS_PER_SECOND
from torget_dmn.feel.durations import DaysDuration, MonthsDuration
from torget_dmn.feel.functions import FeelFunction
from torget_dmn.feel.numbers import CONTEXT, to_number
from torget_dmn.feel.ranges import Equals, Range
from torget_dmn.feel.temporal import Date, DateTime, Time
from torget_dmn.words import say

_FEEL_KINDS = (Date, Time, DateTime, DaysDuration, MonthsDuration, Range, Equals, FeelFunction)


def to_feel(value: Any) -> Any:
    """Make a FEEL value of a Python one; values that are FEEL's already stay as they are."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is Decimal:
        return value if value.is_finite() and len(value.as_tuple().digits) <= CONTEXT.prec else to_number(value)
    if kind is int:
        return Decimal(value) if -(10**33) < value < 10**33 else to_number(value)
    if kind is float:
        return to_number(value)
    if isinstance(value, Mapping):
        return {str(key): to_feel(item) for key, item in value.items()}
    if isinstance(value, dt.datetime):
        return DateTime(Date(value.year, value.month, value.day), _time(value.time(), value.utcoffset()))
    if isinstance(value, dt.date):
        return Date(value.year, value.month, value.day)
    if isinstance(value, dt.time):
        return _time(value, value.utcoffset())
    if isinstance(value, dt.timedelta):
        return DaysDuration((value.days * 86_400 + value.seconds) * NANOSECONDS_PER_SECOND + value.microseconds * 1000)
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str | bytes):
        return [to_feel(item) for item in value]
    if not isinstance(value, _FEEL_KINDS):
        raise InputError(Problem("unknown-value", say("a {kind} is not a value of FEEL", kind=kind.__name__)))
    return value


def _time(value: dt.time, offset: dt.timedelta | None) -> Time:
    seconds = None if offset is None else int(offset.total_seconds())
    return Time(value.hour, value.minute, value.second, value.microsecond * 1000, seconds)
