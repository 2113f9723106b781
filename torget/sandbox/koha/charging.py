"""What Koha's add_debit does to the books: one line, in one transaction."""

from datetime import UTC, datetime
from typing import Any

from torget.sandbox.koha.store import Store, now_text


def add_debit(store: Store, *, patron_id: int, micros: int, fields: dict[str, Any]) -> int:
    """The number of the new line; an overdue one begins as still growing, as in the real one."""
    status = "UNRETURNED" if fields["type"] == "OVERDUE" else None
    return store.write(
        "insert into account_lines (patron_id, checkout_id, item_id, date, amount, amount_outstanding, description,"
        " debit_type, internal_note, library_id, interface, status, timestamp)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'api', ?, ?)",
        (
            patron_id,
            fields.get("checkout_id"),
            fields.get("item_id"),
            fields.get("date") or datetime.now(UTC).date().isoformat(),
            micros,
            micros,
            fields.get("description"),
            fields["type"],
            fields.get("internal_note"),
            fields.get("library_id"),
            status,
            now_text(),
        ),
    )
