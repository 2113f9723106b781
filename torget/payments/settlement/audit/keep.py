"""Carry out the full audit and keep what it found, for the pages and for who was not there."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from django.db import transaction

from torget.payments.settlement.audit.audit import AuditReport, audit_settlements
from torget.payments.settlement.audit.engine import ClassTotal
from torget.payments.settlement.reconciliation_models import AuditDisagreement, FullAudit


def audit_and_keep(
    *, clock: Callable[[], datetime], started_by: str, folder: Path | None = None
) -> tuple[FullAudit, AuditReport]:
    """An audit that breaks off leaves its row without an end."""
    audit = FullAudit.objects.create(started_by=started_by, started_at=clock())
    report = audit_settlements(at=audit.started_at, folder=folder)
    with transaction.atomic():
        AuditDisagreement.objects.bulk_create(
            AuditDisagreement(
                audit=audit,
                municipality_id=one.municipality_id,
                about=one.about[:160],
                kept=one.kept[:100],
                judged=one.judged[:100],
            )
            for one in report.disagreements
        )
        audit.counts, audit.finished_at = _counts(rows=report.totals, bank=report.bank_totals), clock()
        audit.save(update_fields=["counts", "finished_at"])
    return audit, report


def _counts(**legs: Iterable[ClassTotal]) -> dict[str, dict[str, dict[str, int]]]:
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for leg, totals in legs.items():
        for one in totals:
            classes = counts.setdefault(str(one.municipality_id), {}).setdefault(leg, {})
            classes[one.row_class] = classes.get(one.row_class, 0) + one.count
    return counts
