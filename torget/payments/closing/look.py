"""A month as it stands: closed and as it was written down, or open and as the books are now."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from torget.foundation.cooperations.models import Municipality
from torget.payments.closing.close import fee_names, next_month, openings_after
from torget.payments.closing.models import ClosedMonth
from torget.payments.closing.standing import last_closed
from torget.payments.closing.sums import (
    BEGINNING,
    IN_MONTH,
    OPEN,
    count_entries,
    entry_facts,
    open_entries,
    shared_income,
    sum_entries,
)
from torget.payments.core.fixed_shares import SharedIncome, shared_income_from_data
from torget.payments.core.month_book import MonthBook, book_from_content, checksum
from torget.payments.core.months import Month


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenMonth:
    municipality: Municipality
    month: Month
    book: MonthBook
    closed: ClosedMonth | None
    is_next: bool
    """It is the one that is closed next."""
    fee_types: dict[str, dict[str, str]]
    shared: list[SharedIncome]
    """Fees with fixed shares, by key."""
    late_count: int = 0


def _seen_closed(municipality: Municipality, closed: ClosedMonth) -> SeenMonth:
    content: dict[str, Any] = json.loads(closed.content)
    return SeenMonth(
        municipality=municipality,
        month=Month.from_text(closed.month),
        book=book_from_content(content),
        closed=closed,
        is_next=False,
        fee_types=content["fee_types"],
        shared=shared_income_from_data(content["shares"]),
        late_count=content["entries"]["late"],
    )


def look_at_month(municipality: Municipality, month: Month) -> SeenMonth:
    closed = ClosedMonth.objects.filter(municipality=municipality, month=str(month)).first()
    if closed is not None:
        return _seen_closed(municipality, closed)
    upcoming = next_month(municipality.pk)
    is_next = upcoming == month
    openings = Counter(openings_after(last_closed(municipality.pk)))
    since = BEGINNING if is_next else month.starts_at
    if upcoming is not None and upcoming < month:
        before = sum_entries(OPEN, open_entries(municipality.pk, BEGINNING, month.starts_at))
        for one in before:
            openings[one.account] += one.net_cents
    chosen = open_entries(municipality.pk, since, month.ends_at)
    late = count_entries(OPEN, open_entries(municipality.pk, BEGINNING, month.starts_at)) if is_next else 0
    return SeenMonth(
        municipality=municipality,
        month=month,
        book=MonthBook(
            sums=sum_entries(OPEN, chosen), openings={account: cents for account, cents in openings.items() if cents}
        ),
        closed=None,
        is_next=is_next,
        fee_types=fee_names(),
        shared=shared_income(OPEN, chosen),
        late_count=late,
    )


@dataclass(frozen=True, slots=True)
class ChainFault:
    month: str
    what: str
    """'checksum', 'previous', 'entries'"""


def verify_months(municipality_id: int) -> list[ChainFault]:
    """Recompute every checksum and every digest from the journal itself; an empty list is good."""
    faults = []
    before = ""
    for closed in ClosedMonth.objects.filter(municipality_id=municipality_id).order_by("month"):
        content = json.loads(closed.content)
        facts = entry_facts(IN_MONTH, {"month_id": closed.pk})
        if closed.checksum != checksum(before, closed.content):
            faults.append(ChainFault(closed.month, "checksum"))
        if content["previous"] != before:
            faults.append(ChainFault(closed.month, "previous"))
        if (facts.count, facts.digest) != (content["entries"]["count"], content["entries"]["digest"]):
            faults.append(ChainFault(closed.month, "entries"))
        before = closed.checksum
    return faults
