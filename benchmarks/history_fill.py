"""Fill a database with payments that have ended, as set-based inserts (history.sql).

Each has one fee and ended registered: 1 checkout, payment, line, attempt, message and receipt, 5 events, 2 journal
entries, 4 postings: 17 rows. One in a hundred was refunded and charged again; the 20 newest stand on the work list.
The provider's references are random, patrons come in no order, and 10^7 payments make a year.

Append-only triggers refuse no insert, so they stay. Foreign keys and the check of balance rest while the history goes
in, and all indexes but primary keys are made afterwards; then the whole ledger is asked whether it balances.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psycopg

PATRONS_MAX = 100_000
_SECONDS_APART = 365 * 24 * 3600 / 10_000_000
_ROWS_AT_ONCE = 500_000
_DEFINE, _FILL = (Path(__file__).parent / "history.sql").read_text(encoding="utf-8").split("-- fill\n")
_INSERTS = [statement for statement in _FILL.split(";\n") if statement.strip()]

_SECONDARY = """
SELECT i.indrelid::regclass::text, c.relname, con.conname,
    coalesce('ALTER TABLE ' || i.indrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(con.conname) || ' '
        || pg_get_constraintdef(con.oid), pg_get_indexdef(i.indexrelid))
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
    LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.contype = 'u'
WHERE NOT i.indisprimary AND (t.relname ~ '^(checkout|ledger)_')
    AND NOT EXISTS (SELECT FROM pg_constraint fk WHERE fk.conindid = i.indexrelid AND fk.contype = 'f')
ORDER BY pg_relation_size(i.indrelid) DESC
"""
_UNBALANCED = """
SELECT count(*) FROM (SELECT FROM ledger_posting GROUP BY entry_id HAVING sum(amount_cents) <> 0 OR count(*) < 2) wrong
"""
_SEQUENCES = """
SELECT setval(pg_get_serial_sequence(name, 'id'), %s * rows + 1000) FROM (VALUES
    ('checkout_checkout', 1), ('checkout_payment', 1), ('checkout_paymentline', 1), ('checkout_paymentevent', 5),
    ('checkout_providermessagerecord', 1), ('checkout_registrationattempt', 1), ('ledger_journalentry', 2),
    ('ledger_posting', 4), ('checkout_refund', 1), ('checkout_reversal', 1),
    ('people_patron', 1)
) AS filled (name, rows)
"""


def _drop_secondary(connection: psycopg.Connection) -> list[str]:
    """The statements that make the indexes again, of the largest tables first."""
    made_again = []
    for table, index, constraint, statement in connection.execute(_SECONDARY).fetchall():
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}" if constraint else f"DROP INDEX {index}")
        made_again.append(statement)
    return made_again


def _insert(url: str, statement: str, size: int, tell: bool) -> None:
    """One transaction: rows in a file that the transaction itself made need no log when wal_level is minimal."""
    table = statement.split()[2]
    started = time.monotonic()
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(f"CLUSTER {table} USING {table}_pkey")
        for first in range(1, size + 1, _ROWS_AT_ONCE):
            connection.execute(statement, {"first": first, "last": min(first + _ROWS_AT_ONCE - 1, size)})
    if tell:
        print(f"  {datetime.now(UTC):%H:%M:%S} {table}: {time.monotonic() - started:.0f} s", flush=True)


def _index(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute("SET max_parallel_maintenance_workers = 0")
        connection.execute(statement)


def fill(url: str, size: int) -> float:
    """Payments 1 to `size`; how many seconds it took. Raise AssertionError if the books do not balance."""
    started, tell = time.monotonic(), size > 100_000
    with psycopg.connect(url, autocommit=True) as connection:
        patrons = min(size, PATRONS_MAX)
        settings = {"size": size, "patrons": patrons, "ended": datetime.now(UTC), "seconds_apart": _SECONDS_APART}
        for statement in _DEFINE.split(";\n\n"):
            connection.execute(statement, settings if "%(" in statement else None)
        connection.execute(
            "INSERT INTO people_patron (id, library_system, reference, language, first_seen_at, last_seen_at) "
            "SELECT n, 'helle', n::text, 'sv', now(), now() FROM generate_series(1, %s) n",
            [patrons],
        )
        indexes = _drop_secondary(connection)
    with ThreadPoolExecutor(2) as two_at_once:
        list(two_at_once.map(lambda statement: _insert(url, statement, size, tell), _INSERTS))
        if tell:
            print(f"  {datetime.now(UTC):%H:%M:%S} {len(indexes)} indexes", flush=True)
        list(two_at_once.map(lambda statement: _index(url, statement), indexes))
    with psycopg.connect(url, autocommit=True) as connection:
        (unbalanced,) = connection.execute(_UNBALANCED).fetchone() or (None,)
        assert unbalanced == 0, f"{unbalanced} entries do not balance"
        connection.execute(_SEQUENCES, [size])
        connection.execute("SELECT setval('checkout_reference', 20000000 + %s)", [size])
        connection.execute("VACUUM (ANALYZE)")
    return time.monotonic() - started
