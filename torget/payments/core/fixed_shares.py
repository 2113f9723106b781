"""How an amount was split by a key, cent by cent, so that anybody can follow it by hand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from torget.foundation.core.money import Money, split_by_shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One member's part of an amount."""

    member: str
    weight: int
    amount: Money
    rounded_down: Money
    remainder: int
    """What rounding down left over, in weight_total-ths of a cent; the largest ones get the cents that are left."""
    got_extra_cent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    amount: Money
    weight_total: int
    extra_cents: int
    """How many cents rounding down left over."""
    parts: tuple[Part, ...]


def explain_split(amount: Money, shares: Mapping[str, int]) -> Split:
    """The split that split_by_shares makes, with its arithmetic; members in the order of their names."""
    made = split_by_shares(amount, dict(shares))
    weight_total = sum(shares.values())
    sign = -1 if amount.cents < 0 else 1
    parts = []
    for member in sorted(shares):
        whole, remainder = divmod(abs(amount.cents) * shares[member], weight_total)
        parts.append(
            Part(
                member=member,
                weight=shares[member],
                amount=made[member],
                rounded_down=Money(sign * whole),
                remainder=remainder,
                got_extra_cent=made[member].cents != sign * whole,
            )
        )
    return Split(
        amount=amount,
        weight_total=weight_total,
        extra_cents=sum(part.got_extra_cent for part in parts),
        parts=tuple(parts),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """What one member owes another when both directions are set off against each other."""

    debtor: str
    creditor: str
    amount: Money


def set_off(owed: Iterable[tuple[str, str, int]]) -> list[Debt]:
    """From (debtor, creditor, cents) to one debt per pair, in the direction that remains; equal debts vanish."""
    net: dict[tuple[str, str], int] = defaultdict(int)
    for debtor, creditor, cents in owed:
        if debtor == creditor:
            continue
        first, second = sorted((debtor, creditor))
        net[first, second] += cents if debtor == first else -cents
    return [
        Debt(debtor=first if cents > 0 else second, creditor=second if cents > 0 else first, amount=Money(abs(cents)))
        for (first, second), cents in sorted(net.items())
        if cents
    ]
