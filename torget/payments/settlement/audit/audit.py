"""Compare everything anew, and say where the items that the daily runs have kept differ from it."""

import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.db import connection

from torget.payments.checkout.models import MerchantAccount
from torget.payments.core.months import HELSINKI
from torget.payments.core.reconciliation import waits_until
from torget.payments.settlement.audit.engine import (
    ClassTotal,
    Disagreement,
    bank_disagreements,
    connect,
    disagreements,
    judge,
    judge_bank,
)
from torget.payments.settlement.audit.export import AuditedAccount, export
from torget.payments.settlement.reconcile import municipalities_of
from torget.payments.settlement.reconciliation_models import Run

_BEGINNING = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    totals: tuple[ClassTotal, ...]
    """Our ledger against the providers' rows."""
    bank_totals: tuple[ClassTotal, ...]
    """Payouts against the banks."""
    disagreements: tuple[Disagreement, ...]
    """At most a hundred of either."""


def audit_settlements(*, at: datetime, folder: Path | None = None) -> AuditReport:
    """Of all accounts, from one snapshot of the database. Files that no run has compared yet are left out."""
    today = at.astimezone(HELSINKI).date()
    accounts = [
        AuditedAccount(
            account_id=account.pk, municipalities=municipalities_of(account), judged_on=_judged_on(account, today)
        )
        for account in MerchantAccount.objects.select_related("cooperation").order_by("pk")
    ]
    with tempfile.TemporaryDirectory(dir=folder) as name:
        place = Path(name)
        made = export(accounts=accounts, days=_days(today), since=_BEGINNING, today=today, folder=place)
        engine = connect(folder=place)
        try:
            judged = judge(engine, ledger=made.ledger, records=made.records)
            found = disagreements(engine, items=made.items)
            bank = judge_bank(engine, payouts=made.payouts, items=made.bank_items, entries=made.entries)
            found += bank_disagreements(engine, entries=made.entries)
            return AuditReport(totals=judged.totals, bank_totals=bank.totals, disagreements=tuple(found))
        finally:
            engine.close()


def _judged_on(account: MerchantAccount, today: date) -> date:
    last = Run.objects.filter(merchant_account=account, state=Run.State.DONE).order_by("-started_at").first()
    return last.started_at.astimezone(HELSINKI).date() if last else today


def _days(today: date) -> list[tuple[date, date]]:
    """Until when what happened on a day may be on its way, for every day of the journal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(happened_at) FROM ledger_journalentry")
        first = cursor.fetchone()[0]
    if first is None:
        return []
    day, found = first.astimezone(HELSINKI).date(), []
    while day <= today:
        found.append((day, waits_until(day, is_payout=False)))
        day += timedelta(days=1)
    return found
