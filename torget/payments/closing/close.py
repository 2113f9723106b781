"""Close a month of one municipality: mark its entries, sum them, and write both down for good, in one commit."""

import json
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.access import Access
from torget.payments.closing.models import ClosedMonth
from torget.payments.closing.standing import last_closed
from torget.payments.closing.sums import (
    BEGINNING,
    IN_MONTH,
    OPEN,
    entry_facts,
    open_entries,
    shared_income,
    sum_entries,
)
from torget.payments.closing.written import written_through
from torget.payments.core.month_book import FORMAT, MonthBook, canonical, checksum
from torget.payments.core.months import Month
from torget.payments.fees.models import FeeType
from torget.payments.ledger.models import JournalEntry

_MARK = """
INSERT INTO closing_closedentry (entry_id, closed_month_id, is_late)
SELECT id, %(month_id)s, happened_at < %(starts_at)s FROM ({entries}) AS chosen
"""
_LATE = "SELECT count(*) FROM closing_closedentry WHERE closed_month_id = %s AND is_late"


class CannotClose(Exception):
    """Why the month cannot be closed now."""


class NotEnded(CannotClose):
    """The month is not over yet."""


class NotNext(CannotClose):
    """Months are closed one after the other, each once; this is not the one whose turn it is."""


class MayNotClose(CannotClose):
    """Only the municipality's own finance closes its months."""


def next_month(municipality_id: int) -> Month | None:
    """Whose turn it is; None while the books are empty."""
    last = last_closed(municipality_id)
    if last is not None:
        return Month.from_text(last.month).following
    first = (
        JournalEntry.objects.filter(municipality_id=municipality_id)
        .order_by("happened_at")
        .values_list("happened_at", flat=True)
        .first()
    )
    return Month.of(first) if first else None


def _new_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('closing_closedmonth', 'id'))")
        return int(cursor.fetchone()[0])


def _mark(month_id: int, municipality_id: int, month: Month) -> int:
    """The one statement that decides what belongs to the month.

    An entry that is being written at this moment is not seen and gets no mark; it is then open, and falls in the next
    month. So payments are never held up by a close, and no entry is lost or taken twice (entry_id is the key).
    """
    values = open_entries(municipality_id, BEGINNING, month.ends_at)
    with connection.cursor() as cursor:
        cursor.execute(_MARK.format(entries=OPEN), {**values, "month_id": month_id, "starts_at": month.starts_at})
        count = int(cursor.rowcount)
        # The planner knows nothing of the new month and would fetch each of its entries by itself.
        cursor.execute("ANALYZE closing_closedentry (closed_month_id)")
    return count


def _late_count(month_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_LATE, [month_id])
        return int(cursor.fetchone()[0])


def fee_names() -> dict[str, dict[str, str]]:
    """What the fee types of a ledger account are called, by account and language."""
    names: dict[str, dict[str, list[str]]] = {}
    for account, texts in FeeType.objects.order_by("code").values_list("ledger_account", "names"):
        for language, text in texts.items():
            known = names.setdefault(account, {}).setdefault(language, [])
            if text not in known:
                known.append(text)
    return {
        account: {language: ", ".join(texts) for language, texts in by_language.items()}
        for account, by_language in names.items()
    }


def _content(municipality: Municipality, month: Month, previous: ClosedMonth | None, month_id: int) -> dict[str, Any]:
    values = {"month_id": month_id}
    facts = entry_facts(IN_MONTH, values)
    book = MonthBook(sums=sum_entries(IN_MONTH, values), openings=openings_after(previous))
    return {
        "format": FORMAT,
        "municipality": {
            "number": municipality.number,
            "slug": municipality.slug,
            "business_id": municipality.business_id,
            "names": municipality.names,
        },
        "month": str(month),
        "previous": previous.checksum if previous else "",
        "entries": {
            "count": facts.count,
            "first": facts.first_id,
            "last": facts.last_id,
            "late": _late_count(month_id),
            "digest": facts.digest,
        },
        "sums": book.sums_as_data(),
        "accounts": book.accounts_as_data(),
        "shares": [one.as_data() for one in shared_income(IN_MONTH, values)],
        "fee_types": fee_names(),
    }


def openings_after(previous: ClosedMonth | None) -> dict[str, int]:
    if previous is None:
        return {}
    return {account: closing for account, *_between, closing in json.loads(previous.content)["accounts"] if closing}


def close_month(*, municipality_id: int, month: Month, access: Access, note: str, at: datetime) -> ClosedMonth:
    """Close it for good. Raise MayNotClose, NotEnded or NotNext.

    The municipality's row is locked, so that two people who press at once close it once; the lock is one that new
    payments do not wait for.
    """
    if municipality_id not in access.finance:
        raise MayNotClose
    if at < month.ends_at:
        raise NotEnded(str(month))
    through = written_through()
    with transaction.atomic():
        municipality = Municipality.objects.select_for_update(no_key=True).get(pk=municipality_id)
        if next_month(municipality_id) != month:
            raise NotNext(str(month))
        previous = last_closed(municipality_id)
        month_id = _new_id()
        count = _mark(month_id, municipality_id, month)
        content = canonical(_content(municipality, month, previous, month_id))
        closed = ClosedMonth.objects.create(
            id=month_id,
            municipality=municipality,
            month=str(month),
            previous=previous,
            closed_at=at,
            closed_by=access.actor,
            note=note[:500],
            content=content,
            checksum=checksum(previous.checksum if previous else "", content),
            entry_count=count,
            complete_through=through or (previous.complete_through if previous else None),
        )
        record(
            at=at,
            actor=access.actor,
            action="close month",
            subject=f"month:{municipality.slug}:{month}",
            municipality_id=municipality_id,
            why=note[:500],
            detail={"checksum": closed.checksum, "entries": count},
        )
    return closed
