"""What the work of every night costs when 10^5 and 10^6 payments lie behind it: the check of the books, and retention.

`python -m benchmarks.nightly [--payments-max N]`. The databases are filled by history_fill.py; its few refunds
have no entries and are counted as broken. Beside it stands what PostgreSQL needs only to read all these rows once.

Limit: from 10^5 to 10^6 payments the check grows at most 15-fold, and 10^6 payments are checked within five minutes.
"""

import argparse
import sys
import time

import psycopg

from benchmarks.ground import SETTINGS, standing
from benchmarks.history import FILLING, close_connections, use_database
from benchmarks.history_fill import fill

SIZES = (100_000, 1_000_000)
SECONDS_MAX = 300
GROWTH_MAX = 15
_READ_ALL = "SELECT " + ", ".join(
    f"(SELECT count(t.*) FROM {table} t)"
    for table in (
        *("ledger_journalentry", "ledger_posting", "checkout_payment", "checkout_paymentline", "checkout_paymentevent"),
        *("checkout_refund", "closing_closedentry"),
    )
)


def _seconds(url: str) -> float:
    started = time.monotonic()
    with psycopg.connect(url) as connection:
        connection.execute(_READ_ALL)
    return time.monotonic() - started


def _measure(url: str, size: int) -> float:
    from django.utils import timezone

    from torget.foundation.retention.run import count_due
    from torget.payments.invariants.check import find_violations

    print(f"{size:,} payments", flush=True)
    bare = _seconds(url)
    started = time.monotonic()
    findings, _payments, entries = find_violations()
    took = time.monotonic() - started
    for one in findings:
        print(f"  {one.rule:<24} {one.milliseconds:>8,} ms  {one.violations} broken {one.examples[:3]}")
    started = time.monotonic()
    count_due(at=timezone.now(), actor="benchmark")
    print(f"  check {took:.1f} s for {entries:,} entries; all rows read once {bare:.1f} s: {took / bare:.1f} times")
    print(f"  retention, counting what is due: {time.monotonic() - started:.1f} s", flush=True)
    return took


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nightly", description=__doc__)
    parser.add_argument("--payments-max", type=int, default=SIZES[-1])
    wishes = parser.parse_args()
    sizes = [size for size in SIZES if size <= wishes.payments_max]
    took = {}
    with standing(settings={**SETTINGS, **FILLING}) as ground:
        from django.db import connections

        connections.close_all()
        for size in sizes:
            with psycopg.connect(ground.postgres.url("postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE history_{size} TEMPLATE torget")
            print(f"  filled in {fill(ground.postgres.url(f'history_{size}'), size):.0f} s", flush=True)
        ground.restart(SETTINGS)
        for size in sizes:
            use_database(size)
            took[size] = _measure(ground.postgres.url(f"history_{size}"), size)
        close_connections()
    growth = took[sizes[-1]] / took[sizes[0]]
    print(f"growth from {sizes[0]:,} to {sizes[-1]:,}: {growth:.1f}-fold")
    return 0 if took[sizes[-1]] <= SECONDS_MAX and growth <= GROWTH_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
