"""The rows of a provider's report: streamed into a table of this transaction, checked as a whole, then added."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO
from uuid import UUID

from django.db import connection

from torget.payments.checkout.models import MerchantAccount
from torget.payments.core.settlement import FileRefused, Finding, Problem, SettlementRow, row_identity, row_problem
from torget.payments.settlement.formats import settlement_reader
from torget.payments.settlement.models import SettlementFile
from torget.payments.settlement.progress import Progress
from torget.payments.settlement.report import FileReport, Findings, KindTotal
from torget.payments.settlement.statements import load_sql, look_again

LENGTHS = {
    "stamp": 200,
    "provider_reference": 200,
    "reference": 200,
    "refunded_payment": 200,
    "method": 60,
    "settlement_id": 100,
    "settlement_reference": 100,
    "sub_merchant": 60,
}
_COPY = """
COPY settlement_staged (line, identity, kind, amount_cents, fee_cents, stamp, stamp_token, provider_reference,
    reference, refunded_payment, method, entry_on, settlement_id, settlement_reference, settled_on, sub_merchant)
FROM STDIN
"""


def read_provider_rows(*, file: SettlementFile, source: BinaryIO, progress: Progress, findings: Findings) -> FileReport:
    """Add the file's rows that are new; raise FileRefused. The caller's transaction holds it all, or nothing."""
    account = MerchantAccount.objects.get(settlementfile=file)
    values: dict[str, Any] = {
        "file": file.pk,
        "account": account.pk,
        "provider": file.provider,
        "is_aggregate": account.cooperation_id is not None,
    }
    with connection.cursor() as cursor:
        cursor.execute(load_sql("stage_rows"))
        with cursor.copy(_COPY) as copy:
            for row in _checked_rows(file, source, progress, findings):
                copy.write_row(_as_tuple(row))
        cursor.execute("ANALYZE settlement_staged")
        cursor.execute(load_sql("check_rows"), values)
        _refuse(dict(zip([column[0] for column in cursor.description or ()], cursor.fetchone(), strict=True)), findings)
        cursor.execute(load_sql("add_rows"), values)
        (new_rows,) = cursor.fetchone()
        look_again(cursor, "settlement_settlementrecord", added=new_rows)
        cursor.execute(load_sql("sum_rows"))
        kinds = [KindTotal(kind=kind, count=count, cents=cents, fee_cents=fee) for kind, count, cents, fee in cursor]
        rows = sum(one.count for one in kinds)
        if rows > new_rows:
            cursor.execute(load_sql("note_changed_fees"), values)
        cursor.execute(
            "SELECT count(DISTINCT (settlement_id, sub_merchant)) FILTER (WHERE settlement_id <> ''), "
            "min(coalesce(entry_on, settled_on)), max(coalesce(entry_on, settled_on)) FROM settlement_staged"
        )
        settlements, file.first_on, file.last_on = cursor.fetchone()
    return FileReport(
        rows=rows, new_rows=new_rows, kinds=kinds, settlements=settlements, findings=_all(findings, rows - new_rows)
    )


def _all(findings: Findings, known: int) -> list[Finding]:
    if known:
        findings.add(Finding(problem=Problem.KNOWN_ROWS, count=known))
    return findings.all()


def _checked_rows(
    file: SettlementFile, source: BinaryIO, progress: Progress, findings: Findings
) -> Iterator[SettlementRow]:
    """The rows, with whose part each is where the file belongs to one part of an aggregate; raise FileRefused."""
    for read in settlement_reader(file.format).read(source):
        if isinstance(read, Finding):
            findings.add(read)
            continue
        progress.row()
        problem = row_problem(read)
        if problem is not None and problem.problem is Problem.IMPOSSIBLE_SIGN:
            raise FileRefused(problem.problem, line=problem.line, detail=problem.detail)
        if problem is not None:
            findings.add(problem)
        for name, length in LENGTHS.items():
            if len(getattr(read, name)) > length:
                raise FileRefused(Problem.UNREADABLE_ROW, line=read.line, detail=name)
        yield _with_part(file, read)


def _with_part(file: SettlementFile, row: SettlementRow) -> SettlementRow:
    if not file.sub_merchant or row.sub_merchant == file.sub_merchant:
        return row
    if row.sub_merchant:
        raise FileRefused(Problem.ANOTHER_ACCOUNT, line=row.line, detail=row.sub_merchant[:40])
    return replace(row, sub_merchant=file.sub_merchant)


def _as_tuple(row: SettlementRow) -> tuple[Any, ...]:
    return (
        row.line,
        row_identity(row),
        row.kind.value,
        row.amount.cents,
        row.fee.cents,
        row.stamp,
        as_token(row.stamp),
        row.provider_reference,
        row.reference,
        row.refunded_payment,
        row.method,
        row.entry_on,
        row.settlement_id,
        row.settlement_reference,
        row.settled_on,
        row.sub_merchant,
    )


def as_token(stamp: str) -> UUID | None:
    """Ours are UUIDs; whatever else stands there is not ours."""
    try:
        return UUID(stamp)
    except ValueError:
        return None


def _refuse(checks: dict[str, Any], findings: Findings) -> None:
    """What only the whole file shows."""
    if checks["foreign_line"] is not None:
        raise FileRefused(Problem.ANOTHER_ACCOUNT, line=checks["foreign_line"])
    if checks["unknown_part_line"] is not None:
        raise FileRefused(Problem.ANOTHER_ACCOUNT, line=checks["unknown_part_line"], detail=checks["unknown_part"][:40])
    if checks["rows"] > 2 and checks["least_times"] > 1:
        raise FileRefused(Problem.DOUBLED, line=checks["repeated_line"])
    if checks["repeated"]:
        findings.add(
            Finding(problem=Problem.REPEATED_ROWS, line=checks["repeated_line"], count=int(checks["repeated"]))
        )
    if checks["changed"]:
        findings.add(Finding(problem=Problem.CHANGED_ROWS, line=checks["changed_line"], count=checks["changed"]))
