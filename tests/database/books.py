"""Entries in the books of the small network, at chosen times."""

import itertools
from datetime import datetime

from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.money import Money
from torget.payments.core.ledger import Account, Entry, PostingValue
from torget.payments.core.posting_rules import (
    BookedLine,
    paid_entries,
    payout_entry,
    provider_fee_entry,
    refunded_entries,
    registered_entries,
)
from torget.payments.ledger.post import post_entries

_numbers = itertools.count(1_000_000)


def line(
    slug: str, cents: int, account: str = "3100", vat: int = 0, shares: dict[str, int] | None = None
) -> BookedLine:
    municipality = Municipality.objects.get(slug=slug)
    return BookedLine(
        municipality_id=municipality.pk,
        municipality=slug,
        amount=Money(cents),
        vat_permille=vat,
        ledger_account=account,
        shares=shares or {},
    )


def sell(at: datetime, *lines: BookedLine, registered_at: datetime | None = None) -> int:
    """Paid, and registered unless `registered_at` is None; the invented number of the payment."""
    number = next(_numbers)
    post_entries(paid_entries(number, lines), happened_at=at)
    if registered_at is not None:
        post_entries(registered_entries(number, lines), happened_at=registered_at)
    return number


def refund(at: datetime, *lines: BookedLine, was_registered: bool = True) -> None:
    post_entries(refunded_entries(str(next(_numbers)), lines, was_registered=was_registered), happened_at=at)


def pay_out(at: datetime, slug: str, cents: int, fee_cents: int = 0) -> None:
    municipality_id = Municipality.objects.get(slug=slug).pk
    number = next(_numbers)
    entries = [payout_entry(municipality_id=municipality_id, key=f"payout:{number}", amount=Money(cents))]
    if fee_cents:
        entries.append(provider_fee_entry(municipality_id=municipality_id, key=f"fee:{number}", fee=Money(fee_cents)))
    post_entries(entries, happened_at=at)


def suspend(at: datetime, slug: str, cents: int) -> None:
    """Money that nobody can explain."""
    entry = Entry(
        municipality_id=Municipality.objects.get(slug=slug).pk,
        key=f"suspense:{next(_numbers)}",
        kind="suspense",
        postings=(PostingValue(Account.BANK, Money(cents)), PostingValue(Account.SUSPENSE, Money(-cents))),
    )
    post_entries([entry], happened_at=at)
