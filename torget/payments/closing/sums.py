"""The sums of a set of journal entries, made by the database; the set is a closed month's or what is still open."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from torget.foundation.core.money import Money
from torget.payments.closing.standing import last_closed
from torget.payments.core.fixed_shares import SharedFee, SharedIncome, sum_shared
from torget.payments.core.month_book import KindSum
from torget.payments.core.months import Month

BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
"""Before all books."""

IN_MONTH = "SELECT entry_id AS id FROM closing_closedentry WHERE closed_month_id = %(month_id)s"
# Open are the entries since the last closed month, and the late ones: written with an earlier time after it was closed.
# Only numbers above the one up to which that month is complete can be late, so the closed past is not read again;
# OFFSET 0 keeps the planner from going by municipality and time, which is just that past.
OPEN = """
SELECT e.id, e.happened_at FROM ledger_journalentry e
WHERE e.municipality_id = %(municipality_id)s
    AND e.happened_at >= greatest(%(since)s, %(closed_until)s) AND e.happened_at < %(until)s
UNION ALL
SELECT e.id, e.happened_at FROM (
    SELECT id, happened_at, municipality_id FROM ledger_journalentry
    WHERE id > %(complete_through)s AND %(since)s < %(closed_until)s OFFSET 0
) e
WHERE e.municipality_id = %(municipality_id)s
    AND e.happened_at >= %(since)s AND e.happened_at < least(%(until)s, %(closed_until)s)
    AND NOT EXISTS (SELECT FROM closing_closedentry c WHERE c.entry_id = e.id)
"""

# The names above are the only SQL that is put into these.
_SUMS = """
SELECT e.kind, p.account,
    coalesce(sum(p.amount_cents) FILTER (WHERE p.amount_cents > 0), 0)::bigint,
    coalesce(-sum(p.amount_cents) FILTER (WHERE p.amount_cents < 0), 0)::bigint
FROM ({entries}) AS chosen
JOIN ledger_journalentry e ON e.id = chosen.id JOIN ledger_posting p ON p.entry_id = e.id
GROUP BY e.kind, p.account ORDER BY e.kind, p.account
"""
_FACTS = """
WITH texts AS (
    SELECT e.id, concat_ws(' ', e.id, e.key, e.kind, extract(epoch FROM e.happened_at),
        string_agg(p.account || '=' || p.amount_cents, ',' ORDER BY p.id)) AS text
    FROM ({entries}) AS chosen
    JOIN ledger_journalentry e ON e.id = chosen.id LEFT JOIN ledger_posting p ON p.entry_id = e.id
    GROUP BY e.id
)
SELECT count(*), coalesce(min(id), 0), coalesce(max(id), 0),
    encode(sha256(convert_to(coalesce(string_agg(text, chr(10) ORDER BY id), ''), 'UTF8')), 'hex')
FROM texts
"""
_COUNT = "SELECT count(*) FROM ({entries}) AS chosen"
# Only registered fees are split; equal ones are counted, so that a month gives a row for each amount and not each fee.
_SHARED = """
SELECT l.ledger_account, l.vat_permille, l.payee_shares::text, l.amount_cents, count(*)
FROM ({entries}) AS chosen
JOIN ledger_journalentry e ON e.id = chosen.id AND e.kind = 'registered'
JOIN checkout_paymentline l ON l.payment_id = e.payment_id AND l.payee_id = e.municipality_id
WHERE l.payee_shares <> '{{}}' AND l.outcome = 'booked'
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFacts:
    """Which entries a set holds; the digest changes with any of them."""

    count: int
    first_id: int
    last_id: int
    digest: str


def _rows(query: str, entries: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query.format(entries=entries), values)
        return list(cursor.fetchall())


def open_entries(municipality_id: int, since: datetime, until: datetime) -> dict[str, Any]:
    """The values of OPEN, by the month that was closed last."""
    last = last_closed(municipality_id)
    return {
        "municipality_id": municipality_id,
        "since": since,
        "until": until,
        "closed_until": Month.from_text(last.month).ends_at if last else BEGINNING,
        "complete_through": (last.complete_through or 0) if last else 0,
    }


def count_entries(entries: str, values: Mapping[str, Any]) -> int:
    ((count,),) = _rows(_COUNT, entries, values)
    return int(count)


def sum_entries(entries: str, values: Mapping[str, Any]) -> list[KindSum]:
    return [
        KindSum(kind=kind, account=account, debit_cents=debit, credit_cents=credit)
        for kind, account, debit, credit in _rows(_SUMS, entries, values)
    ]


def entry_facts(entries: str, values: Mapping[str, Any]) -> EntryFacts:
    ((count, first_id, last_id, digest),) = _rows(_FACTS, entries, values)
    return EntryFacts(count=count, first_id=first_id, last_id=last_id, digest=digest)


def shared_income(entries: str, values: Mapping[str, Any]) -> list[SharedIncome]:
    """The fees with fixed shares that became income in the set, split one by one as they were booked."""
    return sum_shared(
        SharedFee(
            ledger_account=account,
            vat_permille=permille,
            shares=json.loads(shares),
            gross=Money(cents),
            count=count,
        )
        for account, permille, shares, cents, count in _rows(_SHARED, entries, values)
    )
