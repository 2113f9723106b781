"""Corrections that belong to an earlier month by their time and fall in this one, because that one was closed."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from torget.foundation.core.money import Money
from torget.payments.closing.look import SeenMonth
from torget.payments.closing.sums import BEGINNING, IN_MONTH, OPEN, open_entries

_LATE = """
SELECT e.happened_at, e.kind, e.payment_id, coalesce(sum(p.amount_cents) FILTER (WHERE p.amount_cents > 0), 0)::bigint
FROM ({entries}) AS chosen
JOIN ledger_journalentry e ON e.id = chosen.id JOIN ledger_posting p ON p.entry_id = e.id
GROUP BY e.id ORDER BY e.happened_at, e.id LIMIT %(most)s
"""
_LATE_IN_MONTH = f"{IN_MONTH} AND is_late"

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
    if seen.closed:
        entries, values = _LATE_IN_MONTH, {"month_id": seen.closed.pk}
    else:
        entries, values = OPEN, open_entries(seen.municipality.pk, BEGINNING, seen.month.starts_at)
    with connection.cursor() as cursor:
        cursor.execute(_LATE.format(entries=entries), {**values, "most": LATE_MAX})
        return [
            LateEntry(happened_at=happened_at, kind=kind, payment_id=payment_id, amount=Money(cents))
            for happened_at, kind, payment_id, cents in cursor.fetchall()
        ]
