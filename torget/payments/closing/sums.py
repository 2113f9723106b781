"""The sums of a set of journal entries, made by the database; the set is a closed month's or what is still open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from torget.payments.core.month_book import KindSum

IN_MONTH = "SELECT entry_id AS id FROM closing_closedentry WHERE closed_month_id = %(month_id)s"
OPEN = """
SELECT e.id FROM ledger_journalentry e
WHERE e.municipality_id = %(municipality_id)s AND e.happened_at >= %(since)s AND e.happened_at < %(until)s
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
SELECT count(*), coalesce(min(e.id), 0), coalesce(max(e.id), 0),
    encode(sha256(convert_to(coalesce(string_agg(
        concat_ws(' ', e.id, e.key, e.kind, extract(epoch FROM e.happened_at), (
            SELECT string_agg(p.account || '=' || p.amount_cents, ',' ORDER BY p.id)
            FROM ledger_posting p WHERE p.entry_id = e.id
        )), chr(10) ORDER BY e.id), ''), 'UTF8')), 'hex')
FROM ({entries}) AS chosen JOIN ledger_journalentry e ON e.id = chosen.id
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
    return {"municipality_id": municipality_id, "since": since, "until": until}


def sum_entries(entries: str, values: Mapping[str, Any]) -> list[KindSum]:
    return [
        KindSum(kind=kind, account=account, debit_cents=debit, credit_cents=credit)
        for kind, account, debit, credit in _rows(_SUMS, entries, values)
    ]


def entry_facts(entries: str, values: Mapping[str, Any]) -> EntryFacts:
    ((count, first_id, last_id, digest),) = _rows(_FACTS, entries, values)
    return EntryFacts(count=count, first_id=first_id, last_id=last_id, digest=digest)
