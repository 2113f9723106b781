"""Proposed refunds that nobody decided in time, as a background task."""

from django.utils import timezone
from procrastinate.contrib.django import app

from torget.payments.checkout.proposals import expire_proposals


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="expire-proposals", queue="notify")
def expire_refund_proposals(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says which minute it is for
    return expire_proposals(timezone.now())
