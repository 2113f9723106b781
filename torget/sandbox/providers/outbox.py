"""Callbacks that are to be sent: rows with a time, so that they survive a restart and a simulation can own them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torget.sandbox.providers.clock import SandboxClock
from torget.sandbox.providers.store import Store

HOUR = 3600.0
# Minutes first; then the hours in which the vendor's former API repeated its notices, the only schedule it published.
RETRY_SECONDS = (60.0, 300.0, 1200.0, *(HOUR * hours for hours in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)))


def _is_20x(code: int) -> bool:
    return 200 <= code < 210


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    id: int
    subject: str
    """The payment, refund or report it is about."""
    label: str
    """What it says: the status, and how it deviates from the truth if it does."""
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    due_at: float
    attempts: int


class Outbox:
    def __init__(
        self, store: Store, clock: SandboxClock, *, accepts: Callable[[int], bool] = _is_20x, in_line: bool = False
    ) -> None:
        """`accepts` says which response codes end the sending; `in_line`: later ones of a subject wait for earlier."""
        self._store = store
        self._clock = clock
        self._accepts = accepts
        self._in_line = in_line
        # What was under way when the process ended may or may not have arrived: it is sent again.
        store.change("UPDATE callback SET state = 'waiting' WHERE state = 'sending'")

    def plan(
        self,
        *,
        subject: str,
        label: str,
        url: str,
        due_at: float,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> int:
        return self._store.insert(
            "callback",
            subject=subject,
            label=label,
            method=method,
            url=url,
            headers=json.dumps(dict(headers or {})),
            body=body,
            due_at=due_at,
            attempts=0,
            state="waiting",
        )

    def waiting(self) -> tuple[Callback, ...]:
        """Everything not yet delivered or given up, in the order in which it is due."""
        rows = self._store.rows("SELECT * FROM callback WHERE state = 'waiting' ORDER BY due_at, id")
        return tuple(_callback(row) for row in rows)

    def take(self, callback_id: int) -> Callback | None:
        """Claim one for sending; None if somebody else has it or it is done."""
        with self._store.transaction():
            touched = self._store.change(
                "UPDATE callback SET state = 'sending', attempts = attempts + 1 WHERE id = ? AND state = 'waiting'",
                (callback_id,),
            )
            row = self._store.row("SELECT * FROM callback WHERE id = ?", (callback_id,))
        return _callback(row) if touched and row is not None else None

    def take_due(self, *, limit: int = 1) -> tuple[Callback, ...]:
        """Claim what is due now; each must be given back through `record`."""
        with self._store.transaction():
            due = self._store.rows(
                "SELECT id FROM callback c WHERE state = 'waiting' AND due_at <= ?1 AND NOT (?3 AND EXISTS (SELECT 1 "
                "FROM callback e WHERE e.subject = c.subject AND e.id < c.id AND e.state IN ('waiting', 'sending'))) "
                "ORDER BY due_at, id LIMIT ?2",
                (self._clock.now(), limit, self._in_line),
            )
            taken = [self.take(row["id"]) for row in due]
        return tuple(callback for callback in taken if callback is not None)

    def next_due_at(self) -> float | None:
        row = self._store.row("SELECT min(due_at) AS due_at FROM callback WHERE state = 'waiting'")
        return None if row is None else row["due_at"]

    def record(self, callback: Callback, *, code: int | None, error: str = "") -> None:
        """Note how a sending went; anything but 20x is sent again later, until the schedule ends."""
        now = self._clock.now()
        delivered = code is not None and self._accepts(code)
        is_last = callback.attempts > len(RETRY_SECONDS)
        state = "delivered" if delivered else "abandoned" if is_last else "waiting"
        due_at = now if state != "waiting" else now + RETRY_SECONDS[callback.attempts - 1]
        with self._store.transaction():
            self._store.insert("delivery", callback=callback.id, sent_at=now, code=code, error=error)
            self._store.change("UPDATE callback SET state = ?, due_at = ? WHERE id = ?", (state, due_at, callback.id))

    def everything(self) -> list[dict[str, Any]]:
        """All callbacks with every sending and its response code, for tests and auditors."""
        sent: dict[int, list[dict[str, Any]]] = {}
        for row in self._store.rows("SELECT * FROM delivery ORDER BY id"):
            sent.setdefault(row["callback"], []).append(
                {"sentAt": row["sent_at"], "code": row["code"], "error": row["error"]}
            )
        return [
            {
                "id": row["id"],
                "subject": row["subject"],
                "label": row["label"],
                "method": row["method"],
                "url": row["url"],
                "state": row["state"],
                "dueAt": row["due_at"],
                "attempts": row["attempts"],
                "sendings": sent.get(row["id"], []),
            }
            for row in self._store.rows("SELECT * FROM callback ORDER BY id")
        ]


def _callback(row: Any) -> Callback:
    return Callback(
        id=row["id"],
        subject=row["subject"],
        label=row["label"],
        method=row["method"],
        url=row["url"],
        headers=json.loads(row["headers"]),
        body=row["body"],
        due_at=row["due_at"],
        attempts=row["attempts"],
    )
