"""Run seeded weeks, each in an emptied database between fresh sandboxes."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, connections
from django.test import override_settings

from tests.libraries import library_side
from tests.simulation.auditor import Fault
from tests.simulation.failover import second_provider
from tests.simulation.week import Week
from tests.world import running_world
from torget.payments.invariants.check import Finding, find_violations

KEPT_TABLES = ("django_migrations", "django_content_type", "auth_permission", "checkout_paymenttransition")


@dataclass(frozen=True, slots=True)
class WeekReport:
    seed: int
    over: str
    faults: list[Fault]
    crashes: int
    states: dict[str, int]
    failover: dict[str, int]
    """How often a page was not given, the second way was taken and paid on, and a provider switched."""
    broken: list[Finding]
    """What our own nightly check says; the auditor is not told."""


@contextmanager
def emptied_database() -> Iterator[None]:
    """Empty before and after, past the triggers that refuse it; numbers start anew so that a seed replays."""
    _empty()
    try:
        yield
    finally:
        _empty()


def _empty() -> None:
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - set(KEPT_TABLES))
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY")
        cursor.execute("SET session_replication_role = DEFAULT")


def library_of(seed: int) -> str:
    """The kinds alternate, so that a seed alone says all."""
    return "koha" if seed % 2 else "sip2"


def run_week(seed: int, over: str | None = None) -> WeekReport:
    kind = over or library_of(seed)
    with (
        tempfile.TemporaryDirectory() as folder,
        override_settings(SETTLEMENT_FOLDER=folder),
        emptied_database(),
        running_world(library_side(kind, seed)) as world,
        second_provider() as second,
    ):
        week = Week(world, seed, second)
        faults = week.run()
        with connection.cursor() as cursor:
            cursor.execute("SELECT state, count(*) FROM checkout_payment GROUP BY state ORDER BY state")
            states = dict(cursor.fetchall())
        told = week.failover.told()
        broken = [finding for finding in find_violations()[0] if finding.violations]
    connections.close_all()
    return WeekReport(seed, kind, faults, week.crashes, states, told, broken)
