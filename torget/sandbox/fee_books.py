"""Books for sandboxes that keep a debt for each fee: patrons, fees, and what was paid upon which fee."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from torget.sandbox.population import SandboxItem, SandboxPatron
from torget.sandbox.sqlite_file import Row, SqliteFile

_SCHEMA: Final = """
create table if not exists patrons (
  patron_id integer primary key, card_number text not null unique collate nocase, pin text not null,
  given_name text not null, family_name text not null, email text, home_branch text not null,
  expires_on text not null, is_defaulted integer not null default 0);
create table if not exists fees (
  fee_id integer primary key, patron_id integer not null, kind text not null, charged_cents integer not null,
  open_cents integer not null, description text not null, title text, incurred_on text not null, branch text,
  is_growing integer not null);
create index if not exists fees_of_patron on fees (patron_id);
create table if not exists payments (
  payment_id integer primary key, at text not null, patron_id integer not null, fee_id integer not null,
  cents integer not null, marker text not null);
create table if not exists requests (request_id integer primary key, method text, path text, status integer);
"""


class FeeBooks(SqliteFile):
    def __init__(self, path: str = ":memory:") -> None:
        super().__init__(path, _SCHEMA)

    def write(self, sql: str, values: Sequence[Any] = ()) -> int:
        with self._lock:
            return int(self._connection.execute(sql, values).lastrowid or 0)

    def is_empty(self) -> bool:
        return self.row("select 1 as one from patrons limit 1") is None

    def load(self, patrons: Iterable[SandboxPatron], items: Iterable[SandboxItem] = ()) -> None:
        """Over those of the same numbers."""
        titles = {item.item_id: item for item in items}
        with self.transaction():
            for patron in patrons:
                self.write(
                    "insert or replace into patrons values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        patron.patron_id,
                        patron.card_number,
                        patron.pin,
                        patron.given_name,
                        patron.family_name,
                        patron.email,
                        patron.home_branch,
                        patron.expires_on.isoformat(),
                        patron.banned_until_paid,
                    ),
                )
                for fee in patron.fees:
                    item = titles.get(fee.item_id or 0)
                    self.write(
                        "insert or replace into fees values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        (
                            fee.fee_id,
                            patron.patron_id,
                            fee.kind,
                            fee.charged_cents,
                            fee.outstanding_cents,
                            fee.description,
                            item.title if item else None,
                            fee.incurred_on.isoformat(),
                            fee.branch,
                            fee.is_growing,
                        ),
                    )

    def patron_by_card(self, card_number: str) -> Row | None:
        return self.row("select * from patrons where card_number = ?", (card_number,))

    def patron(self, patron_id: int) -> Row | None:
        return self.row("select * from patrons where patron_id = ?", (patron_id,))

    def fees_of(self, patron_id: int, *, only_open: bool = True) -> list[Row]:
        """In the order of their numbers."""
        condition = " and open_cents > 0" if only_open else ""
        return self.rows(f"select * from fees where patron_id = ?{condition} order by fee_id", (patron_id,))

    def fee(self, fee_id: int) -> Row | None:
        return self.row("select * from fees where fee_id = ?", (fee_id,))

    def note_payment(self, *, patron_id: int, fee_id: int, cents: int, marker: str) -> int:
        """That money came for a fee; closing the fee is another step."""
        return self.write(
            "insert into payments (at, patron_id, fee_id, cents, marker) values (?, ?, ?, ?, ?)",
            (datetime.now(UTC).isoformat(timespec="milliseconds"), patron_id, fee_id, cents, marker),
        )

    def lower(self, fee_id: int, cents: int) -> None:
        self.write("update fees set open_cents = open_cents - ? where fee_id = ?", (cents, fee_id))

    def pay_at_desk(self, fee_id: int) -> None:
        self.write("update fees set open_cents = 0 where fee_id = ?", (fee_id,))

    def grow(self, fee_id: int, cents: int) -> None:
        self.write("update fees set open_cents = open_cents + ? where fee_id = ?", (cents, fee_id))

    def payments_of(self, card_number: str) -> list[Row]:
        return self.rows(
            "select payments.* from payments join patrons using (patron_id) where card_number = ? order by payment_id",
            (card_number,),
        )

    def owed_cents(self, card_number: str) -> int:
        patron = self.patron_by_card(card_number)
        return sum(fee["open_cents"] for fee in self.fees_of(patron["patron_id"])) if patron else 0

    def note_request(self, method: str, path: str, status: int | None) -> None:
        self.write("insert into requests (method, path, status) values (?, ?, ?)", (method, path, status))

    def request_count(self) -> int:
        return len(self.rows("select request_id from requests"))
