"""The arithmetic operators; operands that do not fit give null."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from torget_dmn.feel import calendar
from torget_dmn.feel.durations import (
    MONTHS_MAX,
    NANOSECONDS_MAX,
    NANOSECONDS_PER_DAY,
    DaysDuration,
    MonthsDuration,
)
from torget_dmn.feel.numbers import CONTEXT, ONE
from torget_dmn.feel.runtime import check_text_length, spend
from torget_dmn.feel.temporal import MIDNIGHT_UTC, Date, DateTime, Time

Operator = Callable[[Any, Any], Any]
_ctx_add, _ctx_subtract, _ctx_multiply = CONTEXT.add, CONTEXT.subtract, CONTEXT.multiply
_ctx_divide, _ctx_power = CONTEXT.divide, CONTEXT.power


def days_duration(nanoseconds: int) -> DaysDuration | None:
    """Make a duration, or null when it is beyond the range of the type."""
    return DaysDuration(nanoseconds) if abs(nanoseconds) < NANOSECONDS_MAX else None


def months_duration(months: int) -> MonthsDuration | None:
    """Make a duration, or null when it is beyond the range of the type."""
    return MonthsDuration(months) if abs(months) < MONTHS_MAX else None


def _in_calendar(value: Date) -> Date | None:
    return value if abs(value.year) <= calendar.YEAR_MAX else None


def _date_plus_months(value: Date, months: int) -> Date | None:
    return _in_calendar(Date(*calendar.add_months(value.year, value.month, value.day, months)))


def _moment_plus_months(value: DateTime, months: int) -> DateTime | None:
    date = _date_plus_months(value.date, months)
    return None if date is None else DateTime(date, value.time)


def _date_plus_days(value: Date, nanoseconds: int) -> Date | None:
    # The sum is taken from midnight and cut to its day, so a part of a day backwards reaches the day before.
    return _in_calendar(
        Date.from_day_number((value.day_number * NANOSECONDS_PER_DAY + nanoseconds) // NANOSECONDS_PER_DAY)
    )


def _moment_plus_days(value: DateTime, nanoseconds: int) -> DateTime | None:
    moved = value.plus_nanoseconds(nanoseconds)
    return moved if abs(moved.date.year) <= calendar.YEAR_MAX else None


def _time_plus_days(value: Time, nanoseconds: int) -> Time:
    local = value.second_of_day * calendar.NANOSECONDS_PER_SECOND + value.nanosecond
    return Time.from_nanoseconds(local + nanoseconds, value.offset, value.zone)


def _concatenate(left: str, right: str) -> str:
    length = len(left) + len(right)
    check_text_length(length)
    spend(length // 64)
    return left + right


def _difference(left: Any, right: Any) -> DaysDuration | None:
    # A date is midnight UTC here, so it has no distance to a local time (DMN 1.5, table 57).
    left_moment = DateTime(left, MIDNIGHT_UTC) if type(left) is Date else left
    right_moment = DateTime(right, MIDNIGHT_UTC) if type(right) is Date else right
    if left_moment.is_local != right_moment.is_local:
        return None
    return days_duration(left_moment.epoch_nanoseconds - right_moment.epoch_nanoseconds)


def _time_difference(left: Time, right: Time) -> DaysDuration | None:
    if left.is_local != right.is_local:
        return None
    return days_duration(left.nanosecond_of_day - right.nanosecond_of_day)


_ADD: dict[tuple[type, type], Operator] = {
    (str, str): _concatenate,
    (Date, MonthsDuration): lambda a, b: _date_plus_months(a, b.months),
    (Date, DaysDuration): lambda a, b: _date_plus_days(a, b.nanoseconds),
    (DateTime, MonthsDuration): lambda a, b: _moment_plus_months(a, b.months),
    (DateTime, DaysDuration): lambda a, b: _moment_plus_days(a, b.nanoseconds),
    (Time, DaysDuration): lambda a, b: _time_plus_days(a, b.nanoseconds),
    (DaysDuration, DaysDuration): lambda a, b: days_duration(a.nanoseconds + b.nanoseconds),
    (MonthsDuration, MonthsDuration): lambda a, b: months_duration(a.months + b.months),
}


def _swapped(operate: Operator) -> Operator:
    return lambda left, right: operate(right, left)


_ADD.update({(right, left): _swapped(operate) for (left, right), operate in list(_ADD.items()) if left is not right})
_SUBTRACT: dict[tuple[type, type], Operator] = {
    (Date, MonthsDuration): lambda a, b: _date_plus_months(a, -b.months),
    (Date, DaysDuration): lambda a, b: _date_plus_days(a, -b.nanoseconds),
    (DateTime, MonthsDuration): lambda a, b: _moment_plus_months(a, -b.months),
    (DateTime, DaysDuration): lambda a, b: _moment_plus_days(a, -b.nanoseconds),
    (Time, DaysDuration): lambda a, b: _time_plus_days(a, -b.nanoseconds),
    (DaysDuration, DaysDuration): lambda a, b: days_duration(a.nanoseconds - b.nanoseconds),
    (MonthsDuration, MonthsDuration): lambda a, b: months_duration(a.months - b.months),
    (Time, Time): _time_difference,
    (Date, Date): _difference,
    (Date, DateTime): _difference,
    (DateTime, Date): _difference,
    (DateTime, DateTime): _difference,
}


def _scaled(amount: int, factor: Decimal) -> int:
    return int(_ctx_multiply(Decimal(amount), factor))


def _divided(amount: int, divisor: Decimal) -> int:
    return int(_ctx_divide(Decimal(amount), divisor))


_MULTIPLY: dict[tuple[type, type], Operator] = {
    (DaysDuration, Decimal): lambda a, b: days_duration(_scaled(a.nanoseconds, b)),
    (MonthsDuration, Decimal): lambda a, b: months_duration(_scaled(a.months, b)),
    (Decimal, DaysDuration): lambda a, b: days_duration(_scaled(b.nanoseconds, a)),
    (Decimal, MonthsDuration): lambda a, b: months_duration(_scaled(b.months, a)),
}
_DIVIDE: dict[tuple[type, type], Operator] = {
    (DaysDuration, Decimal): lambda a, b: days_duration(_divided(a.nanoseconds, b)),
    (MonthsDuration, Decimal): lambda a, b: months_duration(_divided(a.months, b)),
    (DaysDuration, DaysDuration): lambda a, b: _ctx_divide(Decimal(a.nanoseconds), Decimal(b.nanoseconds)),
    (MonthsDuration, MonthsDuration): lambda a, b: _ctx_divide(Decimal(a.months), Decimal(b.months)),
}


def _operator(number: Operator, table: dict[tuple[type, type], Operator]) -> Operator:
    def apply(left: Any, right: Any) -> Any:
        try:
            if type(left) is Decimal and type(right) is Decimal:
                return number(left, right)
            rule = table.get((type(left), type(right)))
            return None if rule is None else rule(left, right)
        except decimal.DecimalException:
            return None

    return apply


add = _operator(_ctx_add, _ADD)
subtract = _operator(_ctx_subtract, _SUBTRACT)
multiply = _operator(_ctx_multiply, _MULTIPLY)
divide = _operator(_ctx_divide, _DIVIDE)


def _power(base: Decimal, exponent: Decimal) -> Decimal | None:
    # The general decimal arithmetic leaves 0 ** 0 undefined; FEEL's other engines give 1.
    if not base:
        return ONE if not exponent else None if exponent < 0 else base
    return _ctx_power(base, exponent)


power = _operator(_power, {})

OPERATORS: dict[str, Operator] = {"+": add, "-": subtract, "*": multiply, "/": divide, "**": power}


def negate(value: Any) -> Any:
    """Evaluate unary minus."""
    if type(value) is Decimal:
        return CONTEXT.minus(value)
    if type(value) is DaysDuration:
        return DaysDuration(-value.nanoseconds)
    if type(value) is MonthsDuration:
        return MonthsDuration(-value.months)
    return None
