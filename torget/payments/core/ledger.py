"""Double entry as values: an entry that does not balance cannot be built."""

from dataclasses import dataclass

from torget.foundation.core.money import Money


class UnbalancedEntry(ValueError):
    """The postings do not sum to zero."""


class Account:
    """The chart of accounts; income accounts carry the fee type's ledger account after a colon."""

    PROVIDER = "provider"  #: Asset: what the payment provider owes us.
    UNREGISTERED = "unregistered"  #: Liability: paid by patrons, not yet in the library system.
    BANK = "bank"  #: Asset: paid out to the municipality's account.
    PROVIDER_FEES = "provider_fees"  #: Expense.
    SUSPENSE = "suspense"  #: What nobody can explain yet; has an owner and an age alarm.

    @staticmethod
    def income(ledger_account: str) -> str:
        return f"income:{ledger_account}"

    @staticmethod
    def vat(permille: int) -> str:
        return f"vat:{permille}"

    @staticmethod
    def owed_to(municipality: str) -> str:
        """Liability to another municipality: its share of a fee with fixed shares."""
        return f"owed_to:{municipality}"


@dataclass(frozen=True, slots=True)
class PostingValue:
    account: str
    amount: Money
    """Debit positive, credit negative; never zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    municipality_id: int
    key: str
    kind: str
    postings: tuple[PostingValue, ...]

    def __post_init__(self) -> None:
        if sum(posting.amount.cents for posting in self.postings) != 0:
            raise UnbalancedEntry(self.key)
        if len(self.postings) < 2 or any(not posting.amount for posting in self.postings):
            raise UnbalancedEntry(f"{self.key}: fewer than two postings, or a zero")
