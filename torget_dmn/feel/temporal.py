"""Dates, times and dates with times, with FEEL's range of years, zones and nanoseconds."""

from __future__ import annotations

from dataclasses import dataclass

from torget_dmn.feel import calendar, zones
from torget_dmn.feel.calendar import NANOSECONDS_PER_SECOND, SECONDS_PER_DAY


@dataclass(frozen=True, slots=True)
class Date:
    """A day of the calendar."""

    year: int
    month: int
    day: int

    @property
    def day_number(self) -> int:
        """Days from 1970-01-01."""
        return calendar.day_number(self.year, self.month, self.day)

    @classmethod
    def from_day_number(cls, number: int) -> Date:
        """Make the date of a day number."""
        return cls(*calendar.from_day_number(number))

    def __str__(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day, local or with an offset or a named zone."""

    hour: int
    minute: int
    second: int
    nanosecond: int = 0
    offset: int | None = None
    zone: str | None = None

    @property
    def second_of_day(self) -> int:
        """Whole seconds from midnight, local."""
        return self.hour * 3600 + self.minute * 60 + self.second

    @property
    def is_local(self) -> bool:
        """True when neither an offset nor a zone is known."""
        return self.offset is None and self.zone is None

    def offset_on(self, day: int | None) -> int | None:
        """Return the offset in seconds on a day number, or None for a local time."""
        if self.zone is not None:
            return zones.offset_seconds(self.zone, day, self.second_of_day)
        return self.offset

    @property
    def nanosecond_of_day(self) -> int:
        """Nanoseconds from midnight, in UTC when the offset is known."""
        shift = self.offset_on(None) or 0
        return (self.second_of_day - shift) * NANOSECONDS_PER_SECOND + self.nanosecond

    @property
    def local_nanoseconds(self) -> int:
        """Nanoseconds from local midnight."""
        return self.second_of_day * NANOSECONDS_PER_SECOND + self.nanosecond

    @classmethod
    def from_nanoseconds(cls, nanoseconds: int, offset: int | None = None, zone: str | None = None) -> Time:
        """Make the time that lies so many nanoseconds after local midnight, modulo a day."""
        seconds, nanos = divmod(nanoseconds % (SECONDS_PER_DAY * NANOSECONDS_PER_SECOND), NANOSECONDS_PER_SECOND)
        hour, rest = divmod(seconds, 3600)
        return cls(hour, rest // 60, rest % 60, nanos, offset, zone)

    def __str__(self) -> str:
        text = f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}"
        if self.nanosecond:
            text += f".{self.nanosecond:09d}".rstrip("0")
        if self.zone is not None:
            return f"{text}@{self.zone}"
        return text + format_offset(self.offset)


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date and a time of that day."""

    date: Date
    time: Time

    @property
    def is_local(self) -> bool:
        """True when neither an offset nor a zone is known."""
        return self.time.is_local

    @property
    def offset(self) -> int | None:
        """The offset in seconds at this moment, or None for a local value."""
        return self.time.offset_on(self.date.day_number)

    @property
    def epoch_nanoseconds(self) -> int:
        """Nanoseconds from 1970-01-01T00:00:00, in UTC when the offset is known."""
        day = self.date.day_number
        shift = self.time.offset_on(day) or 0
        seconds = day * SECONDS_PER_DAY + self.time.second_of_day - shift
        return seconds * NANOSECONDS_PER_SECOND + self.time.nanosecond

    @property
    def local_nanoseconds(self) -> int:
        """Nanoseconds from 1970-01-01T00:00:00 on the local clock."""
        return self.date.day_number * SECONDS_PER_DAY * NANOSECONDS_PER_SECOND + self.time.local_nanoseconds

    def plus_nanoseconds(self, nanoseconds: int) -> DateTime:
        """Move along the time line; a named zone keeps its rules on the way."""
        moved = self.epoch_nanoseconds + nanoseconds
        offset = self.time.offset or 0
        if self.time.zone is not None:
            offset = zones.offset_at(self.time.zone, moved // NANOSECONDS_PER_SECOND)
        return _at(moved + offset * NANOSECONDS_PER_SECOND, self.time)

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"


def _at(local_nanoseconds: int, like: Time) -> DateTime:
    day, rest = divmod(local_nanoseconds, SECONDS_PER_DAY * NANOSECONDS_PER_SECOND)
    return DateTime(Date.from_day_number(day), Time.from_nanoseconds(rest, like.offset, like.zone))


def format_offset(offset: int | None) -> str:
    """Write an offset as FEEL does: nothing, Z, or signed hours and minutes."""
    if offset is None:
        return ""
    if offset == 0:
        return "Z"
    minutes, seconds = divmod(abs(offset), 60)
    text = f"{'-' if offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{seconds:02d}" if seconds else text


MIDNIGHT_UTC = Time(0, 0, 0, 0, 0)
MIDNIGHT = Time(0, 0, 0)
