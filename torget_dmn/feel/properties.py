"""The properties that dates, times, durations and ranges have behind a dot."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from torget_dmn.feel import calendar
from torget_dmn.feel.durations import DaysDuration, MonthsDuration
from torget_dmn.feel.ranges import Equals, Range
from torget_dmn.feel.temporal import Date, DateTime, Time


def _weekday(value: Date) -> Decimal:
    return Decimal(calendar.weekday(value.year, value.month, value.day))


def _offset(seconds: int | None) -> DaysDuration | None:
    return None if seconds is None else DaysDuration(seconds * calendar.NANOSECONDS_PER_SECOND)


def _of_part(part: str, get: Callable[[Any], Any]) -> Callable[[Any], Any]:
    if part == "date":
        return lambda value: get(value.date)
    return lambda value: get(value.time)


_DATE: dict[str, Callable[[Any], Any]] = {
    "year": lambda v: Decimal(v.year),
    "month": lambda v: Decimal(v.month),
    "day": lambda v: Decimal(v.day),
    "weekday": _weekday,
}
_TIME: dict[str, Callable[[Any], Any]] = {
    "hour": lambda v: Decimal(v.hour),
    "minute": lambda v: Decimal(v.minute),
    "second": lambda v: Decimal(v.second),
    "time offset": lambda v: _offset(v.offset_on(None)),
    "timezone": lambda v: v.zone,
}
_PROPERTIES: dict[type, dict[str, Callable[[Any], Any]]] = {
    # A date is midnight UTC where a moment is needed (DMN 1.5, 10.3.2.3.6), so it has these too.
    Date: {
        **_DATE,
        "hour": lambda _: Decimal(0),
        "minute": lambda _: Decimal(0),
        "second": lambda _: Decimal(0),
        "time offset": lambda _: DaysDuration(0),
        "timezone": lambda _: None,
    },
    Time: _TIME,
    DateTime: {
        **{name: _of_part("date", get) for name, get in _DATE.items()},
        **{name: _of_part("time", get) for name, get in _TIME.items()},
        "time offset": lambda v: _offset(v.offset),
    },
    DaysDuration: {
        "days": lambda v: Decimal(v.parts()[0]),
        "hours": lambda v: Decimal(v.parts()[1]),
        "minutes": lambda v: Decimal(v.parts()[2]),
        "seconds": lambda v: Decimal(v.parts()[3]),
    },
    MonthsDuration: {
        "years": lambda v: Decimal(v.parts()[0]),
        "months": lambda v: Decimal(v.parts()[1]),
    },
    Range: {
        "start": lambda v: v.start,
        "end": lambda v: v.end,
        "start included": lambda v: v.start_included,
        "end included": lambda v: v.end_included,
    },
    Equals: {
        "start": lambda v: None if v.negated else v.point,
        "end": lambda v: None if v.negated else v.point,
        "start included": lambda v: not v.negated,
        "end included": lambda v: not v.negated,
    },
}
PROPERTY_NAMES: frozenset[str] = frozenset(name for names in _PROPERTIES.values() for name in names)


def has_property(kind: type, name: str) -> bool:
    """Say whether values of a kind have a property."""
    return name in _PROPERTIES.get(kind, {})


def property_of(value: Any, name: str) -> Any:
    """Return a property of a value that has no entries, or null."""
    getter = _PROPERTIES.get(type(value), {}).get(name)
    return None if getter is None else getter(value)


def member(value: Any, name: str) -> Any:
    """Evaluate `value.name`: an entry, a property, or the list of the items' members."""
    kind = type(value)
    if kind is dict:
        return value.get(name)
    if kind is list:
        return [member(item, name) for item in value]
    return None if value is None else property_of(value, name)
