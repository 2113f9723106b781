"""A whole Torget as real processes between both sandboxes, whose knobs the tests turn directly."""

import itertools
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tests.world import make_fee, make_patron
from torget.config.embedded_postgres import EmbeddedPostgres
from torget.config.management.commands.demo import (
    MERCHANTS,
    OTHER_MERCHANTS,
    demo_environment,
    other_providers,
)
from torget.config.processes import Processes
from torget.sandbox.koha import SandboxKoha
from torget.sandbox.paytrail.merchants import read_merchants
from torget.sandbox.paytrail.sandbox import PaytrailSandbox
from torget.sandbox.population import SandboxItem, SandboxPatron, SandboxPopulation
from torget.sandbox.providers.__main__ import side_by_side
from torget.sandbox.server import serving

_THROWN_AWAY = {"fsync": "off", "synchronous_commit": "off", "max_connections": "60"}


@dataclass
class RunningTorget:
    """Where it runs, what stands around it, and what its books say afterwards."""

    url: str
    provider_url: str
    other_providers_url: str
    database_url: str
    logs: Path
    koha: SandboxKoha
    paytrail: PaytrailSandbox
    environment: dict[str, str]
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(700_001))

    def patron(self, *fees: tuple[int, str | None], **more: Any) -> SandboxPatron:
        """A patron of this journey alone, who owes the given cents to the given branches."""
        owed = (make_fee(next(self._numbers), cents, branch) for cents, branch in fees)
        made = make_patron(next(self._numbers), *owed, **more)
        self.load(made)
        return made

    def load(self, patron: SandboxPatron, items: tuple[SandboxItem, ...] = ()) -> None:
        self.koha.load(SandboxPopulation(patrons=(patron,), items=items))

    def owed_cents(self, patron: SandboxPatron) -> int:
        return self._sum("amount_outstanding", "debit_type", patron)

    def credited_cents(self, patron: SandboxPatron) -> int:
        return -self._sum("amount", "credit_type", patron)

    def _sum(self, amount: str, only_with: str, patron: SandboxPatron) -> int:
        row = self.koha.store.row(
            f"SELECT coalesce(sum({amount}), 0) AS total FROM account_lines "
            f"WHERE patron_id = ? AND {only_with} IS NOT NULL",
            (patron.patron_id,),
        )
        assert row is not None
        return int(row["total"]) // 10_000

    def payments(self, patron: SandboxPatron) -> list[tuple[str, int]]:
        """State and cents of every payment of this patron, the oldest first."""
        return self.ask(
            "SELECT state, amount_cents FROM checkout_payment WHERE patron_reference = %s ORDER BY id",
            str(patron.patron_id),
        )

    def ask(self, question: str, *values: object) -> list[Any]:
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(question.encode(), values).fetchall()

    def do(self, order: str, *values: object) -> None:
        """Put the database into a state that would take days to reach."""
        with psycopg.connect(self.database_url) as connection:
            connection.execute(order.encode(), values)

    def run(self, module: str, *arguments: str) -> str:
        """What a program of ours says, run beside the processes on the same database."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env={**os.environ, **self.environment},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def log(self) -> str:
        return "".join(file.read_text(encoding="utf-8") for file in sorted(self.logs.iterdir()))


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _environment(
    home: Path, port: int, database_url: str, *, provider_url: str, others_url: str, library_url: str
) -> dict[str, str]:
    """The demo's environment, with sandboxes that lie on ports of their own."""
    made = demo_environment(home=home, port=port, database_url=database_url) | other_providers(others_url)
    koha = json.loads(made["TORGET_LIBRARY_SYSTEMS"])["helle"]
    koha["options"]["base_url"] = f"{library_url}/api/v1"
    # The second stands ready for whoever brings it into use (test_several_cards.py).
    made["TORGET_LIBRARY_SYSTEMS"] = json.dumps({"helle": koha, "kirkes": koha})
    return made | {"TORGET_PAYTRAIL_URL": provider_url, "TORGET_PAYTRAIL_PAGE_ORIGINS": provider_url}


def _start(processes: Processes, port: int) -> None:
    for command in (
        ["migrate", "--verbosity", "0"],
        ["collectstatic", "--verbosity", "0", "--no-input"],
        ["load_network", "helle", "cities", "--with-demo-staff"],
    ):
        subprocess.run(
            [sys.executable, "-m", "torget", *command],
            env={**os.environ, **processes.environment},
            check=True,
            stdout=subprocess.DEVNULL,
        )
    processes.start("web", "torget", "web", "--port", str(port))
    processes.start("worker", "torget", "worker")
    queues = "casework,reminders,settlement,upkeep,webhooks"
    processes.start("jobs", "torget", "procrastinate", "worker", "--queues", queues)
    processes.wait_until_ready(f"http://127.0.0.1:{port}/ready/")


@contextmanager
def running_torget(home: Path) -> Iterator[RunningTorget]:
    (home / "logs").mkdir(parents=True, exist_ok=True)
    postgres = EmbeddedPostgres(home / "postgres", _THROWN_AWAY)
    koha = SandboxKoha()
    calls = httpx.Client(timeout=10, trust_env=False)
    paytrail = PaytrailSandbox(
        is_http_allowed=True,
        merchants=read_merchants(MERCHANTS),
        deliver=lambda callback: (
            calls.request(
                callback.method, callback.url, headers=callback.headers, content=callback.body or None
            ).status_code
        ),
    )
    port = free_port()
    postgres.start()
    try:
        with (
            serving(koha) as library_url,
            serving(paytrail) as provider_url,
            side_by_side(OTHER_MERCHANTS, shop=f"http://127.0.0.1:{port}", is_http_allowed=True) as others,
            serving(others) as others_url,
        ):
            urls = {"provider_url": provider_url, "others_url": others_url, "library_url": library_url}
            processes = Processes(_environment(home, port, postgres.url(), **urls), home / "logs")
            try:
                _start(processes, port)
                yield RunningTorget(
                    url=f"http://127.0.0.1:{port}",
                    provider_url=provider_url,
                    other_providers_url=others_url,
                    database_url=postgres.url(),
                    logs=home / "logs",
                    koha=koha,
                    paytrail=paytrail,
                    environment=dict(processes.environment),
                )
            finally:
                processes.stop()
    finally:
        paytrail.close()
        calls.close()
        koha.close()
        postgres.stop()
        postgres.remove()
