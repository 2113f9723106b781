"""Webhooks as background work: a job for each message, put by the database; every minute, what is due once more."""

from django.utils import timezone
from procrastinate.contrib.django import app

from torget.payments.api.models import WebhookDelivery
from torget.payments.api.webhooks.deliver import deliver
from torget.payments.api.webhooks.endpoints import queue_delivery

BATCH = 500


@app.task(queue="webhooks")
def send_webhook(delivery_id: int) -> bool:
    return deliver(delivery_id=delivery_id, clock=timezone.now)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="queue-webhooks", queue="webhooks")
def queue_due_webhooks(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says which minute it is for
    return put_due_into_queue()


def put_due_into_queue() -> int:
    """Those whose time has come again, or whose sender died; a job that waits already is not doubled."""
    due = WebhookDelivery.objects.filter(state="waiting", next_at__lte=timezone.now()).order_by("next_at")[:BATCH]
    for delivery in due:
        queue_delivery(delivery)
    return len(due)
