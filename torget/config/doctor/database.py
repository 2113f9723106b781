"""The database and what waits in it: reached, new enough, migrated, in time, worked on."""

import time
from datetime import UTC, datetime

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError

from torget.config.doctor.finding import Finding, error, ok, warning
from torget.foundation.notify.send import TRIES_MAX
from torget.payments.checkout.credentials import CredentialsUnreadable, decrypt_credentials
from torget.payments.checkout.models import MerchantAccount
from torget.payments.invariants.models import InvariantRun

_SKEW_SECONDS_MAX = 2.0
_LATE_SECONDS_MAX = 60
_HEARTBEAT_SECONDS_MAX = 60
_CHECK_HOURS_MAX = 30


def _one(query: str) -> float | None:
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = cursor.fetchone()[0]
    return None if found is None else float(found)


def check_database() -> list[Finding]:
    try:
        connection.ensure_connection()
    except DatabaseError as problem:
        do = "Check DATABASE_URL, that the server runs, and that this machine may reach it."
        return [error("database", str(problem).strip(), do)]
    version = connection.cursor().connection.info.server_version
    if version < 150000:
        return [error("database", f"PostgreSQL {version // 10000} is too old", "Upgrade to 15 or newer.")]
    return [ok("database", f"PostgreSQL {version // 10000}")]


def check_migrations() -> list[Finding]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in plan[:3])
        return [error("migrations", f"{len(plan)} are not applied: {names}", "Run torget migrate.")]
    unknown = set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations)
    if unknown:
        says = f"the database knows {len(unknown)} migrations that this version does not"
        return [warning("migrations", says, "Right after going back to an older version; otherwise upgrade this one.")]
    return [ok("migrations", "all applied")]


def check_clock() -> list[Finding]:
    """Our clock against the database's, less half of the way there and back."""
    started = time.monotonic()
    with connection.cursor() as cursor:
        before = datetime.now(UTC)
        cursor.execute("SELECT clock_timestamp()")
        theirs = cursor.fetchone()[0]
    way = (time.monotonic() - started) / 2
    skew = (theirs - before).total_seconds() - way
    if abs(skew) > _SKEW_SECONDS_MAX + way:
        do = "Let both machines follow the same time server: signatures and expiry depend on the time."
        return [error("clock", f"{abs(skew):.1f} s apart from the database's", do)]
    return [ok("clock", f"{abs(skew) * 1000:.0f} ms apart from the database's")]


def check_payments_queue() -> list[Finding]:
    late = _one("SELECT extract(epoch FROM now() - min(next_at)) FROM checkout_payment") or 0
    if late > _LATE_SECONDS_MAX:
        return [error("payments queue", f"the most overdue payment is {late:.0f} s late", "Start a torget worker.")]
    return [ok("payments queue", "nothing is late")]


def check_jobs() -> list[Finding]:
    age = _one("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers")
    if age is None or age > _HEARTBEAT_SECONDS_MAX:
        says = "no worker of background jobs gives a sign" + (f" since {age:.0f} s" if age else "")
        return [error("background jobs", says, "Start a torget procrastinate worker: receipts and nightly work wait.")]
    failed = _one("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'") or 0
    if failed:
        do = "Look at its log, mend the cause, then retry: torget procrastinate shell, list_jobs status=failed."
        return [warning("background jobs", f"{failed:.0f} jobs have failed", do)]
    return [ok("background jobs", f"a worker gave a sign {age:.0f} s ago")]


def check_out_box() -> list[Finding]:
    stuck = _one(f"SELECT count(*) FROM notify_outgoingemail WHERE sent_at IS NULL AND tries >= {TRIES_MAX}") or 0  # noqa: S608
    if stuck:
        return [warning("out-box", f"{stuck:.0f} e-mails were given up", "See TorgetEmailsStuck in docs/operations.")]
    return [ok("out-box", "nothing is stuck")]


def check_merchants() -> list[Finding]:
    """Every active account's credentials open with the configured keys; they are not shown."""
    closed = []
    accounts = MerchantAccount.objects.filter(is_active=True).order_by("provider", "account")
    for account in accounts:
        try:
            decrypt_credentials(bytes(account.credentials))
        except CredentialsUnreadable:
            closed.append(f"{account.provider} {account.account}")
    if closed:
        do = "TORGET_CREDENTIAL_KEYS lacks the key they were sealed with; nobody can pay to them until it is back."
        return [error("merchant accounts", f"cannot be opened: {', '.join(closed)}", do)]
    if not accounts:
        return [warning("merchant accounts", "there are none", "Load a network: torget load_network.")]
    return [ok("merchant accounts", f"{len(accounts)} can be opened")]


def check_books() -> list[Finding]:
    run = InvariantRun.objects.filter(finished_at__isnull=False).order_by("-started_at").first()
    if run is None:
        return [warning("books", "have never been checked", "Run torget check_books, or wait for the night.")]
    broken = list(run.results.filter(violations__gt=0).values_list("rule", flat=True))
    if broken:
        return [error("books", f"break {', '.join(broken)}", "See TorgetBooksBroken in docs/operations/alerts.md.")]
    hours = (datetime.now(UTC) - run.started_at).total_seconds() / 3600
    if hours > _CHECK_HOURS_MAX:
        return [warning("books", f"were checked {hours:.0f} hours ago", "Look at the worker of background jobs.")]
    return [ok("books", f"hold, checked {hours:.1f} hours ago")]
