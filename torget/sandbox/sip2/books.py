"""The sandbox's books in SQLite, so that a demo survives a restart and an auditor can compare another process."""

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from torget.sandbox.population import SandboxPatron

_SCHEMA: Final = """
create table if not exists patrons (
  card_number text primary key collate nocase, pin text not null, name text not null, email text not null,
  category text not null, is_expired integer not null, credit_cents integer not null default 0);
create table if not exists fees (
  fee_id integer primary key, card_number text not null collate nocase, incurred_on text not null,
  description text not null, outstanding_cents integer not null);
create index if not exists fees_of_patron on fees (card_number);
create table if not exists payments (
  payment_id integer primary key, at text not null, card_number text not null, cents integer not null,
  amount_as_sent text not null, transaction_id text not null, fee_identifier text not null, payment_type text not null);
"""


@dataclass(frozen=True, slots=True)
class OpenFee:
    fee_id: int
    outstanding_cents: int
    description: str


@dataclass(frozen=True, slots=True)
class Person:
    card_number: str
    pin: str
    name: str
    email: str
    category: str
    is_expired: bool
    credit_cents: int


@dataclass(frozen=True, slots=True)
class BookedPayment:
    """One row of the auditor's book: every 38Y has one, also those whose answer never arrived."""

    payment_id: int
    at: str
    card_number: str
    cents: int
    amount_as_sent: str
    transaction_id: str
    """BK: kept here for the auditor; the real server forgets it."""
    fee_identifier: str
    payment_type: str


class Books:
    def __init__(self, path: str = ":memory:") -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # A demo may lose its last second in a power cut; it may not wait for the disk at every step.
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = off")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def is_empty(self) -> bool:
        return not self._rows("select 1 from patrons limit 1")

    def load(self, patrons: Iterable[SandboxPatron]) -> None:
        """Put patrons and their fees in the books, over those of the same card number and fee_id."""
        today = datetime.now(UTC).date()
        with self._lock:
            self._connection.execute("begin immediate")
            for patron in patrons:
                self._connection.execute(
                    "insert or replace into patrons values (?, ?, ?, ?, ?, ?, 0)",
                    (
                        patron.card_number,
                        patron.pin,
                        f"{patron.given_name} {patron.family_name}",
                        patron.email or "",
                        patron.category,
                        patron.expires_on < today,
                    ),
                )
                for fee in patron.fees:
                    self._connection.execute(
                        "insert or replace into fees values (?, ?, ?, ?, ?)",
                        (
                            fee.fee_id,
                            patron.card_number,
                            fee.incurred_on.isoformat(),
                            fee.description,
                            fee.outstanding_cents,
                        ),
                    )
            self._connection.execute("commit")

    def person(self, card_number: str) -> Person | None:
        rows = self._rows(
            "select card_number, pin, name, email, category, is_expired, credit_cents from patrons"
            " where card_number = ?",
            (card_number,),
        )
        if not rows:
            return None
        card, pin, name, email, category, is_expired, credit_cents = rows[0]
        return Person(card, pin, name, email, category, bool(is_expired), credit_cents)

    def open_fees(self, card_number: str) -> list[OpenFee]:
        """Oldest first, the order in which they are paid."""
        rows = self._rows(
            "select fee_id, outstanding_cents, description from fees"
            " where card_number = ? and outstanding_cents > 0 order by incurred_on, fee_id",
            (card_number,),
        )
        return [OpenFee(*row) for row in rows]

    def balance_cents(self, card_number: str) -> int:
        """What BV states: debts less credit, below nothing if the library owes the patron."""
        person = self.person(card_number)
        owed = sum(fee.outstanding_cents for fee in self.open_fees(card_number))
        return owed - (person.credit_cents if person else 0)

    def change_fee(self, fee_id: int, *, outstanding_cents: int) -> None:
        """What happens meanwhile at the desk or overnight."""
        self.write_outstanding([(fee_id, outstanding_cents)])

    def grow_fee(self, fee_id: int, cents: int) -> None:
        """Another day of a loan that is late; a fee that was paid begins anew."""
        with self._lock:
            self._connection.execute(
                "update fees set outstanding_cents = outstanding_cents + ? where fee_id = ?", (cents, fee_id)
            )

    def write_outstanding(self, amounts: Iterable[tuple[int, int]]) -> None:
        """Absolute values, not differences: this is how the real system loses an update."""
        with self._lock:
            for fee_id, cents in amounts:
                self._connection.execute("update fees set outstanding_cents = ? where fee_id = ?", (cents, fee_id))

    def add_credit(self, card_number: str, cents: int) -> None:
        with self._lock:
            self._connection.execute(
                "update patrons set credit_cents = credit_cents + ? where card_number = ?", (cents, card_number)
            )

    def book(
        self, *, card_number: str, cents: int, amount_as_sent: str, marker: str, fee_identifier: str, payment_type: str
    ) -> None:
        with self._lock:
            self._connection.execute(
                "insert into payments (at, card_number, cents, amount_as_sent, transaction_id, fee_identifier,"
                " payment_type) values (?, ?, ?, ?, ?, ?, ?)",
                (
                    datetime.now(UTC).isoformat(timespec="milliseconds"),
                    card_number,
                    cents,
                    amount_as_sent,
                    marker,
                    fee_identifier,
                    payment_type,
                ),
            )

    def payments(self, *, card_number: str | None = None, marker: str | None = None) -> list[BookedPayment]:
        """The auditor's question: what stands in the books, of one card or under one BK."""
        rows = self._rows(
            "select payment_id, at, card_number, cents, amount_as_sent, transaction_id, fee_identifier, payment_type"
            " from payments where (?1 is null or card_number = ?1) and (?2 is null or transaction_id = ?2)"
            " order by payment_id",
            (card_number, marker),
        )
        return [BookedPayment(*row) for row in rows]

    def _rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()
