"""Conversion functions (DMN 1.5, 10.3.4.1)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from torget_dmn.feel import calendar, zones
from torget_dmn.feel.arithmetic import months_duration
from torget_dmn.feel.builtins.registry import builtin
from torget_dmn.feel.durations import DaysDuration, MonthsDuration
from torget_dmn.feel.numbers import parse_number, whole
from torget_dmn.feel.printing import to_text
from torget_dmn.feel.temporal import MIDNIGHT_UTC, Date, DateTime, Time
from torget_dmn.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")


@builtin("date", "from: string")
def date_from_text(text: str) -> Date | None:
    """`date("2024-02-29")`."""
    return parse_date(text)


@builtin("date", "from: day")
def date_from_day(value: Date | DateTime) -> Date:
    """`date(date and time)`."""
    return value.date if isinstance(value, DateTime) else value


@builtin("date", "year: number", "month: number", "day: number")
def date_from_parts(year: Decimal, month: Decimal, day: Decimal) -> Date | None:
    """`date(2024, 2, 29)`."""
    parts = (whole(year), whole(month), whole(day))
    if parts[0] is None or parts[1] is None or parts[2] is None or not calendar.is_date(parts[0], parts[1], parts[2]):
        return None
    return Date(parts[0], parts[1], parts[2])


@builtin("time", "from: string")
def time_from_text(text: str) -> Time | None:
    """`time("10:30:00")`."""
    return parse_time(text)


@builtin("time", "from: time")
def time_from_time(value: Time) -> Time:
    """`time(time)`."""
    return value


@builtin("time", "from: day")
def time_from_day(value: Date | DateTime) -> Time:
    """`time(date and time)`; a date is midnight UTC."""
    return value.time if isinstance(value, DateTime) else MIDNIGHT_UTC


@builtin("time", "hour: number", "minute: number", "second: number", "offset: days duration?")
def time_from_parts(hour: Decimal, minute: Decimal, second: Decimal, offset: DaysDuration | None = None) -> Time | None:
    """`time(10, 30, 0, duration("PT2H"))`."""
    shift = None if offset is None else offset.nanoseconds // calendar.NANOSECONDS_PER_SECOND
    return _clock(hour, minute, second, shift, None)


def _clock(hour: Decimal, minute: Decimal, second: Decimal, offset: int | None, zone: str | None) -> Time | None:
    whole_hour, whole_minute = whole(hour), whole(minute)
    if whole_hour is None or whole_minute is None or not 0 <= second < 60:
        return None
    if not (0 <= whole_hour <= 23 and 0 <= whole_minute <= 59):
        return None
    if offset is not None and abs(offset) > zones.OFFSET_SECONDS_MAX:
        return None
    if zone is not None and zones.load_zone(zone) is None:
        return None
    nanosecond = int((second - int(second)) * calendar.NANOSECONDS_PER_SECOND)
    return Time(whole_hour, whole_minute, int(second), nanosecond, offset, zone)


@builtin("date and time", "from: string")
def date_time_from_text(text: str) -> DateTime | None:
    """`date and time("2024-02-29T10:30:00")`."""
    return parse_date_time(text)


@builtin("date and time", "from: date and time")
def date_time_from_date_time(value: DateTime) -> DateTime:
    """`date and time(date and time)`."""
    return value


@builtin("date and time", "from: date")
def date_time_from_date(value: Date) -> DateTime:
    """`date and time(date)`: midnight UTC."""
    return DateTime(value, MIDNIGHT_UTC)


@builtin("date and time", "date: day", "time: time")
def date_time_from_parts(date: Date | DateTime, time: Time) -> DateTime:
    """`date and time(date, time)`."""
    return DateTime(date.date if isinstance(date, DateTime) else date, time)


@builtin("date and time", "date: day", "timezone: string")
def date_time_in_zone(date: Date | DateTime, timezone: str) -> DateTime | None:
    """`date and time(date, "Europe/Helsinki")`."""
    if zones.load_zone(timezone) is None:
        return None
    moment = date if isinstance(date, DateTime) else DateTime(date, Time(0, 0, 0))
    clock = moment.time
    return DateTime(moment.date, Time(clock.hour, clock.minute, clock.second, clock.nanosecond, None, timezone))


_PARTS = ("year: number", "month: number", "day: number", "hour: number", "minute: number", "second: number")


@builtin("date and time", *_PARTS, "offset: days duration?")
@builtin("date and time", *_PARTS, "timezone: string")
def date_time_from_numbers(*given: Any) -> DateTime | None:
    """`date and time(2024, 2, 29, 10, 30, 0, duration("PT2H"))`."""
    year, month, day, hour, minute, second, *rest = given
    place = rest[0] if rest else None
    offset = place.nanoseconds // calendar.NANOSECONDS_PER_SECOND if isinstance(place, DaysDuration) else None
    date = date_from_parts(year, month, day)
    time = _clock(hour, minute, second, offset, place if isinstance(place, str) else None)
    return None if date is None or time is None else DateTime(date, time)


@builtin("duration", "from: string")
def duration_from_text(text: str) -> DaysDuration | MonthsDuration | None:
    """`duration("P1D")`."""
    return parse_duration(text)


@builtin("duration", "from: duration")
def duration_from_duration(value: DaysDuration | MonthsDuration) -> DaysDuration | MonthsDuration:
    """`duration(duration)`."""
    return value


@builtin("years and months duration", "from: day", "to: day")
def months_between(start: Date | DateTime, end: Date | DateTime) -> MonthsDuration | None:
    """Return the whole months from one day to another."""
    first = start.date if isinstance(start, DateTime) else start
    last = end.date if isinstance(end, DateTime) else end
    months = (last.year - first.year) * 12 + last.month - first.month
    # A month is whole only when the day has come round again; the time of day does not count.
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return months_duration(months)


@builtin("number", "from: string", "grouping separator: string?", "decimal separator: string?")
def number_from_text(text: str, grouping: str | None = None, point: str | None = None) -> Decimal | None:
    """`number("1 234,5", " ", ",")`."""
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", ".") or (point and grouping == point):
        return None
    plain = text if grouping is None else text.replace(grouping, "")
    if point == ",":
        if "." in plain:
            return None
        plain = plain.replace(",", ".")
    return parse_number(plain) if _NUMBER.match(plain) and plain.isascii() else None


@builtin("number", "from: number")
def number_from_number(value: Decimal) -> Decimal:
    """`number(1)`."""
    return value


@builtin("string", "from: any")
def string_of(value: Any) -> str | None:
    """`string(1.10)`; the string of null is null."""
    return None if value is None else to_text(value)
