"""Schemathesis plays against the interface from its own description: single requests, and stories along its links.

Meanwhile somebody pays, so that there are receipts and refunds to come to. Some seconds here; `make fuzz-api` plays
long, with every corner of every schema (`EXAMPLES=1000 make fuzz-api`).
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

from tests.api.client import program
from tests.api.served import served
from tests.world import World, make_fee, make_patron
from torget.payments.checkout.models import Payment, Refund

HERE = Path(__file__).parent
EXAMPLES = os.environ.get("EXAMPLES")
PHASES = "coverage,fuzzing,stateful" if EXAMPLES else "fuzzing,stateful"
CARDS = 60


def _cards(world: World) -> list[dict[str, object]]:
    patrons = [make_patron(number, make_fee(number * 10, 115)) for number in range(1, CARDS + 1)]
    world.add(*patrons)
    return [
        {"card_number": one.card_number, "reference": str(one.fees[0].fee_id), "amount_cents": 115} for one in patrons
    ]


@contextmanager
def _somebody_pays(world: World) -> Iterator[None]:
    """Every other payment, as soon as it is there; and a worker tells the library."""
    over = threading.Event()

    def pay() -> None:
        seen: set[int] = set()
        while not over.wait(0.1):
            for payment_id in Payment.objects.filter(state="created").values_list("pk", flat=True):
                if payment_id not in seen and payment_id % 2:
                    url = world.at_provider(payment_id, "pay")
                    if url is not None:
                        world.come_back(url)
                seen.add(payment_id)
            world.work()
        connections.close_all()

    thread = threading.Thread(target=pay)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_schemathesis_finds_nothing(world: World, tmp_path: Path) -> None:
    finna = program()
    finna.row.requests_per_minute = 1_000_000
    finna.row.save()
    known = json.dumps(_cards(world))
    with served() as url, _somebody_pays(world):
        done = subprocess.run(
            [
                *(str(Path(sys.executable).with_name("st")), "--config-file", str(HERE / "schemathesis.toml")),
                *("run", f"{url}/api/v1/openapi.json", "--phases", PHASES, "--max-examples", EXAMPLES or "8"),
                *("--header", f"Authorization: Bearer {finna.key}", "--continue-on-failure", "--warnings", "off"),
                *(() if EXAMPLES else ("--seed", "1")),
            ],
            env={
                **os.environ,
                "SCHEMATHESIS_HOOKS": "tests.api.play_hooks",
                "TORGET_PLAY_CARDS": known,
                "PYTHONPATH": str(HERE.parent.parent),
                "NO_COLOR": "1",
            },
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    print(done.stdout, done.stderr)
    assert done.returncode == 0, done.stdout[-6000:]
    assert Payment.objects.filter(paid_at__isnull=False).exists()
    print(Payment.objects.count(), "payments", Refund.objects.count(), "refunds")
