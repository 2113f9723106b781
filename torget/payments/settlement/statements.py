"""The set-based statements of this package, each in a file of its own."""

from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "sql"
LOOK_AGAIN_ROWS = 1000


@cache
def load_sql(name: str) -> str:
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def classify_sql(whose: str) -> str:
    """Give the open items of `whose` (a condition of ours) their class."""
    return load_sql("apply_classes").format(classify=load_sql("classify").format(today="%(today)s::date"), whose=whose)


def lock(cursor: Any, what: str, number: int) -> None:
    """One at a time, until the end of the transaction."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [f"settlement {what}", number])


def look_again(cursor: Any, table: str, *, added: int) -> None:
    """Let the planner know that a table has grown manyfold.

    Until autovacuum comes it takes a table that was empty for one that is, and joins by reading all of it for each row:
    the first report of a million rows would never end.
    """
    if added < LOOK_AGAIN_ROWS:
        return
    cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
    if added > cursor.fetchone()[0] / 5:
        cursor.execute(f"ANALYZE {table}")
