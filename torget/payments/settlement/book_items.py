"""Write into the journal what the items say and it does not have yet: fees, payouts, and what nobody can explain.

An item keeps what the journal has of it. What is posted is the difference to what it should have, under a key with the
item's own running number, in the commit that notes it: so nothing is posted twice, and a correction is a new entry.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import F, Q

from torget.foundation.core.money import Money
from torget.payments.checkout.models import MerchantAccount
from torget.payments.core.ledger import Account, Entry, PostingValue
from torget.payments.core.months import HELSINKI
from torget.payments.core.reconciliation import SETTLEMENT, TRIAL, RowClass, payout_postings, row_postings
from torget.payments.core.settlement import RowKind
from torget.payments.ledger.post import post_entries
from torget.payments.settlement.reconciliation_models import Item

Wanted = Mapping[str, Mapping[str, int]]
"""Cents by account, by kind of entry."""


def book_items(*, account: MerchantAccount, municipalities: list[int], now: datetime) -> int:
    """Every item that may lack something; the number of entries written."""
    waiting = Item.objects.filter(
        Q(merchant_account=account) | Q(merchant_account=None, municipality__in=municipalities), is_booked=False
    )
    return sum(_book(item_id, now) for item_id in waiting.order_by("pk").values_list("pk", flat=True))


def wanted_postings(item: Item) -> Wanted:
    row_class = RowClass(item.row_class)
    if item.kind == SETTLEMENT:
        fees, paid = payout_postings(
            expected_cents=item.expected_cents, fee_cents=item.fee_cents, arrived_cents=item.reported_cents
        )
        return {"provider_fee": fees, "payout": paid}
    if item.reported_cents is None or item.kind == RowKind.PAYOUT:
        return {}
    if item.kind == TRIAL and row_class is RowClass.MATCHED:
        cents = item.reported_cents
        return {"trial": {Account.PROVIDER: cents, Account.TRIALS: -cents}, "provider_fee": _own_fee(item)}
    differs = row_postings(row_class=row_class, expected_cents=item.expected_cents, reported_cents=item.reported_cents)
    return {"provider_fee": _own_fee(item), "suspense": differs}


def _own_fee(item: Item) -> Mapping[str, int]:
    # Fees of rows that belong to no settlement have no other item to be booked by.
    fee_cents = item.fee_cents - (item.reported_cents or 0 if item.kind == RowKind.FEE else 0)
    fees, _ = payout_postings(expected_cents=None, fee_cents=0 if item.settlement else fee_cents, arrived_cents=None)
    return fees


def _book(item_id: int, now: datetime) -> int:
    with transaction.atomic():
        item = Item.objects.select_for_update().get(pk=item_id)
        if item.is_booked:
            return 0
        wanted = wanted_postings(item)
        entries, number = [], item.bookings
        for kind in sorted({*wanted, *item.booked}):
            missing = _difference(wanted.get(kind, {}), item.booked.get(kind, {}))
            if missing:
                number += 1
                entries.append(_entry(item, kind, number, missing))
        written = post_entries(entries, happened_at=_moment(item, now))
        if written != len(entries):
            raise RuntimeError(f"item {item_id} was booked by somebody else")
        changed = Item.objects.filter(pk=item_id, bookings=item.bookings).update(
            booked={kind: dict(sums) for kind, sums in wanted.items() if sums},
            bookings=F("bookings") + len(entries),
            is_booked=True,
        )
        if changed != 1:
            raise RuntimeError(f"item {item_id} changed while it was booked")
    return written


def _difference(wanted: Mapping[str, int], booked: Mapping[str, int]) -> dict[str, int]:
    sums = {account: wanted.get(account, 0) - booked.get(account, 0) for account in sorted({*wanted, *booked})}
    return {account: cents for account, cents in sums.items() if cents}


def _entry(item: Item, kind: str, number: int, sums: Mapping[str, int]) -> Entry:
    return Entry(
        municipality_id=item.municipality_id,
        key=f"item:{item.pk}:{number}",
        kind=kind,
        postings=tuple(PostingValue(account, Money(cents)) for account, cents in sums.items()),
    )


def _moment(item: Item, now: datetime) -> datetime:
    """Noon of its day, for a fee or a payout belongs to that day's month; never later than now."""
    day = item.happened_on
    if item.bank_entry is not None and item.bank_entry.booked_on is not None:
        day = item.bank_entry.booked_on
    return min(now, datetime.combine(day, time(), HELSINKI) + timedelta(hours=12))
