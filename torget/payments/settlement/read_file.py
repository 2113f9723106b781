"""Read a kept file into rows: all of it or nothing, and a report either way."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction

from torget.payments.core.settlement import FileRefused
from torget.payments.settlement.bank_entries import read_bank_entries
from torget.payments.settlement.formats import BANK
from torget.payments.settlement.models import ReadingProgress, SettlementFile
from torget.payments.settlement.progress import Progress
from torget.payments.settlement.provider_rows import read_provider_rows
from torget.payments.settlement.report import FileReport, Findings
from torget.payments.settlement.storage import open_stored

logger = logging.getLogger("torget.settlement")

Clock = Callable[[], datetime]


def read_settlement_file(*, file_id: int, clock: Clock) -> SettlementFile.State:
    """Read one file; a file that is read or refused already, or that another process has in hand, is left alone."""
    try:
        with transaction.atomic():
            file = _take(file_id)
            if file is None:
                return SettlementFile.State(SettlementFile.objects.values_list("state", flat=True).get(pk=file_id))
            findings = Findings()
            with open_stored(file.sha256) as source, Progress(file_id, source) as progress:
                read = read_bank_entries if file.provider == BANK else read_provider_rows
                report = read(file=file, source=source, progress=progress, findings=findings)
                progress.tell()
            _finish(file, SettlementFile.State.READ, report, clock())
    except FileRefused as refused:
        logger.warning("settlement file refused", extra={"file": file_id, "problem": refused.finding.problem})
        file = SettlementFile.objects.get(pk=file_id)
        _finish(file, SettlementFile.State.REFUSED, FileReport(findings=[refused.finding]), clock())
    return SettlementFile.State(file.state)


def _take(file_id: int) -> SettlementFile | None:
    """Hold the file for this transaction; None if there is nothing to do or somebody else is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('settlement file', %s))", [file_id])
        if not cursor.fetchone()[0]:
            return None
    return SettlementFile.objects.filter(pk=file_id, state=SettlementFile.State.RECEIVED).first()


def _finish(file: SettlementFile, state: SettlementFile.State, report: FileReport, at: datetime) -> None:
    changed = SettlementFile.objects.filter(pk=file.pk, state=SettlementFile.State.RECEIVED).update(
        state=state, report=report.as_json(), finished_at=at, first_on=file.first_on, last_on=file.last_on
    )
    if changed != 1:
        raise RuntimeError(f"settlement file {file.pk} was finished by somebody else")
    file.state = state
    if state is SettlementFile.State.REFUSED:
        ReadingProgress.objects.filter(file=file).delete()
