"""Send a message again: word for word, under the same name, so that a receiver that had it knows it."""

from datetime import datetime

from django.db import transaction

from torget.foundation.audit.record import record
from torget.payments.api.models import WebhookDelivery, WebhookEndpoint
from torget.payments.api.webhooks.endpoints import queue_delivery


class EndpointStopped(Exception):
    """Nothing is sent to a stopped endpoint; start it first."""


def replay(*, delivery: WebhookDelivery, actor: str, at: datetime) -> None:
    """Also one that was delivered: the receiver may have lost it. Raise EndpointStopped."""
    if delivery.endpoint.stopped_at is not None:
        raise EndpointStopped
    with transaction.atomic():
        WebhookDelivery.objects.filter(pk=delivery.pk).update(state="waiting", next_at=at, tries=0, finished_at=None)
        WebhookEndpoint.objects.filter(pk=delivery.endpoint_id).update(rests_until=None)
        queue_delivery(delivery)
        record(at=at, actor=actor, action="replay webhook", subject=f"webhook-delivery:{delivery.pk}")


def replay_failed(*, endpoint: WebhookEndpoint, actor: str, at: datetime) -> int:
    """Everything that was given up, oldest first; how many. Raise EndpointStopped."""
    failed = endpoint.deliveries.filter(state="given_up").select_related("endpoint").order_by("pk")
    count = 0
    for count, delivery in enumerate(failed, 1):  # noqa: B007 - the number is what is asked for
        replay(delivery=delivery, actor=actor, at=at)
    return count
