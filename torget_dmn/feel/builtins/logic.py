"""Logic, identity and the clock."""

from __future__ import annotations

import datetime as dt
from typing import Any

from torget_dmn.feel.builtins.registry import builtin
from torget_dmn.feel.equality import identical
from torget_dmn.feel.runtime import CURRENT
from torget_dmn.feel.temporal import Date, DateTime, Time


@builtin("not", "negand: any")
def negation(negand: Any) -> bool | None:
    """`not(true)`."""
    return not negand if type(negand) is bool else None


@builtin("is", "value1: any", "value2: any")
def is_identical(value1: Any, value2: Any = None) -> bool:
    """`is(a, b)`: the same kind and value, told apart more strictly than by `=`."""
    return identical(value1, value2)


@builtin("all", "list: list", variadic=True)
def all_true(items: list[Any]) -> bool | None:
    """`all([true, true])`."""
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else None


@builtin("any", "list: list", variadic=True)
def any_true(items: list[Any]) -> bool | None:
    """`any([true, false])`."""
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else None


def _moment() -> dt.datetime:
    run = CURRENT.get()
    # A caller that must be able to replay a decision gives the moment; otherwise the clock is read.
    return (None if run is None else run.now) or dt.datetime.now(dt.UTC)


@builtin("now")
def now() -> DateTime:
    """`now()`: the moment of evaluation."""
    moment = _moment()
    offset = moment.utcoffset()
    time = Time(moment.hour, moment.minute, moment.second, moment.microsecond * 1000,
                None if offset is None else int(offset.total_seconds()))  # fmt: skip
    return DateTime(Date(moment.year, moment.month, moment.day), time)


@builtin("today")
def today() -> Date:
    """`today()`: the day of evaluation."""
    moment = _moment()
    return Date(moment.year, moment.month, moment.day)
