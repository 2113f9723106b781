"""Corrections that belong to an earlier month by their time and fall in this one, because that one was closed."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from torget.foundation.core.money import Money
from torget.payments.closing.look import SeenMonth

_LATE = """
SELECT e.happened_at, e.kind, e.payment_id, coalesce(sum(p.amount_cents) FILTER (WHERE p.amount_cents > 0), 0)::bigint
FROM ledger_journalentry e JOIN ledger_posting p ON p.entry_id = e.id
"""
_CLOSED = """
JOIN closing_closedentry c ON c.entry_id = e.id
WHERE c.closed_month_id = %(month_id)s AND c.is_late
"""
_OPEN = """
WHERE e.municipality_id = %(municipality_id)s AND e.happened_at < %(starts_at)s
    AND NOT EXISTS (SELECT FROM closing_closedentry c WHERE c.entry_id = e.id)
"""
_LAST = "GROUP BY e.id ORDER BY e.happened_at, e.id LIMIT %(most)s"

LATE_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LateEntry:
    happened_at: datetime
    kind: str
    payment_id: int | None
    amount: Money
    """What the entry moved: the sum of its debits."""


def late_entries(seen: SeenMonth) -> list[LateEntry]:
    """The first LATE_MAX; SeenMonth.late_count says how many there are."""
    if not seen.late_count:
        return []
    values = {
        "month_id": seen.closed.pk if seen.closed else None,
        "municipality_id": seen.municipality.pk,
        "starts_at": seen.month.starts_at,
        "most": LATE_MAX,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LATE + (_CLOSED if seen.closed else _OPEN) + _LAST, values)
        return [
            LateEntry(happened_at=happened_at, kind=kind, payment_id=payment_id, amount=Money(cents))
            for happened_at, kind, payment_id, cents in cursor.fetchall()
        ]
