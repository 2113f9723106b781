"""The statements of a bank's file: streamed into a table of this transaction, checked one by one, then added."""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO

from django.db import connection

from torget.payments.core.settlement import (
    BankEntryValue,
    BankStatementValue,
    FileRefused,
    Finding,
    Problem,
    StatementKind,
)
from torget.payments.settlement.formats import statement_reader
from torget.payments.settlement.models import BankAccount, BankStatement, SettlementFile
from torget.payments.settlement.progress import Progress
from torget.payments.settlement.report import FileReport, Findings
from torget.payments.settlement.statements import load_sql, look_again

_COPY = """
COPY settlement_staged_entry (statement, number, part, amount_cents, booked_on, value_on, reference, message,
    end_to_end_id, bank_reference, is_reversal) FROM STDIN
"""


@dataclass
class _Seen:
    """One statement as far as it has been read."""

    head: BankStatementValue
    entries: int = 0
    sum_cents: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def add(self, entry: BankEntryValue) -> None:
        self.entries += 1
        self.sum_cents += entry.amount.cents
        self.digest.update(f"{entry!r}\n".encode("utf-8", "surrogatepass"))

    @property
    def sha256(self) -> str:
        return hashlib.sha256(f"{self.head!r}{self.digest.hexdigest()}".encode()).hexdigest()

    @property
    def key(self) -> tuple[str, StatementKind, str, date | None]:
        return (self.head.iban, self.head.kind, self.head.statement_id, self.head.closed_on)


def read_bank_entries(*, file: SettlementFile, source: BinaryIO, progress: Progress, findings: Findings) -> FileReport:
    """Add the statements that are new; raise FileRefused. The caller's transaction holds it all, or nothing."""
    with connection.cursor() as cursor:
        cursor.execute(load_sql("stage_entries"))
        seen = _stage(cursor, file, source, progress, findings)
        for one in seen:
            _check_balances(one, findings)
        kept = _keep(file, seen, findings)
        numbers, keys = [number for number, _ in kept], [statement.pk for _, statement in kept]
        cursor.execute(load_sql("add_entries"), {"numbers": numbers, "keys": keys})
        new_rows, in_cents, out_cents = cursor.fetchone()
        look_again(cursor, "settlement_bankentry", added=new_rows)
    days = [day for one in seen for day in (one.head.opened_on, one.head.closed_on) if day]
    file.first_on, file.last_on = min(days, default=None), max(days, default=None)
    for _, statement in kept:
        _look_for_gaps(statement, findings)
    return FileReport(
        rows=sum(one.entries for one in seen),
        new_rows=new_rows,
        statements=len(kept),
        in_cents=in_cents,
        out_cents=out_cents,
        findings=findings.all(),
    )


def _stage(cursor: Any, file: SettlementFile, source: BinaryIO, progress: Progress, findings: Findings) -> list[_Seen]:
    seen: list[_Seen] = []
    with cursor.copy(_COPY) as copy:
        for read in statement_reader(file.format).read(source):
            if isinstance(read, Finding):
                findings.add(read)
            elif isinstance(read, BankStatementValue):
                seen.append(_Seen(read))
            else:
                progress.row()
                seen[-1].add(read)
                copy.write_row(
                    (
                        *(len(seen), read.number, read.part, read.amount.cents, read.booked_on, read.value_on),
                        *(read.reference, read.message, read.end_to_end_id, read.bank_reference, read.is_reversal),
                    )
                )
    return seen


def _check_balances(one: _Seen, findings: Findings) -> None:
    head = one.head
    if head.kind is not StatementKind.STATEMENT:
        return
    if head.opening_balance is None or head.closing_balance is None:
        findings.add(Finding(problem=Problem.NO_BALANCES, detail=head.statement_id))
        return
    expected = head.opening_balance.cents + one.sum_cents
    if expected != head.closing_balance.cents:
        detail = f"{head.statement_id}: {head.opening_balance} + {one.sum_cents / 100:.2f} ≠ {head.closing_balance}"
        raise FileRefused(Problem.BALANCE_DOES_NOT_ADD_UP, detail=detail)


def _account_of(file: SettlementFile, iban: str) -> BankAccount:
    account = BankAccount.objects.filter(iban=iban, is_active=True).first()
    if account is None:
        raise FileRefused(Problem.UNKNOWN_BANK_ACCOUNT, detail=f"…{iban[-4:]}")
    if account.municipality_id != file.municipality_id:
        raise FileRefused(Problem.ANOTHER_ACCOUNT, detail=f"…{iban[-4:]}")
    return account


def _keep(file: SettlementFile, seen: list[_Seen], findings: Findings) -> list[tuple[int, BankStatement]]:
    """The rows of the statements that we do not have yet, with their places in the file."""
    kept: dict[tuple[Any, ...], tuple[int, BankStatement]] = {}
    for number, one in enumerate(seen, 1):
        head = one.head
        known = kept[one.key][1] if one.key in kept else _known(file, one)
        if known is not None:
            if known.content_sha256 != one.sha256:
                raise FileRefused(Problem.STATEMENT_DIFFERS, detail=head.statement_id)
            findings.add(Finding(problem=Problem.SAME_STATEMENT, detail=head.statement_id))
            continue
        row = BankStatement.objects.create(
            file=file,
            account=_account_of(file, head.iban),
            kind=head.kind,
            statement_id=head.statement_id,
            sequence_number=head.sequence_number,
            opening_cents=head.opening_balance.cents if head.opening_balance is not None else None,
            closing_cents=head.closing_balance.cents if head.closing_balance is not None else None,
            opened_on=head.opened_on,
            closed_on=head.closed_on,
            entry_count=one.entries,
            content_sha256=one.sha256,
        )
        kept[one.key] = (number, row)
    return list(kept.values())


def _known(file: SettlementFile, one: _Seen) -> BankStatement | None:
    return BankStatement.objects.filter(
        account=_account_of(file, one.head.iban),
        kind=one.head.kind,
        statement_id=one.head.statement_id,
        closed_on=one.head.closed_on,
    ).first()


def _look_for_gaps(statement: BankStatement, findings: Findings) -> None:
    """Between this statement and the one before it; nothing is refused, for the missing one may come."""
    if statement.kind != StatementKind.STATEMENT or statement.closed_on is None:
        return
    before = (
        BankStatement.objects.filter(
            account=statement.account, kind=StatementKind.STATEMENT, closed_on__lte=statement.closed_on
        )
        .exclude(pk=statement.pk)
        .order_by("-closed_on", "-sequence_number", "-pk")
        .first()
    )
    if before is None:
        return
    if (
        statement.sequence_number is not None
        and before.sequence_number is not None
        # Some banks begin again at 1 each year.
        and statement.sequence_number not in (before.sequence_number + 1, 1)
    ):
        detail = f"{before.sequence_number} … {statement.sequence_number}"
        findings.add(Finding(problem=Problem.STATEMENT_GAP, detail=detail))
    if None not in (before.closing_cents, statement.opening_cents) and before.closing_cents != statement.opening_cents:
        findings.add(Finding(problem=Problem.BALANCE_GAP, detail=statement.statement_id))
