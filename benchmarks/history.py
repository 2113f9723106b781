"""What a payment costs the database when 10^4, 10^5, 10^6 and 10^7 payments lie behind it: it must not grow.

`python -m benchmarks.history [--payments-max N] [--folder DATA]`. One database a size on one durable server, filled by
history_fill.py. Then rounds go through the sizes in turn, so that whatever else the machine does touches all alike:
whole payments (saved, page known, callback, claimed, attempt, booked) by the product's own functions, with the library
system's sandbox between. The clock runs only while we wait for the database, each commit's fsync included; the server's
own time without commits comes from pg_stat_statements. Beside them what staff and patrons ask of the history.

Limit: the median payment at every size costs at most 10 % more than at the smallest.
"""

import argparse
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.complete_payments import Producer, library_patrons
from benchmarks.ground import SETTINGS, Ground, standing
from benchmarks.history_fill import PATRONS_MAX, fill

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
ROUNDS = 12
PAYMENTS_A_ROUND = 25
WARM_UP = 25
GROWTH_MAX = 1.10
FILLING = {"fsync": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0"}
MEASURING = {"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track": "top"}

_STEPS = {
    "nextval": "reference",
    "checkout_start": "start",
    "payment_move": "move",
    "WHERE token": "facts",
    "payment_claim": "claim",
    "registrationattempt": "attempt",
}


def close_connections() -> None:
    for connection in _connections.values():
        connection.close()


_connections: dict[int, Any] = {}


@dataclass
class Clock:
    """Adds up the time that one payment waits for the database, by step."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            step = next((name for part, name in _STEPS.items() if part in sql), "other")
            if step == "move":
                step = str(params[2])
            self.seconds[step] += time.perf_counter() - started


@dataclass
class Costs:
    """Of one size: milliseconds by step and payment, and what the server says."""

    size: int
    payments: list[dict[str, float]] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    log_bytes: list[float] = field(default_factory=list)
    reads: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @property
    def total(self) -> float:
        return statistics.median(sum(steps.values()) for steps in self.payments)


def use_database(size: int) -> None:
    """From now on Django's connection is the one of this size; each keeps its own, so that changing costs nothing."""
    from django.db import connections

    if size not in _connections:
        _connections[size] = connections.create_connection("default")
        _connections[size].settings_dict = connections.settings["default"] | {"NAME": f"history_{size}"}
    connections["default"] = _connections[size]


def server_statistics() -> tuple[float, float]:
    """Milliseconds and bytes of write-ahead log since the last call."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(total_exec_time), 0), coalesce(sum(wal_bytes), 0) FROM pg_stat_statements "
            "JOIN pg_database d ON d.oid = dbid WHERE d.datname = current_database() "
            "AND query !~ 'pg_stat_statements'"
        )
        milliseconds, log_bytes = cursor.fetchone()
        cursor.execute(
            "SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0)"
        )
    return float(milliseconds), float(log_bytes)


def pay_whole(producer: Producer, number: int) -> dict[str, float]:
    """One payment from the start to the booked credit; milliseconds by step."""
    from datetime import UTC, datetime

    from django.db import connection

    from torget.payments.checkout.worker import work_once

    clock = Clock()
    with connection.execute_wrapper(clock):
        producer.pay(number)
        work_once(lambda: datetime.now(UTC))
    assert "booked" in clock.seconds, "the payment was not registered"
    return {step: seconds * 1000 for step, seconds in clock.seconds.items()}


# A server that has run for days has its indexes in memory, its own or the kernel's; after the restart nothing is there.
_WARM = """
SELECT sum(pg_prewarm(indexrelid, 'read')) FROM pg_index JOIN pg_class c ON c.oid = indrelid
WHERE c.relname ~ '^(checkout|ledger)_'
"""


@contextmanager
def filled(folder: Path | None, sizes: tuple[int, ...]) -> Iterator[Ground]:
    """A server with one database a size. Those that a kept folder has already are used as they are."""
    with standing(folder, SETTINGS | FILLING) as ground:
        from django.core.management import call_command

        there = _make_databases(ground, sizes)
        for size in sizes:
            if f"history_{size}" in there:
                use_database(size)
                call_command("migrate", verbosity=0)
                continue
            seconds = fill(ground.postgres.url(f"history_{size}", "torget"), size)
            print(f"filled {size:,} payments in {seconds:.0f} s", flush=True)
        close_connections()
        ground.restart(SETTINGS | MEASURING)
        for size in sizes:
            with psycopg.connect(ground.postgres.url(f"history_{size}", "torget"), autocommit=True) as connection:
                connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
                connection.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
                connection.execute(_WARM)
        yield ground


def _make_databases(ground: Ground, sizes: tuple[int, ...]) -> set[str]:
    from django.db import connection

    connection.close()
    with psycopg.connect(ground.postgres.admin_url(), autocommit=True) as admin:
        there = {name for (name,) in admin.execute("SELECT datname FROM pg_database").fetchall()}
        for size in sizes:
            if f"history_{size}" not in there:
                admin.execute(f"CREATE DATABASE history_{size} TEMPLATE torget")
    return there


class Lane:
    """One size, with its own patrons: every fourth one, because the sizes share one library system."""

    def __init__(self, ground: Ground, place: int, size: int, payments: int) -> None:
        from torget.payments.checkout.models import Payment

        self.costs = Costs(size)
        use_database(size)
        # What a run that was broken off left behind is nobody's errand any more.
        Payment.objects.filter(next_at__isnull=False).update(next_at=None)
        self.producer = Producer()
        mine = range(place + 1, min(size, PATRONS_MAX) + 1, len(SIZES))
        numbers = random.sample(mine, min(len(mine), payments))
        ground.load_patrons([patron for number in numbers for patron in library_patrons(number, 1)])
        self.numbers = iter(numbers)

    def pay(self) -> dict[str, float]:
        use_database(self.costs.size)
        return pay_whole(self.producer, next(self.numbers))


def measure(ground: Ground, sizes: tuple[int, ...], rounds: int) -> list[Costs]:
    from benchmarks.history_reads import READS, time_reads

    payments = WARM_UP + rounds * PAYMENTS_A_ROUND
    lanes = [Lane(ground, place, size, payments) for place, size in enumerate(sizes)]
    for lane in lanes:
        for _ in range(WARM_UP):
            lane.pay()
        time_reads(READS)
    order = random.Random(1)
    for _ in range(rounds):
        for lane in lanes:
            use_database(lane.costs.size)
            server_statistics()
        for _ in range(PAYMENTS_A_ROUND):
            for lane in order.sample(lanes, len(lanes)):
                lane.costs.payments.append(lane.pay())
        for lane in lanes:
            use_database(lane.costs.size)
            milliseconds, log_bytes = server_statistics()
            lane.costs.server.append(milliseconds / PAYMENTS_A_ROUND)
            lane.costs.log_bytes.append(log_bytes / PAYMENTS_A_ROUND)
            for name, value in time_reads(READS).items():
                lane.costs.reads[name].append(value)
    return [lane.costs for lane in lanes]


def report(costs: list[Costs]) -> bool:
    steps = list(costs[0].payments[0])
    print(f"\nmilliseconds a payment waits for the database, medians of {len(costs[0].payments)}")
    print(
        f"{'history':>11}"
        + "".join(f"{step[:12]:>13}" for step in steps)
        + f"{'all':>8}{'ratio':>7}{'server':>8}{'log kB':>8}"
    )
    holds = True
    for one in costs:
        ratio = one.total / costs[0].total
        holds = holds and ratio <= GROWTH_MAX
        medians = [statistics.median(payment.get(step, 0.0) for payment in one.payments) for step in steps]
        print(
            f"{one.size:11,}"
            + "".join(f"{value:13.2f}" for value in medians)
            + f"{one.total:8.2f}{ratio:7.2f}{statistics.median(one.server):8.2f}"
            + f"{statistics.median(one.log_bytes) / 1024:8.1f}"
        )
    print("\nmilliseconds to read, medians")
    print(f"{'':34}" + "".join(f"{one.size:>12,}" for one in costs))
    for name in costs[0].reads:
        print(f"{name:34}" + "".join(f"{statistics.median(one.reads[name]):12.2f}" for one in costs))
    print(f"\nlimit {GROWTH_MAX} of the smallest: {'holds' if holds else 'BROKEN'}")
    return holds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments-max", type=int, default=SIZES[-1])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--folder", type=Path, help="keep the filled databases here and use them again")
    options = parser.parse_args()
    sizes = tuple(size for size in SIZES if size <= options.payments_max)
    with filled(options.folder, sizes) as ground:
        return 0 if report(measure(ground, sizes, options.rounds)) else 1


if __name__ == "__main__":
    sys.exit(main())
