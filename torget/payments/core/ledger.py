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
    TRIALS = "trials"  #: Liability: paid by those who tried the merchant account, until it has gone back.
    SUSPENSE = "suspense"  #: What nobody can explain yet; has an owner and an age alarm.

    @staticmethod
    def income(ledger_account: str, vat_permille: int = 0) -> str:
        """With its VAT rate if there is one, so that the books alone say what was sold at which rate."""
        return _account("income", ledger_account, vat_permille)

    @staticmethod
    def vat(permille: int, ledger_account: str = "") -> str:
        """With the ledger account of the sale, so that net, VAT and gross of a fee type come from the books alone."""
        return f"vat:{permille}:{ledger_account}" if ledger_account else f"vat:{permille}"

    @staticmethod
    def owed_to(municipality: str, vat_permille: int = 0) -> str:
        """Liability to another municipality: its share of a fee with fixed shares."""
        return _account("owed_to", municipality, vat_permille)


def _account(kind: str, name: str, vat_permille: int) -> str:
    return f"{kind}:{name}:{vat_permille}" if vat_permille else f"{kind}:{name}"


@dataclass(frozen=True, slots=True)
class AccountParts:
    """An account taken apart: income:3300:255 is kind 'income', name '3300', VAT 25.5 %."""

    kind: str
    name: str = ""
    vat_permille: int = 0


def read_account(account: str) -> AccountParts:
    """What Account built, and any other account as a kind alone with the rest as its name."""
    kind, _colon, rest = account.partition(":")
    name, _colon, last = rest.partition(":")
    if kind == "vat":
        return AccountParts(kind, last, int(name)) if name.isdecimal() else AccountParts(kind, rest)
    return AccountParts(kind, name, int(last)) if last.isdecimal() else AccountParts(kind, rest)


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
