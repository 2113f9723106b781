"""Carry the policy out in small commits, so that nobody waits for it and a run that breaks off has lost nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from torget.foundation.audit.record import record
from torget.foundation.core.retention import Act, Handling, Rule
from torget.foundation.retention.models import RetentionResult, RetentionRun
from torget.foundation.retention.policy import acts, policy

BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    rule: Rule
    before: datetime
    rows: int


def _acts_of(rule: Rule) -> Iterable[Act]:
    return (act for act in acts() if act.rule == rule.code)


def _count(act: Act, before: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({act.due}) AS due", {"before": before})  # noqa: S608 - our own SQL
        return int(cursor.fetchone()[0])


def _next_ids(act: Act, before: datetime, after: Any) -> list[Any]:
    """The next rows by id: so one pass reads each row once, however many batches it takes."""
    onwards = "" if after is None else "WHERE id > %(after)s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM ({act.due}) AS due {onwards} ORDER BY id LIMIT %(limit)s",  # noqa: S608 - our own SQL
            {"before": before, "after": after, "limit": BATCH},
        )
        return [row[0] for row in cursor.fetchall()]


def _do(act: Act, result: RetentionResult) -> None:
    after = None
    while ids := _next_ids(act, result.before, after):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(act.do, {"ids": ids, "before": result.before})
            # Functions say how many they removed; statements are counted by the driver.
            done = cursor.fetchone()[0] if cursor.description else cursor.rowcount
            RetentionResult.objects.filter(pk=result.pk).update(rows=F("rows") + done)
        after = ids[-1]


def count_due(*, at: datetime, actor: str, run_at: datetime | None = None) -> list[RuleCount]:
    """What a run now, or at `run_at`, would remove or pseudonymise, by rule; kept as a trial, for the page."""
    run = RetentionRun.objects.create(started_at=at, actor=actor, is_trial=True)
    found = []
    for rule in policy():
        before = rule.period.before(run_at or at)
        rows = sum(_count(act, before) for act in _acts_of(rule))
        RetentionResult.objects.create(run=run, rule=rule.code, before=before, rows=rows)
        found.append(RuleCount(rule=rule, before=before, rows=rows))
    RetentionRun.objects.filter(pk=run.pk).update(finished_at=at)
    return found


def carry_out(*, at: datetime, actor: str) -> list[RuleCount]:
    """Remove and pseudonymise what is due. Repeatable: what is done is not due any more."""
    run = RetentionRun.objects.create(started_at=at, actor=actor, is_trial=False)
    found = []
    for rule in policy():
        before = rule.period.before(at)
        result = RetentionResult.objects.create(run=run, rule=rule.code, before=before)
        for act in _acts_of(rule):
            _do(act, result)
        result.refresh_from_db()
        if rule.handling is not Handling.KEEP:
            record(
                at=at,
                actor=actor,
                action=f"retention {rule.handling}",
                subject=f"retention:{rule.code}",
                detail={"run": run.pk, "rows": result.rows, "before": before.isoformat()},
            )
        found.append(RuleCount(rule=rule, before=before, rows=result.rows))
    RetentionRun.objects.filter(pk=run.pk).update(finished_at=at)
    return found
