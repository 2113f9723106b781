"""What a month's books say, from sums by kind of entry and account: the figures of the month close."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torget.foundation.core.money import Money, total
from torget.payments.core.ledger import Account, read_account

FORMAT = 1
_ORDER = ("provider", "bank", "suspense", "trials", "unregistered", "owed_to", "vat", "income", "provider_fees")


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSum:
    """Debits and credits of one account in entries of one kind, both without a sign."""

    kind: str
    account: str
    debit_cents: int
    credit_cents: int

    @property
    def net_cents(self) -> int:
        return self.debit_cents - self.credit_cents

    @property
    def is_refund(self) -> bool:
        return self.kind.startswith("refund")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    account: str
    opening: Money
    debit: Money
    credit: Money

    @property
    def closing(self) -> Money:
        return self.opening + self.debit - self.credit


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxedLine:
    """What was sold: without VAT, the VAT, and both together."""

    name: str
    vat_permille: int
    net: Money
    vat: Money

    @property
    def gross(self) -> Money:
        return self.net + self.vat


def account_order(account: str) -> tuple[int, str]:
    """As a balance sheet reads: what is owed to us, what we owe, what came in, what it cost."""
    kind = read_account(account).kind
    return (_ORDER.index(kind) if kind in _ORDER else len(_ORDER), account)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthBook:
    sums: Sequence[KindSum]
    openings: Mapping[str, int]
    """Cents by account at the start; accounts that stood at zero may be left out."""

    def accounts(self) -> list[AccountLine]:
        debit: dict[str, int] = defaultdict(int)
        credit: dict[str, int] = defaultdict(int)
        for one in self.sums:
            debit[one.account] += one.debit_cents
            credit[one.account] += one.credit_cents
        names = {*debit, *(account for account, cents in self.openings.items() if cents)}
        return [
            AccountLine(
                account=account,
                opening=Money(self.openings.get(account, 0)),
                debit=Money(debit[account]),
                credit=Money(credit[account]),
            )
            for account in sorted(names, key=account_order)
        ]

    def closings(self) -> dict[str, int]:
        return {line.account: line.closing.cents for line in self.accounts() if line.closing}

    def _taxed(self, wanted: Callable[[KindSum], bool], *, by_name: bool) -> list[TaxedLine]:
        kinds = ("income", "vat") if by_name else ("income", "vat", "owed_to")
        net: dict[tuple[str, int], int] = defaultdict(int)
        vat: dict[tuple[str, int], int] = defaultdict(int)
        for one in self.sums:
            parts = read_account(one.account)
            if parts.kind not in kinds or not wanted(one):
                continue
            key = (parts.name if by_name else "", parts.vat_permille)
            (vat if parts.kind == "vat" else net)[key] -= one.net_cents
        return [
            TaxedLine(name=key[0], vat_permille=key[1], net=Money(net[key]), vat=Money(vat[key]))
            for key in sorted({*net, *vat})
        ]

    def income(self) -> list[TaxedLine]:
        """What was registered, by ledger account and rate; other members' fixed shares are not in it."""
        return self._taxed(lambda one: not one.is_refund, by_name=True)

    def income_refunded(self) -> list[TaxedLine]:
        """What refunds took back of it, as negative amounts."""
        return self._taxed(lambda one: one.is_refund, by_name=True)

    def by_rate(self) -> list[TaxedLine]:
        """The basis of the VAT return: by rate, refunds taken off, other members' shares in it: we sold all of it."""
        return self._taxed(lambda _one: True, by_name=False)

    def owed_to_members(self) -> dict[str, Money]:
        """What the month added to the debt to each member, by slug."""
        owed: dict[str, int] = defaultdict(int)
        for one in self.sums:
            parts = read_account(one.account)
            if parts.kind == "owed_to":
                owed[parts.name] -= one.net_cents
        return {member: Money(cents) for member, cents in sorted(owed.items())}

    def _sum(self, account: str, wanted: Callable[[KindSum], bool]) -> Money:
        return Money(sum(one.net_cents for one in self.sums if one.account == account and wanted(one)))

    @property
    def paid(self) -> Money:
        """What patrons paid to the provider."""
        return self._sum(Account.PROVIDER, lambda one: one.kind == "paid")

    @property
    def refunds(self) -> Money:
        """Through the provider, and from the municipality's own account where the provider takes none."""
        refunded = [self._sum(account, lambda one: one.is_refund) for account in (Account.PROVIDER, Account.BANK)]
        return -total(refunded)

    @property
    def provider_fees(self) -> Money:
        return self._sum(Account.PROVIDER_FEES, lambda _one: True)

    @property
    def paid_out(self) -> Money:
        """By the providers to the municipality's account."""
        return self._sum(Account.BANK, lambda one: not one.is_refund)

    def closing_of(self, kind: str) -> Money:
        """The balance of all accounts of a kind at the end; a debt of ours is negative."""
        return Money(sum(cents for account, cents in self.closings().items() if read_account(account).kind == kind))

    def sums_as_data(self) -> list[list[Any]]:
        return [
            [one.kind, one.account, one.debit_cents, one.credit_cents]
            for one in sorted(self.sums, key=lambda one: (one.kind, one.account))
        ]

    def accounts_as_data(self) -> list[list[Any]]:
        return [
            [line.account, line.opening.cents, line.debit.cents, line.credit.cents, line.closing.cents]
            for line in self.accounts()
        ]


def book_from_content(content: Mapping[str, Any]) -> MonthBook:
    return MonthBook(
        sums=[
            KindSum(kind=kind, account=account, debit_cents=debit, credit_cents=credit)
            for kind, account, debit, credit in content["sums"]
        ],
        openings={account: opening for account, opening, *_rest in content["accounts"] if opening},
    )


def canonical(content: Mapping[str, Any]) -> str:
    """The one way to write a content: what the checksum is taken of."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def checksum(previous: str, content: str) -> str:
    """Of the month and, through the checksum before it, of every month before it."""
    return hashlib.sha256(f"{previous}\n{content}".encode()).hexdigest()
