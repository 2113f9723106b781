"""What the audit reads, copied out of the database in one snapshot: our rows, the provider's, the bank's, the items."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from torget.payments.settlement.match_bank import PROVIDERS_PATTERN
from torget.payments.settlement.statements import load_sql


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedAccount:
    account_id: int
    municipalities: Sequence[int]
    judged_on: date
    """The day of its latest run: what waited then may be late by now, and the next run will say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """CSV files with headings."""

    ledger: Path
    records: Path
    items: Path
    payouts: Path
    bank_items: Path
    entries: Path


def export(
    *, accounts: Sequence[AuditedAccount], days: Sequence[tuple[date, date]], since: datetime, today: date, folder: Path
) -> Export:
    """`days` says for each day of ours until when it may be on its way."""
    made = Export(**{field.name: folder / f"{field.name}.csv" for field in fields(Export)})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute(
            "CREATE TEMPORARY TABLE settlement_audit_day (happened_on date, waits_until date) ON COMMIT DROP"
        )
        with cursor.copy("COPY settlement_audit_day FROM STDIN") as copy:
            for pair in days:
                copy.write_row(pair)
        cursor.execute("SELECT array_agg(id) FROM settlement_settlementfile WHERE matched_at IS NOT NULL")
        files = cursor.fetchone()[0] or []
        numbers = [one.account_id for one in accounts]
        values: dict[str, Any] = {"since": since, "files": files, "accounts": numbers}
        query = load_sql("audit_ledger").format(ledger_rows=load_sql("ledger_rows"))
        for place, one in enumerate(accounts):
            about = {"account": one.account_id, "municipalities": list(one.municipalities), "today": one.judged_on}
            _copy(cursor, query, {**values, **about}, made.ledger, place)
        provider_rows = load_sql("provider_rows")
        query = load_sql("audit_records").format(provider_rows=provider_rows, agreed_fee=load_sql("agreed_fee"))
        _copy(cursor, query, values, made.records)
        _copy(cursor, load_sql("audit_items"), values, made.items)
        _copy(cursor, load_sql("audit_payouts").format(provider_rows=provider_rows), values, made.payouts)
        _copy(cursor, load_sql("audit_bank_items"), {**values, "today": today, **_judged(accounts)}, made.bank_items)
        _copy(cursor, load_sql("audit_entries"), {**values, "providers": PROVIDERS_PATTERN}, made.entries)
        cursor.execute("DROP TABLE settlement_audit_day")
    return made


def _judged(accounts: Sequence[AuditedAccount]) -> dict[str, Any]:
    """A run of any account judges the payouts of all its municipalities: the latest of them counts."""
    latest: dict[int, date] = {}
    for one in accounts:
        for municipality_id in one.municipalities:
            latest[municipality_id] = max(one.judged_on, latest.get(municipality_id, one.judged_on))
    return {"judged_municipalities": list(latest), "judged_on": list(latest.values())}


def _copy(cursor: Any, query: str, values: dict[str, Any], path: Path, place: int = 0) -> None:
    """To the end of the file; the heading stands once."""
    with (
        path.open("ab" if place else "wb") as target,
        cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)", values) as copy,
    ):
        skips_heading = place > 0
        for piece in copy:
            data = bytes(piece)
            if skips_heading:
                data, skips_heading = data.partition(b"\n")[2], False
            target.write(data)
