"""Webhooks: written with what they tell of, signed, tried again, cut off, given up, replayed, and never sent inside."""

import json
import re
import threading
import time
from collections.abc import Iterator
from copy import copy
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client, override_settings
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from standardwebhooks import Webhook, WebhookVerificationError

from tests.api.client import Program, program
from tests.api.receiver import Receiver, closed_port, receiving
from tests.api.test_checkouts import debtor
from tests.database.staff import catch_up, hire, pay_and_register, settle
from tests.world import World
from torget.foundation.notify.models import OutgoingEmail
from torget.payments.api.models import DeliveryAttempt, WebhookDelivery, WebhookEndpoint, WebhookMessage
from torget.payments.api.scopes import EventType
from torget.payments.api.tasks import put_due_into_queue, send_webhook
from torget.payments.api.v1.words import PAYMENT_WORDS, REFUND_WORDS
from torget.payments.api.webhooks.deliver import deliver
from torget.payments.api.webhooks.endpoints import add_endpoint, rotate_secret, send_test, start_endpoint
from torget.payments.api.webhooks.replay import EndpointStopped, replay, replay_failed
from torget.payments.api.webhooks.schedule import FAILING_MAX, OLD_SECRET_LASTS, WAITS
from torget.payments.api.webhooks.send import send
from torget.payments.checkout.models import Payment
from torget.payments.core.checkout import State

ALL_EVENTS = tuple(one.value for one in EventType)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with override_settings(WEBHOOK_LOOPBACK=True), receiving() as running:
        yield running


def endpoint_of(client: Program, url: str, *events: str) -> tuple[WebhookEndpoint, str]:
    return add_endpoint(client=client.row, url=url, events=events or ALL_EVENTS, actor="operator", at=timezone.now())


def run_jobs() -> int:
    """What a worker of the queue does, once for each job that waits."""
    jobs = list(ProcrastinateJob.objects.filter(queue_name="webhooks", status="todo").order_by("id"))
    for job in jobs:
        # A worker finds only what stands in the module `tasks` of an app.
        assert job.task_name == send_webhook.name == "torget.payments.api.tasks.send_webhook"
        ProcrastinateJob.objects.filter(pk=job.pk).delete()
        send_webhook(**job.args)
    return len(jobs)


def longest_wait_seconds() -> float:
    """What the operator's alarm looks at."""
    (line,) = re.findall(
        r"^torget_webhook_age_seconds (\S+)$", Client().get("/metrics/").content.decode(), re.MULTILINE
    )
    return float(line)


def told(receiver: Receiver) -> list[str]:
    return [json.loads(body)["type"] for _headers, body in receiver.got]


def pay_by_api(world: World, client: Program, *fees: tuple[str, int], patron_id: int = 1) -> tuple[dict[str, Any], int]:
    owed = tuple((int(reference), cents, "PRV/PK") for reference, cents in fees)
    patron = debtor(world, *owed, patron_id=patron_id)
    checkout = client.start(patron.card_number, *fees).json()
    payment = Payment.objects.get(checkout__token=checkout["id"])
    url = world.at_provider(payment.id, "pay")
    assert url is not None
    world.come_back(url)
    return checkout, payment.id


def test_paid_registered_and_completed_are_told_with_a_good_signature(world: World, receiver: Receiver) -> None:
    finna = program()
    _endpoint, secret = endpoint_of(finna, receiver.url)
    checkout, _payment = pay_by_api(world, finna, ("11", 115))
    catch_up(world)
    world.work()
    run_jobs()
    assert told(receiver) == ["payment.paid", "payment.registered", "checkout.completed"]
    for headers, body in receiver.got:
        said = Webhook(secret).verify(body, headers)
        assert said["data"]["checkout_id"] == checkout["id"]
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body.replace("115", "116"), headers)
    paid = json.loads(receiver.got[0][1])["data"]
    assert (paid["state"], paid["amount_cents"], paid["lines"][0]["fee_reference"]) == ("paid", 115, "11")
    registered = json.loads(receiver.got[1][1])["data"]
    assert (registered["state"], registered["lines"][0]["outcome"]) == ("registered", "booked")
    card = Payment.objects.get().card_number
    assert card not in "".join(WebhookMessage.objects.values_list("body", flat=True))


def test_nothing_is_told_of_a_step_that_was_not_committed(world: World, receiver: Receiver) -> None:
    finna = program()
    endpoint_of(finna, receiver.url)
    patron = debtor(world)
    finna.start(patron.card_number, ("11", 115))
    payment = Payment.objects.get()
    url = world.at_provider(payment.id, "pay")
    assert url is not None
    with transaction.atomic():
        world.come_back(url)
        transaction.set_rollback(True)
    assert not WebhookMessage.objects.exists()
    assert not ProcrastinateJob.objects.filter(queue_name="webhooks").exists()
    world.come_back(url)
    assert WebhookMessage.objects.get().type == "payment.paid"


def test_a_payment_that_no_client_started_and_another_clients_are_not_told(world: World, receiver: Receiver) -> None:
    endpoint_of(program("Stranger"), receiver.url)
    pay_and_register(world, patron_id=7)
    pay_by_api(world, program(), ("11", 115))
    assert run_jobs() == 0
    assert receiver.got == []


def test_what_nobody_wants_is_not_written(world: World, receiver: Receiver) -> None:
    finna = program()
    endpoint_of(finna, receiver.url, "payment.failed")
    pay_by_api(world, finna, ("11", 115))
    assert not WebhookMessage.objects.exists()


def test_a_dead_address_is_tried_again_by_the_plan_and_then_given_up(world: World, receiver: Receiver) -> None:
    finna = program()
    endpoint, _secret = endpoint_of(finna, receiver.url, "payment.paid")
    receiver.status = 500
    pay_by_api(world, finna, ("11", 115))
    delivery = WebhookDelivery.objects.get()
    for number, wait in enumerate((*WAITS, None), 1):
        now = delivery.next_at or timezone.now()
        for _twice in range(2):
            assert not deliver(delivery_id=delivery.pk, clock=partial(copy, now))
        delivery.refresh_from_db()
        assert delivery.tries == number
        assert delivery.next_at == (now + wait if wait else None)
    assert delivery.state == "given_up"
    assert len(receiver.got) == DeliveryAttempt.objects.count() == len(WAITS) + 1
    assert len({headers["webhook-id"] for headers, _body in receiver.got}) == 1
    assert len({body for _headers, body in receiver.got}) == 1
    endpoint.refresh_from_db()
    assert (endpoint.stop_reason, endpoint.failing_since) != ("", None)


def test_an_endpoint_that_fails_for_days_is_stopped_and_staff_is_told(world: World, receiver: Receiver) -> None:
    finna = program()
    coordinator = hire("coordinator", "porvoo", "sv")
    endpoint, _secret = add_endpoint(
        client=finna.row,
        url=receiver.url,
        events=ALL_EVENTS,
        actor=f"staff:{coordinator.pk}",
        at=timezone.now(),
    )
    receiver.status = 503
    now = timezone.now() - timedelta(hours=2)
    first = send_test(endpoint=endpoint, actor="operator", at=now)
    deliver(delivery_id=first.pk, clock=lambda: now)
    assert not OutgoingEmail.objects.exists()
    assert longest_wait_seconds() == pytest.approx(7200, abs=60)
    later = now + FAILING_MAX
    deliver(delivery_id=first.pk, clock=lambda: later)
    endpoint.refresh_from_db()
    assert endpoint.stop_reason == "failing"
    assert longest_wait_seconds() == 0
    told_to = dict(OutgoingEmail.objects.values_list("recipient", "subject"))
    assert told_to == {"finna@example.fi": "Webhook stopped: Finna", "x@example.fi": "Webhook stoppad: Finna"}
    # Nothing is sent there any more, until somebody starts it and replays.
    pay_by_api(world, finna, ("11", 115))
    assert WebhookMessage.objects.filter(type="payment.paid").count() == 0
    first.refresh_from_db()
    with pytest.raises(EndpointStopped):
        replay(delivery=WebhookDelivery.objects.select_related("endpoint").get(), actor="operator", at=later)
    receiver.status = 200
    start_endpoint(endpoint=endpoint, actor="operator", at=later)
    WebhookDelivery.objects.update(state="given_up", next_at=None, finished_at=later)
    assert replay_failed(endpoint=WebhookEndpoint.objects.get(), actor="operator", at=timezone.now()) == 1
    run_jobs()
    assert WebhookDelivery.objects.get().state == "delivered"


def test_what_a_dead_worker_left_is_queued_again(world: World, receiver: Receiver) -> None:
    finna = program()
    endpoint_of(finna, receiver.url, "payment.paid")
    pay_by_api(world, finna, ("11", 115))
    assert put_due_into_queue() == 1
    assert ProcrastinateJob.objects.filter(queue_name="webhooks").count() == 1
    ProcrastinateJob.objects.all().delete()
    assert put_due_into_queue() == 1
    assert run_jobs() == 1
    assert told(receiver) == ["payment.paid"]
    assert put_due_into_queue() == 0


@pytest.mark.parametrize("way", ["hangs", "drips"])
def test_a_target_that_hangs_or_drips_is_cut_off(receiver: Receiver, way: str) -> None:
    setattr(receiver, way, threading.Event() if way == "hangs" else True)
    started = time.monotonic()
    outcome = send(url=receiver.url, headers={"webhook-id": "x"}, body="{}", seconds_max=0.6)
    assert outcome.trouble == "time_out"
    assert time.monotonic() - started < 1.5


def test_one_failure_lets_the_address_rest(world: World, receiver: Receiver) -> None:
    finna = program()
    endpoint, _secret = endpoint_of(finna, receiver.url)
    receiver.status = 500
    now = timezone.now()
    deliveries = [send_test(endpoint=endpoint, actor="operator", at=now) for _ in range(5)]
    for one in deliveries:
        deliver(delivery_id=one.pk, clock=lambda: now)
    assert len(receiver.got) == 1
    assert WebhookDelivery.objects.filter(tries=0, next_at__gt=now).count() == 4


def test_redirects_are_not_followed_and_gone_means_gone(world: World, receiver: Receiver) -> None:
    with receiving() as other:
        receiver.status, receiver.headers = 307, {"Location": other.url}
        assert send(url=receiver.url, headers={}, body="{}").trouble == "redirect"
        assert other.got == []
    endpoint, _secret = endpoint_of(program(), receiver.url)
    receiver.status = 410
    delivery = send_test(endpoint=endpoint, actor="operator", at=timezone.now())
    deliver(delivery_id=delivery.pk, clock=timezone.now)
    assert WebhookEndpoint.objects.get().stop_reason == "failing"


def test_a_new_secret_and_the_old_one_both_sign_for_a_day(world: World, receiver: Receiver) -> None:
    endpoint, old = endpoint_of(program(), receiver.url)
    new = rotate_secret(endpoint=endpoint, actor="operator", at=timezone.now())
    assert new != old
    for now, good in ((timezone.now(), (old, new)), (timezone.now() + OLD_SECRET_LASTS, (new,))):
        delivery = send_test(endpoint=endpoint, actor="operator", at=now)
        deliver(delivery_id=delivery.pk, clock=partial(copy, now))
        headers, _body = receiver.got[-1]
        assert len(headers["webhook-signature"].split()) == len(good)
    headers, body = receiver.got[0]
    for secret in (old, new):
        Webhook(secret).verify(body, headers)


def test_nobody_is_reached_where_nobody_listens() -> None:
    with override_settings(WEBHOOK_LOOPBACK=True):
        outcome = send(url=f"http://127.0.0.1:{closed_port()}/", headers={}, body="{}")
    assert (outcome.status, outcome.trouble) == (None, "not_reached")


def test_a_refund_is_told_from_the_wish_to_the_end(world: World, receiver: Receiver) -> None:
    finna = program()
    endpoint_of(finna, receiver.url)
    checkout, _payment_id = pay_by_api(world, finna, ("11", 115))
    catch_up(world)
    world.work()
    payment = checkout["payments"][0]["id"]
    answer = finna.post(f"payments/{payment}/refunds", {"category": "goodwill", "reason": "Väg stängd"}, key="r1")
    assert answer.status_code == 201, answer.content
    assert answer.json()["state"] == "accepted"
    settle(world)
    run_jobs()
    assert sorted(told(receiver)[3:]) == ["checkout.completed", "refund.accepted", "refund.paid"]
    assert finna.get(f"refunds/{answer.json()['id']}").json()["state"] == "paid"


def test_the_database_and_the_program_use_the_same_words(world: World) -> None:
    with connection.cursor() as cursor:
        for state in State:
            cursor.execute("SELECT api_payment_state(%s)", [state.value])
            assert cursor.fetchone()[0] == PAYMENT_WORDS[state].value
        for kept, word in REFUND_WORDS.items():
            cursor.execute("SELECT api_refund_state(%s)", [kept])
            assert cursor.fetchone()[0] == word.value
            assert f"refund.{word.value}" in set(EventType)
