"""Amounts as library systems write them in JSON, exactly."""

from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

from torget.foundation.core.money import Money

_CENT: Final = Decimal("0.01")


class NotAnAmount(ValueError):
    """What stands where an amount is due is none."""


def read_cents(value: Any) -> Money:
    """Whole cents, rounded towards zero: paying a fraction too much would leave a credit. Raise NotAnAmount."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise NotAnAmount
    try:
        amount = Decimal(value)
        if not amount.is_finite() or abs(amount) >= Decimal(10) ** 9:
            raise NotAnAmount
        return Money.from_decimal(amount.quantize(_CENT, ROUND_DOWN))
    except ArithmeticError:
        raise NotAnAmount from None
