"""Real worker processes that are killed while they work, and a database that throws everybody out."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import connection

from tests.world import World, make_fee, make_patron, running_world
from torget.config.embedded_postgres import EmbeddedPostgres
from torget.payments.checkout.models import Payment
from torget.payments.core.checkout import State
from torget.payments.ledger.models import Posting
from torget.sandbox.koha import Fault

PATRONS = 30
WORKERS = 3
SECONDS_MAX = 90


def _worker(postgres: EmbeddedPostgres) -> subprocess.Popen[bytes]:
    environment = {
        "DATABASE_URL": postgres.url(user="torget"),  # the owner of the tests' tables
        "TORGET_CREDENTIAL_KEYS": settings.CREDENTIAL_KEYS[0],
        "TORGET_LIBRARY_SYSTEMS": json.dumps(settings.LIBRARY_SYSTEMS),
        "TORGET_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "torget", "worker"]
    return subprocess.Popen(command, env={**os.environ, **environment}, start_new_session=True)


def _paid(world: World, number: int) -> str:
    patron = make_patron(number, make_fee(number * 10 + 1, 115), make_fee(number * 10 + 2, 255))
    world.add(patron)
    (payment_id,) = world.start(patron).payment_ids
    url = world.at_provider(payment_id, "pay")
    assert url is not None
    world.come_back(url)
    return str(world.payment(payment_id).token)


def _wait_for(registered: int, *, hurry: bool = False) -> None:
    """Where all who worked are dead, what they held need not wait for the end of its lease."""
    deadline = time.monotonic() + SECONDS_MAX
    while Payment.objects.filter(state=State.REGISTERED).count() < registered:
        assert time.monotonic() < deadline, Counter(Payment.objects.values_list("state", flat=True))
        if hurry:
            Payment.objects.filter(next_at__gt=datetime.now(UTC)).update(next_at=datetime.now(UTC))
        time.sleep(0.2)


def _throw_everybody_out() -> None:
    """What a restart or a change of servers looks like from a worker."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def world(committed_db: None) -> Iterator[World]:
    with running_world() as running:
        yield running


def test_workers_killed_while_they_work_lose_and_double_nothing(world: World, postgres: EmbeddedPostgres) -> None:
    world.now = datetime.now(UTC)
    tokens = [_paid(world, number) for number in range(1, PATRONS + 1)]
    # Every order lingers, so that most deaths fall between the order and its answer.
    world.koha.faults.fail_by_chance(Fault.DELAY, probability=0.7, seed=1, seconds=0.15, path_contains="/account")
    dice = random.Random(20261128)
    doomed = [_worker(postgres) for _ in range(WORKERS)]
    try:
        _wait_for(1)
        for victim in doomed:
            time.sleep(dice.uniform(0.05, 0.3))
            victim.kill()
            victim.wait()
        assert Payment.objects.exclude(state=State.REGISTERED).exists(), "they were all too fast to be killed"
        survivor = _worker(postgres)
        doomed.append(survivor)
        _throw_everybody_out()
        _wait_for(PATRONS, hurry=True)
    finally:
        for process in doomed:
            process.kill()
            process.wait()
    booked = Counter(one.marker for one in world.library.bookings())
    assert booked == Counter(tokens)
    assert all(one.cents == 370 and not one.has_left_over for one in world.library.bookings())
    assert sum(Posting.objects.values_list("amount_cents", flat=True)) == 0
