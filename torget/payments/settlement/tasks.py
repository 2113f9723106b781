"""Fetching, reading and reconciling as background tasks, found by looking, so that nothing depends on who ran when."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from torget.payments.settlement.fetch import fetch_everything, order_due_reports
from torget.payments.settlement.models import SettlementFile
from torget.payments.settlement.read_file import read_settlement_file


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


@app.task(queueing_lock="read-files", queue="settlement")
def read_files() -> int:
    return read_waiting_files()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="settlement-minute", queue="settlement")
def read_and_order(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says which minute it is for
    """Whatever was left over: files to read, reports to order."""
    return read_waiting_files() + order_due_reports(clock=now)


@app.task(queueing_lock="fetch-settlements", queue="settlement")
def fetch() -> None:
    fetch_everything(clock=now)


@app.periodic(cron="15 7 * * *")
@app.task(queueing_lock="fetch-settlements-daily", queue="settlement")
def fetch_daily(timestamp: int) -> None:  # noqa: ARG001
    """In the morning, when providers have settled the day before."""
    fetch_everything(clock=now)
