"""What closing a month costs when the books hold 2 million entries of it, and what the months after it cost then.

`python -m benchmarks.close_month [--entries N]`. One municipality, each payment with two entries; the first month holds
N entries, the second and the third a hundredth of it. CPU seconds are those of this process and of PostgreSQL together.

Limit: closing 2 million entries takes at most 60 CPU seconds, and the page of the open month 15. In the later months,
with 20,000 entries each, no step takes more than 3.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from benchmarks.ground import SETTINGS, Ground, standing

ENTRIES = 2_000_000
CLOSE_CPU_SECONDS_MAX = 60
LOOK_CPU_SECONDS_MAX = 15
LATER_CPU_SECONDS_MAX = 3
_FILLING = {"wal_level": "minimal", "max_wal_senders": "0", "maintenance_work_mem": "512MB"}

# One payment every so often from the second day of a month on, so that none falls on another day in Finland.
_AT = "%(first_day)s::timestamptz + (n - %(first)s) * (interval '27 days' / %(count)s)"
_FILL = f"""
INSERT INTO checkout_payment (
    id, token, position, library_system, patron_reference, card_number, reference, amount_cents, refunded_cents,
    currency, state, tries, provider_reference, pay_url, method, settlement_reference, booking_reference,
    attention_reason, created_at, paid_at, registered_at, changed_at, checkout_id, merchant_account_id, municipality_id
)
    SELECT n, md5('payment' || n)::uuid, 1, 'helle', n::text, n::text, n::text, 100 + n %% 900, 0, 'EUR', 'registered',
        0, n::text, '', '', '', '', '', {_AT}, {_AT}, {_AT}, {_AT}, n, 1, %(municipality)s
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) n;
INSERT INTO checkout_paymentline (
    id, payment_id, position, library_system, patron_reference, fee_reference, fee_kind, payee_id, payee_shares,
    amount_cents, refunded_cents, vat_permille, ledger_account, product_code, title, due_date, is_open, outcome
)
    SELECT n, n, 1, 'helle', n::text, n::text, 'OVERDUE', %(municipality)s, '{{}}', 100 + n %% 900, 0, 0, '3100',
        'OVERDUE', 'Muumipappa ja meri', '2026-10-01', false, 'booked'
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) n;
INSERT INTO ledger_journalentry (id, municipality_id, key, kind, happened_at, payment_id)
    SELECT (n - 1) * 2 + place, %(municipality)s, 'payment:' || n || ':' || kind, kind,
        {_AT} + place * interval '1 s', n
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) n,
        (VALUES (1, 'paid'), (2, 'registered')) AS entry (place, kind);
INSERT INTO ledger_posting (id, entry_id, account, amount_cents)
    SELECT (n - 1) * 4 + place, (n - 1) * 2 + entry, name, sign * (100 + n %% 900)
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) n, (VALUES
        (1, 1, 'provider', 1), (2, 1, 'unregistered', -1), (3, 2, 'unregistered', 1), (4, 2, 'income:3100', -1)
    ) AS posting (place, entry, name, sign);
SELECT setval(pg_get_serial_sequence('ledger_journalentry', 'id'), %(last)s * 2);
"""


def _fill(url: str, first: int, count: int, first_day: datetime) -> None:
    values = {"first": first, "last": first + count - 1, "count": count, "first_day": first_day}
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        found = connection.execute("SELECT id FROM cooperations_municipality WHERE slug = 'porvoo'").fetchone()
        assert found
        for statement in _FILL.split(";\n"):
            if statement.strip():
                connection.execute(statement, {**values, "municipality": found[0]})


def _cpu_of(pid: int | str, *, of_children: bool) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return sum(map(int, fields[13:15] if of_children else fields[11:13])) / 100


def _cpu_seconds(ground: Ground) -> float:
    """Of this process, of every process of the server that lives, and of those that have ended."""
    server = (ground.postgres.data / "postmaster.pid").read_text(encoding="ascii").split()[0]
    children = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii").split()
    living = sum(_cpu_of(child, of_children=False) for child in children)
    return time.process_time() + living + _cpu_of(server, of_children=True)


@contextmanager
def _measured(ground: Ground, what: str, took: dict[str, float]) -> Iterator[None]:
    cpu, wall = _cpu_seconds(ground), time.monotonic()
    yield
    took[what] = _cpu_seconds(ground) - cpu
    print(f"  {what:<52} {took[what]:>7.1f} CPU s, {time.monotonic() - wall:>7.1f} s", flush=True)


def _measure(ground: Ground, months: list[str]) -> dict[str, float]:
    from torget.foundation.cooperations.models import Municipality
    from torget.foundation.people.access import Access
    from torget.payments.closing.checklist import checklist
    from torget.payments.closing.close import close_month
    from torget.payments.closing.files import FileKind, make_file
    from torget.payments.closing.look import look_at_month, verify_months
    from torget.payments.core.months import Month

    municipality = Municipality.objects.get(slug="porvoo")
    access = Access(employee_id=1, finance=frozenset({municipality.pk}))
    at = datetime(2027, 6, 1, tzinfo=UTC)
    took: dict[str, float] = {}
    for text in months:
        month = Month.from_text(text)
        with _measured(ground, f"look {text}", took):
            checklist(look_at_month(municipality, month))
        with _measured(ground, f"close {text}", took):
            closed = close_month(municipality_id=municipality.pk, month=month, access=access, note="", at=at)
        with _measured(ground, f"its PDF {text}", took):
            make_file(closed, FileKind.PDF, "sv", None)
        print(f"    {closed.entry_count:,} entries")
    with _measured(ground, "verify", took):
        assert not verify_months(municipality.pk)
    return took


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.close_month", description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    large = parser.parse_args().entries // 2
    small = max(large // 100, 1)
    months = ["2026-10", "2026-11", "2026-12"]
    with standing(settings={**SETTINGS, **_FILLING}) as ground:
        url, first = ground.postgres.url(user="torget"), 1
        for text, count in zip(months, (large, small, small), strict=True):
            _fill(url, first, count, datetime.fromisoformat(f"{text}-02T00:00:00+00:00"))
            first += count
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        print(f"{2 * large:,} entries in the first month, {2 * small:,} in each of the others")
        took = _measure(ground, months)
    good = took[f"close {months[0]}"] <= CLOSE_CPU_SECONDS_MAX and took[f"look {months[0]}"] <= LOOK_CPU_SECONDS_MAX
    later = max(took[f"{what} {text}"] for what in ("look", "close") for text in months[1:])
    print(f"the costliest step of the later months: {later:.1f} CPU s")
    return 0 if good and later <= LATER_CPU_SECONDS_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
