"""The files of a closed month: made once and kept, so that whoever asks again gets the same bytes."""

import hashlib
from datetime import datetime
from enum import StrEnum

from django.utils import translation

from torget.foundation.audit.record import record
from torget.foundation.core.tables import Table, csv_bytes, xlsx_bytes
from torget.foundation.people.access import Access
from torget.payments.closing.column_maps import ColumnMapTexts, newest_map
from torget.payments.closing.journal import journal_rows
from torget.payments.closing.look import look_at_month
from torget.payments.closing.models import ClosedMonth, ColumnMap, MonthFile
from torget.payments.closing.month_csv import month_table
from torget.payments.closing.pdf import report_pdf
from torget.payments.closing.report import Section, month_report
from torget.payments.core.journal_file import write_journal
from torget.payments.core.months import Month


class FileKind(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"
    PROCOUNTOR = "procountor"
    SAP = "sap"


WITH_WORDS = frozenset({FileKind.XLSX, FileKind.PDF})
"""They speak a language; the others are the same in all."""

JOURNALS = frozenset({FileKind.PROCOUNTOR, FileKind.SAP})

CONTENT_TYPES = {
    FileKind.CSV: "text/csv; charset=utf-8",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.PDF: "application/pdf",
    FileKind.PROCOUNTOR: "text/csv",
    FileKind.SAP: "text/csv",
}


class MayNotSee(Exception):
    """The books of this municipality are not theirs."""


class NoColumnMap(Exception):
    """Nobody has said yet how the accounting system wants its journal."""


def section_table(section: Section) -> Table:
    rows = [*section.rows, *([section.last] if section.last else [])]
    return Table(name=section.name, headings=section.headings, rows=rows)


def make_file(closed: ClosedMonth, kind: FileKind, language: str, column_map: ColumnMap | None) -> bytes:
    """From the closed month alone. Raise BadColumnMap if an account has no target in the map."""
    seen = look_at_month(closed.municipality, Month.from_text(closed.month))
    if kind is FileKind.CSV:
        return csv_bytes(month_table(seen))
    if column_map is not None:
        rows = journal_rows(seen, detail=column_map.detail, row_text=column_map.row_text)
        return write_journal(rows, ColumnMapTexts.of(column_map).read())
    with translation.override(language):
        report = month_report(seen, language)
        if kind is FileKind.PDF:
            return report_pdf(report, language=language, at=closed.closed_at)
        facts = Table(name=translation.gettext("Month"), headings=[report.title, ""], rows=report.facts)
        return xlsx_bytes([facts, *map(section_table, report.sections)], at=closed.closed_at)


def file_name(file: MonthFile) -> str:
    """'porvoo-2026-10-sap-v7.csv': the number is that of the column map."""
    kind = FileKind(file.kind)
    parts = [file.closed_month.municipality.slug, file.closed_month.month]
    if kind in JOURNALS:
        parts += [kind.value, f"v{file.column_map_id}"]
    elif file.language:
        parts.append(file.language)
    return f"{'-'.join(parts)}.{'csv' if kind in JOURNALS else kind.value}"


def month_file(*, closed: ClosedMonth, kind: FileKind, language: str, access: Access, at: datetime) -> MonthFile:
    """The kept file, made first if there is none yet. Raise MayNotSee, NoColumnMap or BadColumnMap.

    Two who ask at once may both make it; the bytes are the same, and the first row stays.
    """
    if not access.may_see_books(closed.municipality_id):
        raise MayNotSee
    column_map = newest_map(closed.municipality_id, kind.value) if kind in JOURNALS else None
    if kind in JOURNALS and column_map is None:
        raise NoColumnMap
    spoken = language if kind in WITH_WORDS else ""
    wanted = {"closed_month": closed, "kind": kind.value, "language": spoken, "column_map": column_map}
    found = MonthFile.objects.filter(**wanted).first()
    if found is None:
        content = make_file(closed, kind, language, column_map)
        row = MonthFile(
            **wanted,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            created_at=at,
            created_by=access.actor,
        )
        MonthFile.objects.bulk_create([row], ignore_conflicts=True)
        found = MonthFile.objects.get(**wanted)
    _note_download(found, access, at)
    return found


def _note_download(file: MonthFile, access: Access, at: datetime) -> None:
    closed = file.closed_month
    record(
        at=at,
        actor=access.actor,
        action="download month file",
        subject=f"month:{closed.municipality.slug}:{closed.month}",
        municipality_id=closed.municipality_id,
        detail={"kind": file.kind, "language": file.language, "sha256": file.sha256},
    )


def kept_file(*, file_id: int, access: Access, at: datetime) -> MonthFile:
    """A file of before, perhaps after an earlier column map. Raise MonthFile.DoesNotExist or MayNotSee."""
    found = MonthFile.objects.select_related("closed_month__municipality").get(pk=file_id)
    if not access.may_see_books(found.closed_month.municipality_id):
        raise MayNotSee
    _note_download(found, access, at)
    return found
