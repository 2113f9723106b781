"""The out-box as a background task."""

from django.utils import timezone
from procrastinate.contrib.django import app

from torget.foundation.notify.send import send_due_emails

BATCH = 200


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="send-emails", queue="notify")
def send_emails(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says which minute it is for
    """Every minute; the queueing lock lets at most one wait."""
    return send_due_emails(timezone.now(), BATCH)
