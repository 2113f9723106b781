"""What each step of a payment writes into the books: event → entries, one per payee municipality."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from torget.foundation.core.money import Money, split_by_shares
from torget.payments.core.ledger import Account, Entry, PostingValue


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedLine:
    """A payment line as the books see it."""

    municipality_id: int
    municipality: str
    amount: Money
    vat_permille: int
    ledger_account: str
    shares: Mapping[str, int] = field(default_factory=dict)


def vat_of(gross: Money, permille: int) -> Money:
    """The VAT inside a gross amount, rounded half up to the cent: gross × rate ÷ (100 % + rate)."""
    return Money((gross.cents * permille * 2 + (1000 + permille)) // (2 * (1000 + permille))) if permille else Money(0)


def _by_municipality(lines: Iterable[BookedLine]) -> dict[int, list[BookedLine]]:
    grouped: dict[int, list[BookedLine]] = defaultdict(list)
    for line in lines:
        grouped[line.municipality_id].append(line)
    return grouped


def _entry(municipality_id: int, key: str, kind: str, sums: Mapping[str, int]) -> Entry:
    postings = tuple(PostingValue(account, Money(cents)) for account, cents in sorted(sums.items()) if cents)
    return Entry(municipality_id=municipality_id, key=key, kind=kind, postings=postings)


def paid_entries(payment_id: int, lines: Iterable[BookedLine]) -> list[Entry]:
    """The provider took the money: it owes us, and we owe the registration."""
    return [
        _entry(
            municipality_id,
            f"payment:{payment_id}:paid",
            "paid",
            {Account.PROVIDER: amount, Account.UNREGISTERED: -amount},
        )
        for municipality_id, group in _by_municipality(lines).items()
        if (amount := sum(line.amount.cents for line in group))
    ]


def _income_sums(group: Iterable[BookedLine]) -> dict[str, int]:
    """Credits by account for the given lines, as negative cents: income, VAT, and what is owed to other members."""
    sums: dict[str, int] = defaultdict(int)
    for line in group:
        vat = vat_of(line.amount, line.vat_permille)
        rate = line.vat_permille
        sums[Account.vat(rate, line.ledger_account)] -= vat.cents
        shares = line.shares or {line.municipality: 1}
        for municipality, part in split_by_shares(line.amount - vat, dict(shares)).items():
            own = municipality == line.municipality
            account = Account.income(line.ledger_account, rate) if own else Account.owed_to(municipality, rate)
            sums[account] -= part.cents
    return sums


def registered_entries(payment_id: int, lines: Iterable[BookedLine], *, part: str = "") -> list[Entry]:
    """The library system has it: what was owed becomes income, VAT and other members' shares.

    `part` tells the entries of some fees from those of the others, when they come at different times.
    """
    key = f"payment:{payment_id}:registered{part and f':{part}'}"
    entries = []
    for municipality_id, group in _by_municipality(lines).items():
        sums = _income_sums(group)
        sums[Account.UNREGISTERED] = -sum(sums.values())
        entries.append(_entry(municipality_id, key, "registered", sums))
    return entries


def refunded_entries(
    refund_stamp: str,
    lines: Iterable[BookedLine],
    *,
    was_registered: bool,
    gone_before: Mapping[int, Money] | None = None,
    paid_from: str = Account.PROVIDER,
) -> list[Entry]:
    """The provider paid back: what it owes us falls; what falls with it depends on whether it was income already.

    `paid_from` is the bank when the municipality paid back from its own account: the provider still owes it all.

    `gone_before` says by index how much of a line went back earlier. VAT and shares fall by what they are of the line
    after this refund less what they were before, so that the cents of many small refunds sum to those of the line.
    """
    before = gone_before or {}
    parts: dict[int, list[tuple[BookedLine, Money]]] = defaultdict(list)
    for index, line in enumerate(lines):
        parts[line.municipality_id].append((line, before.get(index, Money(0))))
    entries = []
    for municipality_id, group in parts.items():
        sums: dict[str, int] = defaultdict(int)
        if was_registered:
            for account, cents in _income_sums(
                replace(line, amount=gone + line.amount) for line, gone in group
            ).items():
                sums[account] -= cents
            for account, cents in _income_sums(replace(line, amount=gone) for line, gone in group if gone).items():
                sums[account] += cents
        else:
            sums[Account.UNREGISTERED] = sum(line.amount.cents for line, _ in group)
        sums[paid_from] = -sum(sums.values())
        entries.append(_entry(municipality_id, f"refund:{refund_stamp}:refunded", "refunded", sums))
    return entries


def provider_fee_entry(*, municipality_id: int, key: str, fee: Money) -> Entry:
    """The provider keeps its fee: an expense, and it owes us less."""
    return _entry(
        municipality_id, key, "provider_fee", {Account.PROVIDER_FEES: fee.cents, Account.PROVIDER: -fee.cents}
    )


def payout_entry(*, municipality_id: int, key: str, amount: Money) -> Entry:
    """The provider paid out to the municipality's bank account."""
    return _entry(municipality_id, key, "payout", {Account.BANK: amount.cents, Account.PROVIDER: -amount.cents})
