"""Up to which number the journal is written, so that nothing with a lower number can appear any more."""

import time

from django.db import connection

WAIT_SECONDS_MAX = 5
_LOOK_EVERY_SECONDS = 0.02

_LAST_NUMBER = (
    "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('ledger_journalentry', 'id')::regclass), 0)"
)
# Whoever writes entries takes this lock before the first number, and lets go only when all of them are there to see.
_WRITERS = """
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND relation = 'ledger_journalentry'::regclass AND mode = 'RowExclusiveLock'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()
"""


def _writers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS)
        return {row[0] for row in cursor.fetchall()}


def written_through() -> int | None:
    """Every entry with this number or a lower one is there to be seen, or never will be.

    Waits for those who are writing now, and nobody waits for us. None when one of them takes too long.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LAST_NUMBER)
        last = int(cursor.fetchone()[0])
    writing, ends_at = _writers(), time.monotonic() + WAIT_SECONDS_MAX
    while writing and time.monotonic() < ends_at:
        time.sleep(_LOOK_EVERY_SECONDS)
        writing &= _writers()
    return None if writing else last
