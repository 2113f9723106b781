"""What Koha's add_credit does to the books: steps that are separate transactions, which is where money gets lost."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from torget.sandbox.koha.store import Store, now_text
from torget.sandbox.sqlite_file import Row


class ApplyFailed(Exception):
    """Applying threw after the credit was stored: Koha answers 400 and keeps the credit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditOrder:
    patron_id: int
    micros: int
    line_ids: list[int] | None
    fields: dict[str, Any]
    """credit_type, payment_type, library_id, description, note, date as they came."""


def add_credit(store: Store, order: CreditOrder, *, fails_after_storing: bool = False) -> int:
    """The number of the credit; raises ApplyFailed with the credit already in the books."""
    with store.transaction():
        credit_id = _store_credit(store, order)
    if fails_after_storing:
        raise ApplyFailed("Exception 'Koha::Exceptions::Account::NoAvailableCredit' thrown ''")
    left = order.micros
    if order.line_ids is not None:
        with store.transaction():
            # By number alone, whoever owes them: a wrong number pays somebody else's fee, as in the real one.
            marks = ",".join("?" * len(order.line_ids))
            lines = store.rows(
                f"select * from account_lines where account_line_id in ({marks}) order by account_line_id",
                order.line_ids,
            )
            left = _apply(store, credit_id, left, lines, step="chosen")
    if left:
        with store.transaction():
            lines = store.rows(
                "select * from account_lines where patron_id = ? and debit_type is not null"
                " and amount_outstanding > 0 order by date, account_line_id",
                (order.patron_id,),
            )
            _apply(store, credit_id, left, lines, step="remainder")
    return credit_id


def _store_credit(store: Store, order: CreditOrder) -> int:
    fields = order.fields
    return store.write(
        "insert into account_lines (patron_id, date, amount, amount_outstanding, description, credit_type,"
        " payment_type, internal_note, library_id, interface, timestamp) values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'api', ?)",
        (
            order.patron_id,
            fields.get("date") or datetime.now(UTC).date().isoformat(),
            -order.micros,
            -order.micros,
            fields.get("description"),
            fields.get("credit_type") or "PAYMENT",
            fields.get("payment_type"),
            fields.get("note"),
            fields.get("library_id"),
            now_text(),
        ),
    )


def _apply(store: Store, credit_id: int, available: int, lines: list[Row], *, step: str) -> int:
    """Settle the lines in order as far as the credit reaches; returns what is left of it."""
    if any(line["debit_type"] is None for line in lines):
        raise ApplyFailed("Exception 'Koha::Exceptions::Account::IsNotDebit' thrown ''")
    for line in lines:
        part = min(available, line["amount_outstanding"])
        if part <= 0:
            continue
        store.write(
            "update account_lines set amount_outstanding = amount_outstanding - ? where account_line_id = ?",
            (part, line["account_line_id"]),
        )
        store.write(
            "update account_lines set amount_outstanding = amount_outstanding + ? where account_line_id = ?",
            (part, credit_id),
        )
        store.write(
            "insert into offsets (credit_id, debit_id, amount, step) values (?, ?, ?, ?)",
            (credit_id, line["account_line_id"], -part, step),
        )
        available -= part
    return available
