"""A log whose rows each carry the hash of the one before, so that a changed or missing row shows."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

START = "0" * 64


def link(previous: str, *, number: int, at: datetime, actor: str, kind: str, detail: Mapping[str, Any]) -> str:
    """The hash of a row, over its content and the row before it; the moment counts, not its time zone."""
    row = [previous, number, at.astimezone(UTC).isoformat(), actor, kind, detail]
    return hashlib.sha256(json.dumps(row, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def first_break(rows: Iterable[tuple[int, datetime, str, str, Mapping[str, Any], str, str]]) -> int | None:
    """The number of the first row that does not follow; None for an unbroken log.

    Rows in order, each as number, at, actor, kind, detail, previous hash, hash.
    """
    previous, expected = START, 1
    for number, at, actor, kind, detail, row_previous, row_hash in rows:
        computed = link(previous, number=number, at=at, actor=actor, kind=kind, detail=detail)
        if number != expected or row_previous != previous or row_hash != computed:
            return expected
        previous, expected = row_hash, expected + 1
    return None
