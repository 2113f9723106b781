"""The set-based statements of this package, each in a file of its own."""

from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "sql"


@cache
def load_sql(name: str) -> str:
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def classify_sql(whose: str) -> str:
    """Give the open items of `whose` (a condition of ours) their class."""
    return load_sql("apply_classes").format(classify=load_sql("classify").format(today="%(today)s::date"), whose=whose)


def lock(cursor: Any, what: str, number: int) -> None:
    """One at a time, until the end of the transaction."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [f"settlement {what}", number])
