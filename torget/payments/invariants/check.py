"""Ask every rule of all rows, in one view of the database that sees no half of anything."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from torget.foundation.cooperations.models import Municipality
from torget.payments.closing.look import verify_months
from torget.payments.invariants.models import InvariantResult, InvariantRun
from torget.payments.invariants.rules import MONTHS, RULES

EXAMPLES_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    rule: str
    violations: int
    examples: list[str]
    milliseconds: int


def _ask(rule: str, query: str) -> Finding:
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT about, count(*) OVER () FROM ({query}) AS broken LIMIT {EXAMPLES_MAX}")  # noqa: S608
        rows = cursor.fetchall()
    return Finding(
        rule=rule,
        violations=rows[0][1] if rows else 0,
        examples=sorted(about for about, _ in rows),
        milliseconds=_since(started),
    )


def _since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)


def _ask_months() -> Finding:
    """Checksums, their chain, and the digest of every closed month's entries, computed anew."""
    started = time.perf_counter()
    faults = [
        f"month:{slug}:{fault.month}:{fault.what}"
        for pk, slug in Municipality.objects.order_by("slug").values_list("pk", "slug")
        for fault in verify_months(pk)
    ]
    return Finding(rule=MONTHS, violations=len(faults), examples=faults[:EXAMPLES_MAX], milliseconds=_since(started))


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own table
        return int(cursor.fetchone()[0])


def find_violations() -> tuple[list[Finding], int, int]:
    """What breaks which rule, and how many payments and entries there are. Never call it inside a transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # Sums over the whole journal would go to disk in small pieces otherwise.
        cursor.execute("SET LOCAL work_mem = '128MB'")
        findings = [_ask(rule, query) for rule, query in RULES.items()]
        findings.append(_ask_months())
        return findings, _count("checkout_payment"), _count("ledger_journalentry")


def check_invariants(*, at: datetime, actor: str) -> InvariantRun:
    """Check and keep the result. The row is there before the work begins, so that a check that breaks off is seen."""
    run = InvariantRun.objects.create(started_at=at, actor=actor)
    started = time.perf_counter()
    findings, payments, entries = find_violations()
    with transaction.atomic():
        InvariantResult.objects.bulk_create(
            InvariantResult(
                run=run,
                rule=one.rule,
                violations=one.violations,
                examples=one.examples,
                milliseconds=one.milliseconds,
            )
            for one in findings
        )
        run.payments, run.entries = payments, entries
        run.finished_at = at + timedelta(milliseconds=_since(started))
        run.save()
    return run
