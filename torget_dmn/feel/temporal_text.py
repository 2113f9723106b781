"""Reading dates, times and durations from text."""

from __future__ import annotations

import re

from torget_dmn.feel import calendar, zones
from torget_dmn.feel.durations import (
    MONTHS_MAX,
    NANOSECONDS_MAX,
    NANOSECONDS_PER_DAY,
    DaysDuration,
    MonthsDuration,
)
from torget_dmn.feel.temporal import MIDNIGHT, Date, DateTime, Time

_DATE = re.compile(r"(-?(?:[1-9][0-9]{4,8}|[0-9]{4}))-([0-9]{2})-([0-9]{2})\Z")
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9})[0-9]*)?"
    r"(?:(Z|z)|([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?|@(.+))?\Z"
)
_DAYS = re.compile(
    r"(-)?P(?=[0-9T])(?:([0-9]+)D)?(?:T(?=[0-9.])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:\.([0-9]*))?S)?)?\Z"
)
_MONTHS = re.compile(r"(-)?P(?=[0-9])(?:([0-9]+)Y)?(?:([0-9]+)M)?\Z")
# Python refuses to read integers of more than some thousands of digits; no calendar needs them.
_DIGITS_MAX = 30


def parse_date(text: str) -> Date | None:
    """Read `2024-02-29`; None when the text is not a day of the calendar."""
    match = _DATE.match(text)
    if match is None or not text.isascii():
        return None
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    return Date(year, month, day) if calendar.is_date(year, month, day) else None


def _parse_clock(text: str) -> tuple[Time, bool] | None:
    match = _TIME.match(text)
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3])
    nanosecond = int((match[4] or "0").ljust(9, "0"))
    next_day = hour == 24 and minute == second == nanosecond == 0
    if next_day:
        hour = 0
    if hour > 23 or minute > 59 or second > 59:
        return None
    offset: int | None = 0 if match[5] else None
    if match[6]:
        minutes, seconds = int(match[8]), int(match[9] or "0")
        offset = int(match[7]) * 3600 + minutes * 60 + seconds
        if offset > zones.OFFSET_SECONDS_MAX or minutes > 59 or seconds > 59:
            return None
        offset = -offset if match[6] == "-" else offset
    if match[10] is not None and zones.load_zone(match[10]) is None:
        return None
    return Time(hour, minute, second, nanosecond, offset, match[10]), next_day


def parse_time(text: str) -> Time | None:
    """Read `10:30:00`, `10:30:00+02:00` or `10:30:00@Europe/Helsinki`."""
    parsed = _parse_clock(text)
    return None if parsed is None else parsed[0]


def parse_date_time(text: str) -> DateTime | None:
    """Read a date, `T` and a time; a date alone is midnight, local."""
    day_text, separator, clock_text = text.partition("T")
    date = parse_date(day_text)
    if date is None:
        return None
    if not separator:
        return DateTime(date, MIDNIGHT)
    parsed = _parse_clock(clock_text)
    if parsed is None:
        return None
    time, next_day = parsed
    if next_day:
        date = Date.from_day_number(date.day_number + 1)
    return DateTime(date, time)


def parse_duration(text: str) -> DaysDuration | MonthsDuration | None:
    """Read an ISO 8601 duration of one of FEEL's two kinds."""
    match = _MONTHS.match(text)
    if match is not None:
        if max(len(match[2] or ""), len(match[3] or "")) > _DIGITS_MAX:
            return None
        months = int(match[2] or "0") * 12 + int(match[3] or "0")
        return None if months >= MONTHS_MAX else MonthsDuration(-months if match[1] else months)
    match = _DAYS.match(text)
    if match is None or max(len(match[group] or "") for group in (2, 3, 4, 5)) > _DIGITS_MAX:
        return None
    seconds = int(match[3] or "0") * 3600 + int(match[4] or "0") * 60 + int(match[5] or "0")
    nanoseconds = int(match[2] or "0") * NANOSECONDS_PER_DAY + seconds * 10**9
    nanoseconds += int((match[6] or "0")[:9].ljust(9, "0"))
    if nanoseconds >= NANOSECONDS_MAX:
        return None
    return DaysDuration(-nanoseconds if match[1] else nanoseconds)


def parse_at_literal(text: str) -> Date | Time | DateTime | DaysDuration | MonthsDuration | None:
    """Read the text of an `@` literal as whichever temporal value it is."""
    moment = parse_date(text) or parse_time(text) or parse_duration(text)
    if moment is None and "T" in text:
        return parse_date_time(text)
    return moment
