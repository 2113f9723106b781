"""Reminders as background work: a search every night, and every minute what may go out."""

from django.utils import timezone
from procrastinate.contrib.django import app

from torget.payments.reminders.bounced import settle_bounced
from torget.payments.reminders.search import search, search_all
from torget.payments.reminders.send import send_due_reminders

BATCH = 60


@app.periodic(cron="30 5 * * *")
@app.task(queueing_lock="search-reminders", lock="search-reminders", queue="reminders")
def search_every_night(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says which minute it is for
    return search_all(clock=timezone.now)


@app.task(queue="reminders", lock="search-reminders")
def search_now(run_id: int) -> None:
    """A trial, or a search that somebody did not want to wait for."""
    search(run_id=run_id, clock=timezone.now)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="send-reminders", queue="reminders")
def send_reminders(timestamp: int) -> int:  # noqa: ARG001
    settle_bounced(now=timezone.now())
    return sum(send_due_reminders(clock=timezone.now, limit=BATCH).values())
