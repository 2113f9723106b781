"""Bring one message to one endpoint: take it by a lease, call, and write down what came of it."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F

from torget.foundation.core.sealing import SealUnreadable, unseal
from torget.payments.api.models import DeliveryAttempt, WebhookDelivery, WebhookEndpoint
from torget.payments.api.webhooks.schedule import FAILING_MAX, LEASE, rest_after, wait_after
from torget.payments.api.webhooks.send import Outcome, Trouble, send, signed_headers
from torget.payments.api.webhooks.tell_staff import tell_that_it_is_stopped

Clock = Callable[[], datetime]


def _take(delivery_id: int, now: datetime) -> WebhookDelivery | None:
    """Hold the message for the length of the lease; None if it is not due, is over, or its endpoint rests."""
    due = WebhookDelivery.objects.filter(pk=delivery_id, state="waiting", next_at__lte=now)
    rests = due.filter(endpoint__rests_until__gt=now).values_list("endpoint__rests_until", flat=True).first()
    if rests is not None:
        due.update(next_at=rests)
        return None
    if not due.update(next_at=now + LEASE, tries=F("tries") + 1):
        return None
    return WebhookDelivery.objects.select_related("message", "endpoint").get(pk=delivery_id)


def secrets_of(endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    """Those that sign now, the newest first. Raise SealUnreadable."""
    sealed = [bytes(endpoint.secret)]
    if endpoint.old_secret is not None and endpoint.old_secret_until is not None and endpoint.old_secret_until > now:
        sealed.append(bytes(endpoint.old_secret))
    return [str(unseal(one, settings.CREDENTIAL_KEYS)) for one in sealed]


def deliver(*, delivery_id: int, clock: Clock) -> bool:
    """Whether the endpoint took it. Nothing is sent twice at once, and nothing that is not due."""
    delivery = _take(delivery_id, clock())
    if delivery is None:
        return False
    endpoint, message = delivery.endpoint, delivery.message
    if endpoint.stopped_at is not None:
        _give_up(delivery, clock())
        return False
    at = clock()
    try:
        headers = signed_headers(name=message.name, body=message.body, secrets=secrets_of(endpoint, at), at=at)
    except SealUnreadable:
        # An operator has lost a key; the message waits, as it would for a dead address.
        outcome = Outcome(status=None, trouble=Trouble.BROKEN, answer="the secret cannot be opened", milliseconds=0)
    else:
        outcome = send(url=endpoint.url, headers=headers, body=message.body)
    _settle(delivery, outcome, at=at, now=clock())
    return outcome.trouble is None


def _settle(delivery: WebhookDelivery, outcome: Outcome, *, at: datetime, now: datetime) -> None:
    with transaction.atomic():
        DeliveryAttempt.objects.create(
            delivery=delivery,
            at=at,
            milliseconds=outcome.milliseconds,
            status=outcome.status,
            trouble=outcome.trouble or "",
            answer=outcome.answer,
        )
        if outcome.trouble is None:
            WebhookDelivery.objects.filter(pk=delivery.pk, state="waiting").update(
                state="delivered", next_at=None, finished_at=now
            )
            WebhookEndpoint.objects.filter(pk=delivery.endpoint_id).update(
                failing_since=None, failures_in_a_row=0, rests_until=None
            )
            return
        wait = wait_after(delivery.tries)
        if wait is None:
            _give_up(delivery, now)
        else:
            WebhookDelivery.objects.filter(pk=delivery.pk, state="waiting").update(next_at=now + wait)
        _note_failure(delivery.endpoint_id, is_gone=outcome.trouble is Trouble.GONE, now=now)


def _give_up(delivery: WebhookDelivery, now: datetime) -> None:
    WebhookDelivery.objects.filter(pk=delivery.pk, state="waiting").update(
        state="given_up", next_at=None, finished_at=now
    )


def _note_failure(endpoint_id: int, *, is_gone: bool, now: datetime) -> None:
    endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint_id)
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.failures_in_a_row += 1
    endpoint.rests_until = now + rest_after(endpoint.failures_in_a_row)
    if endpoint.stopped_at is None and (is_gone or now - endpoint.failing_since >= FAILING_MAX):
        endpoint.stopped_at, endpoint.stop_reason = now, "failing"
        tell_that_it_is_stopped(endpoint=endpoint, at=now)
    endpoint.save(update_fields=["failing_since", "failures_in_a_row", "rests_until", "stopped_at", "stop_reason"])
