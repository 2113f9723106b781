"""Fetching, reading and reconciling as background tasks, found by looking, so that nothing depends on who ran when."""

from datetime import UTC, datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from procrastinate.contrib.django import app

from torget.payments.checkout.models import MerchantAccount
from torget.payments.settlement.audit.keep import audit_and_keep
from torget.payments.settlement.fetch import fetch_everything, order_due_reports
from torget.payments.settlement.models import SettlementFile
from torget.payments.settlement.read_file import read_settlement_file
from torget.payments.settlement.reconcile import municipalities_of, reconcile_account
from torget.payments.settlement.storage import remove_content_unless


def now() -> datetime:
    return datetime.now(UTC)


def read_waiting_files() -> int:
    """Every file that is kept and not read, oldest first; the number looked at."""
    waiting = list(
        SettlementFile.objects.filter(state=SettlementFile.State.RECEIVED).order_by("pk").values_list("pk", flat=True)
    )
    for file_id in waiting:
        read_settlement_file(file_id=file_id, clock=now)
    return len(waiting)


def accounts_with_news() -> list[MerchantAccount]:
    """Those with a file that is read and not compared yet, their provider's or their municipality's bank's."""
    fresh = SettlementFile.objects.filter(state=SettlementFile.State.READ, matched_at__isnull=True)
    accounts = set(fresh.exclude(merchant_account=None).values_list("merchant_account", flat=True))
    banks = set(fresh.filter(merchant_account=None).values_list("municipality", flat=True))
    return [
        account
        for account in MerchantAccount.objects.select_related("cooperation").order_by("pk")
        if account.pk in accounts or banks.intersection(municipalities_of(account))
    ]


def reconcile_news() -> int:
    accounts = accounts_with_news()
    for account in accounts:
        reconcile_account(account=account, clock=now, started_by="file")
    return len(accounts)


def reconcile_all(started_by: str, accounts: list[int] | None = None, *, everything: bool = False) -> int:
    """Those named, or all that anybody can pay to or has brought files of."""
    has_files = Exists(SettlementFile.objects.filter(merchant_account=OuterRef("pk")))
    wished = Q(is_active=True) | has_files if accounts is None else Q(pk__in=accounts)
    chosen = MerchantAccount.objects.filter(wished).order_by("pk")
    for account in chosen.select_related("cooperation"):
        reconcile_account(account=account, clock=now, started_by=started_by, everything=everything)
    return len(chosen)


def remove_ended_content(at: datetime) -> int:
    """The content of files that the retention let go, and of files whose row was never written."""
    needed = SettlementFile.objects.filter(content_ended_at=None)
    return remove_content_unless(
        lambda sha256: needed.filter(sha256=sha256).exists(), older_than=at - timedelta(days=1)
    )


@app.task(queueing_lock="read-files", queue="settlement")
def read_files() -> int:
    return read_waiting_files() + reconcile_news()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="settlement-minute", queue="settlement")
def read_and_order(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says which minute it is for
    """Whatever was left over: files to read and to compare, reports to order."""
    return read_waiting_files() + reconcile_news() + order_due_reports(clock=now)


@app.task(queueing_lock="fetch-settlements", queue="settlement")
def fetch(accounts: list[int], started_by: str) -> None:
    """On demand: ask the providers, and compare with what is here; what they send is compared when it comes."""
    fetch_everything(clock=now)
    reconcile_all(started_by, accounts)


@app.periodic(cron="15 7 * * *")
@app.task(queueing_lock="fetch-settlements-daily", queue="settlement")
def fetch_daily(timestamp: int) -> None:  # noqa: ARG001
    """In the morning, when providers have settled the day before."""
    fetch_everything(clock=now)


@app.periodic(cron="45 7 * * *")
@app.task(queueing_lock="reconcile-daily", queue="settlement")
def reconcile_daily(timestamp: int) -> None:  # noqa: ARG001
    """Every account, also where nothing came: what has waited too long is found by that."""
    reconcile_all("daily")


@app.task(queueing_lock="audit-settlements", lock="audit-settlements", queue="upkeep")
def audit(started_by: str) -> None:
    """On demand."""
    audit_and_keep(clock=now, started_by=started_by)


@app.periodic(cron="15 2 * * *")
@app.task(queueing_lock="audit-settlements-nightly", lock="audit-settlements", queue="upkeep")
def audit_every_night(timestamp: int) -> None:  # noqa: ARG001
    audit_and_keep(clock=now, started_by="worker")


@app.periodic(cron="30 4 * * *")
@app.task(queueing_lock="remove-ended-content", queue="settlement")
def remove_ended_content_daily(timestamp: int) -> int:  # noqa: ARG001
    """After the nightly retention."""
    return remove_ended_content(now())
