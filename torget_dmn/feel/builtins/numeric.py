"""Functions on numbers, and statistics over lists (DMN 1.5, 10.3.4.4 and 10.3.4.5)."""

from __future__ import annotations

import decimal
from decimal import Decimal
from functools import reduce
from typing import Any

from torget_dmn.feel import arithmetic
from torget_dmn.feel.builtins.registry import builtin
from torget_dmn.feel.durations import DaysDuration, MonthsDuration
from torget_dmn.feel.numbers import CONTEXT, ONE, WIDE_CONTEXT, ZERO
from torget_dmn.feel.ordering import compare

SCALE_MIN, SCALE_MAX = -6111, 6176
# Rounding happens on the exact value, so the context must hold more digits than a number has.
_ROUNDING_CONTEXT = decimal.Context(prec=12_400, Emin=-20_000, Emax=20_000)


def round_to(value: Decimal, scale: Decimal, rounding: str) -> Decimal | None:
    """Round to so many digits after the point, which may be a negative number."""
    if not SCALE_MIN <= scale <= SCALE_MAX:
        return None
    digits = int(scale)
    rounded = value.quantize(Decimal(1).scaleb(-digits), rounding=rounding, context=_ROUNDING_CONTEXT)
    return CONTEXT.plus(rounded)


@builtin("decimal", "n: number", "scale: number")
def decimal_of(n: Decimal, scale: Decimal) -> Decimal | None:
    """`decimal(1/3, 2)`: rounds half to even."""
    return round_to(n, scale, decimal.ROUND_HALF_EVEN)


@builtin("floor", "n: number", "scale: number?")
def floor(n: Decimal, scale: Decimal | None = ZERO) -> Decimal | None:
    """`floor(1.56, 1)`."""
    return None if scale is None else round_to(n, scale, decimal.ROUND_FLOOR)


@builtin("ceiling", "n: number", "scale: number?")
def ceiling(n: Decimal, scale: Decimal | None = ZERO) -> Decimal | None:
    """`ceiling(1.56, 1)`."""
    return None if scale is None else round_to(n, scale, decimal.ROUND_CEILING)


@builtin("round up", "n: number", "scale: number")
def round_up(n: Decimal, scale: Decimal) -> Decimal | None:
    """Round away from zero."""
    return round_to(n, scale, decimal.ROUND_UP)


@builtin("round down", "n: number", "scale: number")
def round_down(n: Decimal, scale: Decimal) -> Decimal | None:
    """Round towards zero."""
    return round_to(n, scale, decimal.ROUND_DOWN)


@builtin("round half up", "n: number", "scale: number")
def round_half_up(n: Decimal, scale: Decimal) -> Decimal | None:
    """Round to the nearest, halves away from zero."""
    return round_to(n, scale, decimal.ROUND_HALF_UP)


@builtin("round half down", "n: number", "scale: number")
def round_half_down(n: Decimal, scale: Decimal) -> Decimal | None:
    """Round to the nearest, halves towards zero."""
    return round_to(n, scale, decimal.ROUND_HALF_DOWN)


@builtin("abs", "n: number")
def absolute(n: Decimal) -> Decimal:
    """`abs(-1)`."""
    return CONTEXT.abs(n)


@builtin("abs", "n: duration")
def absolute_duration(n: DaysDuration | MonthsDuration) -> DaysDuration | MonthsDuration:
    """`abs(duration("-P1D"))`."""
    return DaysDuration(abs(n.nanoseconds)) if isinstance(n, DaysDuration) else MonthsDuration(abs(n.months))


@builtin("modulo", "dividend: number", "divisor: number")
def modulo(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """Return the remainder with the sign of the divisor."""
    if divisor == 0:
        return None
    # Digits enough for the quotient of any two numbers keep the remainder exact.
    quotient = _ROUNDING_CONTEXT.divide(dividend, divisor).to_integral_value(decimal.ROUND_FLOOR)
    return CONTEXT.plus(_ROUNDING_CONTEXT.subtract(dividend, _ROUNDING_CONTEXT.multiply(divisor, quotient)))


@builtin("sqrt", "number: number")
def square_root(number: Decimal) -> Decimal | None:
    """`sqrt(16)`."""
    return None if number < 0 else CONTEXT.sqrt(number)


@builtin("log", "number: number")
def natural_logarithm(number: Decimal) -> Decimal | None:
    """`log(10)`."""
    return None if number <= 0 else CONTEXT.plus(WIDE_CONTEXT.ln(number))


@builtin("exp", "number: number")
def exponential(number: Decimal) -> Decimal:
    """`exp(5)`."""
    return CONTEXT.plus(WIDE_CONTEXT.exp(number))


@builtin("odd", "number: number")
def odd(number: Decimal) -> bool | None:
    """`odd(5)`."""
    return None if number != number.to_integral_value() else int(number) % 2 != 0


@builtin("even", "number: number")
def even(number: Decimal) -> bool | None:
    """`even(5)`."""
    return None if number != number.to_integral_value() else int(number) % 2 == 0


def _extreme(items: list[Any], sign: int) -> Any:
    if not items:
        return None
    best = items[0]
    for item in items:
        order = compare(item, best)
        if order is None:
            return None
        if order == sign:
            best = item
    return best


@builtin("min", "list: list", variadic=True)
def minimum(items: list[Any]) -> Any:
    """`min([1, 2, 3])`, of any values that can be ordered."""
    return _extreme(items, -1)


@builtin("max", "list: list", variadic=True)
def maximum(items: list[Any]) -> Any:
    """`max([1, 2, 3])`, of any values that can be ordered."""
    return _extreme(items, 1)


@builtin("count", "list: list")
def count(items: list[Any]) -> Decimal:
    """`count([1, 2, 3])`."""
    return Decimal(len(items))


@builtin("sum", "list: list", variadic=True)
def total(items: list[Any]) -> Any:
    """`sum([1, 2, 3])`, of numbers or of durations of one kind."""
    if not items or not all(type(item) in (Decimal, DaysDuration, MonthsDuration) for item in items):
        return None
    return reduce(arithmetic.add, items)


@builtin("mean", "list: list", variadic=True)
def mean(items: list[Any]) -> Any:
    """`mean([1, 2, 3])`, of numbers or of durations of one kind."""
    return arithmetic.divide(total(items), Decimal(len(items))) if items else None


def _all_numbers(items: list[Any]) -> bool:
    return all(type(item) is Decimal for item in items)


@builtin("product", "list: list", variadic=True)
def product(items: list[Any]) -> Decimal | None:
    """`product([2, 3, 4])`."""
    return reduce(CONTEXT.multiply, items, ONE) if items and _all_numbers(items) else None


@builtin("median", "list: list", variadic=True)
def median(items: list[Any]) -> Decimal | None:
    """`median([1, 2, 3])`."""
    if not items or not _all_numbers(items):
        return None
    ordered = sorted(items)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return CONTEXT.plus(ordered[middle])
    return CONTEXT.divide(CONTEXT.add(ordered[middle - 1], ordered[middle]), Decimal(2))


@builtin("stddev", "list: list", variadic=True)
def standard_deviation(items: list[Any]) -> Decimal | None:
    """`stddev([2, 4, 7, 5])`: of a sample, so at least two numbers."""
    if len(items) < 2 or not _all_numbers(items):
        return None
    wide = WIDE_CONTEXT
    size = Decimal(len(items))
    centre = wide.divide(reduce(wide.add, items), size)
    squares = [wide.power(wide.subtract(item, centre), 2) for item in items]
    return CONTEXT.plus(wide.sqrt(wide.divide(reduce(wide.add, squares), size - 1)))


@builtin("mode", "list: list", variadic=True)
def mode(items: list[Any]) -> list[Decimal] | None:
    """`mode([6, 3, 9, 6])`: the most frequent numbers, in order."""
    if not _all_numbers(items):
        return None
    counts: dict[Decimal, int] = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(value for value, times in counts.items() if times == most)
