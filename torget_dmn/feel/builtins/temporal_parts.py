"""Parts of dates by name and number (DMN 1.5, 10.3.4.8)."""

from __future__ import annotations

from decimal import Decimal

from torget_dmn.feel import calendar
from torget_dmn.feel.builtins.registry import builtin
from torget_dmn.feel.temporal import Date, DateTime

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _parts(value: Date | DateTime) -> tuple[int, int, int]:
    day = value.date if isinstance(value, DateTime) else value
    return day.year, day.month, day.day


@builtin("day of year", "date: day")
def day_of_year(date: Date | DateTime) -> Decimal:
    """`day of year(date)`: 1 for 1 January."""
    return Decimal(calendar.day_of_year(*_parts(date)))


@builtin("day of week", "date: day")
def day_of_week(date: Date | DateTime) -> str:
    """`day of week(date)`: its English name."""
    return _DAYS[calendar.weekday(*_parts(date)) - 1]


@builtin("month of year", "date: day")
def month_of_year(date: Date | DateTime) -> str:
    """`month of year(date)`: its English name."""
    return _MONTHS[_parts(date)[1] - 1]


@builtin("week of year", "date: day")
def week_of_year(date: Date | DateTime) -> Decimal:
    """`week of year(date)`: the ISO week."""
    return Decimal(calendar.week_of_year(*_parts(date)))
