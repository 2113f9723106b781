"""FEEL numbers: IEEE 754 decimal128, that is 34 significant digits."""

from __future__ import annotations

import decimal
from decimal import Decimal

DIGITS = 34
# Traps make overflow and invalid operations raise, which the operators turn into null.
CONTEXT = decimal.Context(
    prec=DIGITS,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
# Work with guard digits where a result is built from several roundings (logarithms, deviations).
WIDE_CONTEXT = decimal.Context(prec=DIGITS + 10, rounding=decimal.ROUND_HALF_EVEN, Emin=-6143, Emax=6144)
ZERO = Decimal(0)
ONE = Decimal(1)
_PLAIN_EXPONENT_MAX = 40


def to_number(value: float | Decimal) -> Decimal | None:
    """Make a FEEL number of a Python one; None for NaN and infinities."""
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        return None
    try:
        return CONTEXT.plus(number)
    except decimal.DecimalException:
        return None


def parse_number(text: str) -> Decimal | None:
    """Read a number literal."""
    try:
        return CONTEXT.create_decimal(text)
    except decimal.DecimalException:
        return None


def whole(value: Decimal) -> int | None:
    """Return the integer a number is, or None when it has a fraction."""
    return (
        int(value) if value.is_finite() and abs(value.adjusted()) < 20 and value == value.to_integral_value() else None
    )


def format_number(value: Decimal) -> str:
    """Write a number without trailing zeros and, where readable, without an exponent."""
    if value == 0:
        return "0"
    trimmed = value.normalize(CONTEXT)
    if abs(trimmed.adjusted()) > _PLAIN_EXPONENT_MAX:
        return str(trimmed)
    return format(trimmed, "f")
