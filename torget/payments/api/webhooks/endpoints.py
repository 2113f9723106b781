"""Endpoints of a client: add one, change its secret, stop it, start it again, try it."""

import base64
import json
import secrets
from datetime import UTC, datetime
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction

from torget.foundation.audit.record import record
from torget.foundation.core.sealing import seal
from torget.payments.api.models import ApiClient, WebhookDelivery, WebhookEndpoint, WebhookMessage
from torget.payments.api.scopes import TEST_EVENT
from torget.payments.api.webhooks.address import check_url
from torget.payments.api.webhooks.schedule import OLD_SECRET_LASTS


def new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _note(endpoint: WebhookEndpoint, action: str, actor: str, at: datetime) -> None:
    record(at=at, actor=actor, action=action, subject=f"webhook-endpoint:{endpoint.pk}", detail={"url": endpoint.url})


def add_endpoint(
    *, client: ApiClient, url: str, events: tuple[str, ...], actor: str, at: datetime
) -> tuple[WebhookEndpoint, str]:
    """The endpoint and its secret, which is seen this once. Raise AddressRefused."""
    check_url(url, loopback=settings.WEBHOOK_LOOPBACK)
    secret = new_secret()
    with transaction.atomic():
        endpoint = WebhookEndpoint.objects.create(
            client=client,
            url=url,
            events=list(events),
            secret=seal(secret, settings.CREDENTIAL_KEYS),
            created_at=at,
            created_by=actor,
        )
        _note(endpoint, "add webhook endpoint", actor, at)
    return endpoint, secret


def rotate_secret(*, endpoint: WebhookEndpoint, actor: str, at: datetime) -> str:
    """A new secret; for a day the old one signs as well, so that no message is lost while the receiver changes over."""
    secret = new_secret()
    with transaction.atomic():
        locked = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
        locked.old_secret, locked.old_secret_until = locked.secret, at + OLD_SECRET_LASTS
        locked.secret = seal(secret, settings.CREDENTIAL_KEYS)
        locked.save(update_fields=["secret", "old_secret", "old_secret_until"])
        _note(locked, "rotate webhook secret", actor, at)
    return secret


def stop_endpoint(*, endpoint: WebhookEndpoint, actor: str, at: datetime) -> None:
    """What is on its way is given up when its time comes; it can be replayed."""
    with transaction.atomic():
        if WebhookEndpoint.objects.filter(pk=endpoint.pk, stopped_at=None).update(stopped_at=at, stop_reason="staff"):
            _note(endpoint, "stop webhook endpoint", actor, at)


def start_endpoint(*, endpoint: WebhookEndpoint, actor: str, at: datetime) -> None:
    with transaction.atomic():
        again = {"stopped_at": None, "stop_reason": "", "failing_since": None, "failures_in_a_row": 0}
        if WebhookEndpoint.objects.filter(pk=endpoint.pk, stopped_at__isnull=False).update(rests_until=None, **again):
            _note(endpoint, "start webhook endpoint", actor, at)


def queue_delivery(delivery: WebhookDelivery) -> None:
    """A job in the queue, in the caller's own transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_queue_delivery(%s, %s)", [delivery.pk, delivery.endpoint_id])


def send_test(*, endpoint: WebhookEndpoint, actor: str, at: datetime) -> WebhookDelivery:
    """A message about nothing, to see that address and signature fit."""
    with transaction.atomic():
        text = {"type": TEST_EVENT, "timestamp": at.astimezone(UTC).isoformat(), "data": {"says": "hello"}}
        message = WebhookMessage.objects.create(
            name=f"msg_{uuid4().hex}",
            client_id=endpoint.client_id,
            type=TEST_EVENT,
            body=json.dumps(text),
            created_at=at,
        )
        delivery = WebhookDelivery.objects.create(message=message, endpoint=endpoint, state="waiting", next_at=at)
        queue_delivery(delivery)
        _note(endpoint, "test webhook endpoint", actor, at)
    return delivery
