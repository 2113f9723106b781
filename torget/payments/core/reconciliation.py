"""How a row of a provider or an entry of the bank is explained: the classes, and what each means for the books."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from torget.foundation.core.business_days import add_working_days
from torget.payments.core.ledger import Account


class RowClass(StrEnum):
    """How an item ends. `settlement/sql/classify.sql` gives each in the same order."""

    MATCHED = "matched"
    WAITING = "waiting"  #: Ours, and its time to appear there is not over.
    MISSING_THERE = "missing_there"  #: Ours, and it did not appear: at the provider, or a payout at the bank.
    MISSING_HERE = "missing_here"  #: Theirs, and our books do not know it.
    AMOUNT_DIFFERS = "amount_differs"
    FEE_DIFFERS = "fee_differs"
    DUPLICATE = "duplicate"  #: Theirs, a further time.


NEEDS_A_PERSON = frozenset(RowClass) - {RowClass.MATCHED, RowClass.WAITING}

SETTLEMENT = "settlement"
"""The kind of an item that compares what a provider paid out with what the bank got; the other kinds are RowKind."""

TRIAL = "trial"
"""The kind of a provider's row about a payment that only tried the merchant account, or about its refund."""

REPORT_WORKING_DAYS = 4
"""How long a payment or a refund may take to appear in a provider's report."""
BANK_WORKING_DAYS = 3
"""How long a payout may be on its way to the bank."""


def waits_until(day: date, *, is_payout: bool) -> date:
    """The last day on which it may still be on its way."""
    return add_working_days(day, BANK_WORKING_DAYS if is_payout else REPORT_WORKING_DAYS)


def row_postings(*, row_class: RowClass, expected_cents: int | None, reported_cents: int | None) -> Mapping[str, int]:
    """What the books must say of a provider's row: what it has more or less than ours is suspense until explained."""
    if row_class not in {RowClass.MISSING_HERE, RowClass.AMOUNT_DIFFERS, RowClass.DUPLICATE}:
        return {}
    difference = (reported_cents or 0) - (0 if row_class is RowClass.DUPLICATE else expected_cents or 0)
    return {Account.PROVIDER: difference, Account.SUSPENSE: -difference} if difference else {}


def payout_postings(
    *, expected_cents: int | None, fee_cents: int, arrived_cents: int | None
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """What the books must say of a settlement: the fees once it is reported, the payout once the bank has it."""
    fees = {Account.PROVIDER_FEES: fee_cents, Account.PROVIDER: -fee_cents} if fee_cents else {}
    if arrived_cents is None:
        return fees, {}
    paid = {
        Account.BANK: arrived_cents,
        Account.PROVIDER: -(expected_cents or 0),
        Account.SUSPENSE: (expected_cents or 0) - arrived_cents,
    }
    return fees, {account: cents for account, cents in paid.items() if cents}
