"""The two duration types of FEEL."""

from __future__ import annotations

from dataclasses import dataclass

from torget_dmn.feel.calendar import NANOSECONDS_PER_SECOND, SECONDS_PER_DAY

NANOSECONDS_PER_DAY = SECONDS_PER_DAY * NANOSECONDS_PER_SECOND
# jDMN and Drools hold durations in 64-bit seconds and months; a larger one is an error there too.
NANOSECONDS_MAX = 2**63 * NANOSECONDS_PER_SECOND
MONTHS_MAX = 2**63


@dataclass(frozen=True, slots=True)
class DaysDuration:
    """A days and time duration, exact to the nanosecond."""

    nanoseconds: int

    def parts(self) -> tuple[int, int, int, int, int]:
        """Return days, hours, minutes, seconds and nanoseconds, all with the duration's sign."""
        sign = -1 if self.nanoseconds < 0 else 1
        seconds, nanos = divmod(abs(self.nanoseconds), NANOSECONDS_PER_SECOND)
        days, seconds = divmod(seconds, SECONDS_PER_DAY)
        hours, seconds = divmod(seconds, 3600)
        minutes, seconds = divmod(seconds, 60)
        return sign * days, sign * hours, sign * minutes, sign * seconds, sign * nanos

    def __str__(self) -> str:
        days, hours, minutes, seconds, nanos = (abs(part) for part in self.parts())
        text = "-P" if self.nanoseconds < 0 else "P"
        if days:
            text += f"{days}D"
        clock = f"{hours}H" if hours else ""
        clock += f"{minutes}M" if minutes else ""
        if nanos:
            clock += f"{seconds}.{nanos:09d}".rstrip("0") + "S"
        elif seconds:
            clock += f"{seconds}S"
        if clock:
            return text + "T" + clock
        return text if days else "PT0S"


@dataclass(frozen=True, slots=True)
class MonthsDuration:
    """A years and months duration."""

    months: int

    def parts(self) -> tuple[int, int]:
        """Return years and months, both with the duration's sign."""
        sign = -1 if self.months < 0 else 1
        years, months = divmod(abs(self.months), 12)
        return sign * years, sign * months

    def __str__(self) -> str:
        if self.months == 0:
            return "P0M"
        years, months = (abs(part) for part in self.parts())
        text = "-P" if self.months < 0 else "P"
        text += f"{years}Y" if years else ""
        return text + (f"{months}M" if months else "")
