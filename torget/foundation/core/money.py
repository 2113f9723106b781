"""Money as whole euro cents, the only way an amount is carried through Torget."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Self


class NotWholeCents(ValueError):
    """The text or number is not an amount in whole cents."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in euro cents; may be zero or negative, never a fraction of a cent."""

    cents: int

    def __post_init__(self) -> None:
        if type(self.cents) is not int:
            raise NotWholeCents(f"cents must be an int, not {type(self.cents).__name__}")

    @classmethod
    def from_decimal(cls, euros: Decimal) -> Self:
        """Exact conversion; a fraction of a cent raises NotWholeCents instead of being rounded away."""
        if not euros.is_finite():
            raise NotWholeCents(str(euros))
        cents = euros * 100
        if cents != cents.to_integral_value():
            raise NotWholeCents(str(euros))
        return cls(int(cents))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read '2.55': a dot, never a comma, because real Koha books '0,10' as nothing."""
        try:
            return cls.from_decimal(Decimal(text))
        except InvalidOperation:
            raise NotWholeCents(text) from None

    def to_decimal(self) -> Decimal:
        return Decimal(self.cents).scaleb(-2)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.cents + other.cents)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.cents - other.cents)

    def __neg__(self) -> "Money":
        return Money(-self.cents)

    def __bool__(self) -> bool:
        return self.cents != 0

    def __str__(self) -> str:
        """'2.55': two decimals and a dot, as protocols want it."""
        sign = "-" if self.cents < 0 else ""
        return f"{sign}{abs(self.cents) // 100}.{abs(self.cents) % 100:02d}"


ZERO = Money(0)


def total(amounts: "list[Money] | tuple[Money, ...]") -> Money:
    return Money(sum(amount.cents for amount in amounts))


def split_by_shares(amount: Money, shares: dict[str, int]) -> dict[str, Money]:
    """Split by integer weights so that the parts sum exactly to the amount.

    The cents left over by rounding down go to the largest remainders (Hamilton's method); equal remainders go in the
    order of the keys, so that the same input always gives the same split.
    """
    weight_total = sum(shares.values())
    if weight_total <= 0 or any(weight < 0 for weight in shares.values()):
        raise ValueError("shares must be non-negative and not all zero")
    sign = -1 if amount.cents < 0 else 1
    parts = {key: divmod(abs(amount.cents) * weight, weight_total) for key, weight in shares.items()}
    left = abs(amount.cents) - sum(whole for whole, _ in parts.values())
    by_remainder = sorted(parts, key=lambda key: (-parts[key][1], key))
    extra = set(by_remainder[:left])
    return {key: Money(sign * (whole + (key in extra))) for key, (whole, _) in parts.items()}
