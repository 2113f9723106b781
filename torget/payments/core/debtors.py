"""An ability that not every library system has: to tell who owes money at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from torget.foundation.core.money import Money
from torget.payments.core.ports import LibrarySystemUnavailable


class CannotListDebtors(LibrarySystemUnavailable):
    """A system without the ability, though others of its kind have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    reference: str
    """As in `PatronIdentity`."""
    card_number: str
    owes: Money
    """All open fees, less credit; what of it can be paid or reminded of, the account says."""


@runtime_checkable
class ListsDebtors(Protocol):
    def debtors(self, *, at_least: Money) -> Iterator[Debtor]:
        """Page by page, each patron once. Raise CannotListDebtors or LibrarySystemUnavailable, even half-way."""
        ...
