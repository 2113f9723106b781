"""A month as the rows of a voucher: what each account moved by, for the month or for each of its days."""

from datetime import date

from django.db import connection

from torget.foundation.core.money import Money
from torget.payments.closing.look import SeenMonth
from torget.payments.closing.models import ClosedMonth, ColumnMap
from torget.payments.core.journal_file import JournalRow
from torget.payments.core.month_book import account_order

# A late entry happened in a month whose books are closed in the accounting system too, so it stands on the first day.
_BY_DAY = """
SELECT CASE WHEN c.is_late THEN %(first_day)s ELSE (e.happened_at AT TIME ZONE 'Europe/Helsinki')::date END AS day,
    p.account, sum(p.amount_cents)::bigint
FROM closing_closedentry c
JOIN ledger_journalentry e ON e.id = c.entry_id JOIN ledger_posting p ON p.entry_id = e.id
WHERE c.closed_month_id = %(month_id)s
GROUP BY 1, 2 HAVING sum(p.amount_cents) <> 0
"""


def _by_day(closed: ClosedMonth, first_day: date) -> list[tuple[date, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_BY_DAY, {"month_id": closed.pk, "first_day": first_day})
        return list(cursor.fetchall())


def _by_month(seen: SeenMonth) -> list[tuple[date, str, int]]:
    moved = ((line.account, line.debit.cents - line.credit.cents) for line in seen.book.accounts())
    return [(seen.month.last_day, account, cents) for account, cents in moved if cents]


def journal_rows(seen: SeenMonth, *, detail: str, row_text: str) -> list[JournalRow]:
    """By day, then as a balance sheet reads; the rows of every day sum to zero. By day only for a closed month."""
    by_day = detail == ColumnMap.Detail.DAY and seen.closed is not None
    moved = _by_day(seen.closed, seen.month.first_day) if by_day and seen.closed else _by_month(seen)
    return [
        JournalRow(
            account=account,
            amount=Money(cents),
            day=day,
            month=str(seen.month),
            text=row_text.replace("{month}", str(seen.month)).replace("{account}", account),
            reference=f"{seen.municipality.number}-{seen.month}",
        )
        for day, account, cents in sorted(moved, key=lambda row: (row[0], account_order(row[1])))
    ]
