"""How an amount was split by a key, cent by cent, so that anybody can follow it by hand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from torget.foundation.core.money import Money, split_by_shares
from torget.payments.core.posting_rules import vat_of


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
class SharedFee:
    """Equal fees that were split by the same key."""

    ledger_account: str
    vat_permille: int
    shares: Mapping[str, int]
    gross: Money
    """Of one of them."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPart:
    """What one member got of all fees that were split by a key."""

    member: str
    weight: int
    booked: Money
    exact_cents: Fraction
    """What the key would give it of the whole sum without any rounding."""

    @property
    def rounding_cents(self) -> Fraction:
        """What rounding each fee to whole cents gave or took; over all members this sums to nothing."""
        return self.booked.cents - self.exact_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedIncome:
    """All fees of a month with the same ledger account, VAT rate and key."""

    ledger_account: str
    vat_permille: int
    shares: Mapping[str, int]
    count: int
    net: Money
    """Without VAT, which stays with who sold."""
    booked: Mapping[str, Money]

    @property
    def parts(self) -> list[SharedPart]:
        weight_total = sum(self.shares.values())
        return [
            SharedPart(
                member=member,
                weight=weight,
                booked=self.booked[member],
                exact_cents=Fraction(self.net.cents * weight, weight_total),
            )
            for member, weight in sorted(self.shares.items())
        ]

    def as_data(self) -> list[Any]:
        booked = {member: amount.cents for member, amount in self.booked.items()}
        return [self.ledger_account, self.vat_permille, dict(self.shares), self.count, self.net.cents, booked]


def shared_income_from_data(data: Iterable[Any]) -> list[SharedIncome]:
    return [
        SharedIncome(
            ledger_account=account,
            vat_permille=permille,
            shares=shares,
            count=count,
            net=Money(net),
            booked={member: Money(cents) for member, cents in booked.items()},
        )
        for account, permille, shares, count, net, booked in data
    ]


def sum_shared(fees: Iterable[SharedFee]) -> list[SharedIncome]:
    """Split every fee by itself, as the books do, and add up by ledger account, rate and key."""
    found: dict[tuple[str, int, tuple[tuple[str, int], ...]], SharedIncome] = {}
    for fee in fees:
        net = fee.gross - vat_of(fee.gross, fee.vat_permille)
        split = split_by_shares(net, dict(fee.shares))
        key = (fee.ledger_account, fee.vat_permille, tuple(sorted(fee.shares.items())))
        before = found.get(key)
        found[key] = SharedIncome(
            ledger_account=fee.ledger_account,
            vat_permille=fee.vat_permille,
            shares=dict(key[2]),
            count=fee.count + (before.count if before else 0),
            net=Money(net.cents * fee.count) + (before.net if before else Money(0)),
            booked={
                member: Money(part.cents * fee.count) + (before.booked[member] if before else Money(0))
                for member, part in sorted(split.items())
            },
        )
    return [found[key] for key in sorted(found)]


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
