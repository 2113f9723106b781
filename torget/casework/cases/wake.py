"""Tell the background worker that there is work, in the transaction that made it."""

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

TASK = "torget.casework.decisions.tasks.work"


def wake_worker() -> None:
    """One waiting call is enough for all of it; without any, the periodic one comes within a minute."""
    try:
        with transaction.atomic():
            app.configure_task(TASK, queue="casework", queueing_lock="casework").defer()
    except AlreadyEnqueued:
        pass
