"""The sandbox's books in SQLite, so that a demo survives a restart; amounts in millionths, like decimal(28,6)."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from torget.sandbox.population import SandboxFee, SandboxItem, SandboxPatron, SandboxPopulation
from torget.sandbox.sqlite_file import SqliteFile

MICROS_PER_CENT: Final = 10_000


_SCHEMA: Final = """
create table if not exists patrons (
  patron_id integer primary key, cardnumber text unique, userid text unique, password text not null,
  firstname text, surname text, email text, library_id text not null, category_id text not null,
  date_of_birth text, expiry_date text, lang text not null, login_attempts integer not null default 0,
  restricted integer not null default 0, patron_card_lost integer not null default 0,
  banned_until_paid integer not null default 0, password_expired integer not null default 0);
create table if not exists items (
  item_id integer primary key, biblio_id integer not null, external_id text, home_library_id text, title text);
create table if not exists libraries (library_id text primary key, name text not null);
create table if not exists checkouts (
  checkout_id integer primary key, patron_id integer not null, item_id integer, due_date text, checkin_date text,
  library_id text);
create index if not exists checkouts_of_patron on checkouts (patron_id);
create table if not exists account_lines (
  account_line_id integer primary key, patron_id integer not null, checkout_id integer, item_id integer, date text,
  amount integer not null, amount_outstanding integer not null, description text, debit_type text, credit_type text,
  payment_type text, internal_note text, library_id text, interface text, status text, timestamp text);
create index if not exists lines_of_patron on account_lines (patron_id);
create table if not exists offsets (
  offset_id integer primary key, credit_id integer not null, debit_id integer not null, amount integer not null,
  step text not null);
create table if not exists sms_numbers (patron_id integer primary key, number text not null);
create table if not exists relationships (
  guarantor_id integer not null, guarantee_id integer not null, primary key (guarantor_id, guarantee_id));
create table if not exists shown_to_guarantors (patron_id integer primary key);
create table if not exists requests (
  request_id integer primary key, at text not null, method text not null, path text not null, status integer,
  fault text);
"""

_TABLES: Final = (
    *("patrons", "items", "libraries", "checkouts", "account_lines", "offsets"),
    *("relationships", "shown_to_guarantors", "sms_numbers", "requests"),
)

# Koha's language codes for the ones we use.
_LANG: Final = {"fi": "fi-FI", "sv": "sv-SE", "en": "en"}


class Store(SqliteFile):
    def __init__(self, path: str = ":memory:") -> None:
        super().__init__(path, _SCHEMA)

    def write(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """The row id of an insert, or the number of rows touched by anything else."""
        with self._lock:
            cursor = self._connection.execute(sql, parameters)
            return cursor.lastrowid if sql.startswith("insert") and cursor.lastrowid else cursor.rowcount

    def is_empty(self) -> bool:
        return self.row("select 1 from patrons limit 1") is None

    def reset(self) -> None:
        with self.transaction():
            for table in _TABLES:
                self.write(f"delete from {table}")

    def load(self, population: SandboxPopulation) -> None:
        with self.transaction():
            self._insert_libraries(population)
            for item in population.items:
                self._insert_item(item)
            for patron in population.patrons:
                self._insert_patron(patron)
                self._insert_fees(patron.patron_id, patron.fees)

    def _insert_libraries(self, population: SandboxPopulation) -> None:
        """Those that are named, and those that are used: Koha lets nobody use a library that it does not have."""
        used = {item.home_branch for item in population.items}
        used |= {patron.home_branch for patron in population.patrons}
        used |= {fee.branch for patron in population.patrons for fee in patron.fees if fee.branch}
        for code, name in {**{code: code for code in sorted(used)}, **population.branches}.items():
            self.write("insert or ignore into libraries values (?, ?)", (code, name))

    def _insert_item(self, item: SandboxItem) -> None:
        self.write(
            "insert or replace into items values (?, ?, ?, ?, ?)",
            (item.item_id, item.item_id, item.barcode, item.home_branch, item.title),
        )

    def _insert_patron(self, patron: SandboxPatron) -> None:
        self.write(
            "insert or replace into patrons (patron_id, cardnumber, userid, password, firstname, surname, email,"
            " library_id, category_id, date_of_birth, expiry_date, lang, banned_until_paid, password_expired)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                patron.patron_id,
                patron.card_number,
                f"user{patron.patron_id}",
                patron.pin,
                patron.given_name,
                patron.family_name,
                patron.email,
                patron.home_branch,
                patron.category,
                patron.born_on.isoformat() if patron.born_on else None,
                patron.expires_on.isoformat(),
                _LANG[patron.language],
                patron.banned_until_paid,
                patron.has_expired_password,
            ),
        )

        self.write("delete from relationships where guarantee_id = ?", (patron.patron_id,))
        for guarantor_id in patron.guarantor_ids:
            self.write("insert into relationships values (?, ?)", (guarantor_id, patron.patron_id))
        self.write("delete from shown_to_guarantors where patron_id = ?", (patron.patron_id,))
        if patron.shows_fees_to_guarantors:
            self.write("insert into shown_to_guarantors values (?)", (patron.patron_id,))
        if patron.sms_number:
            self.write("insert or replace into sms_numbers values (?, ?)", (patron.patron_id, patron.sms_number))

    def sms_number(self, patron_id: int) -> str | None:
        found = self.row("select number from sms_numbers where patron_id = ?", (patron_id,))
        return str(found["number"]) if found else None

    def _insert_fees(self, patron_id: int, fees: Iterable[SandboxFee]) -> None:
        for fee in fees:
            has_loan = fee.item_id is not None and fee.due_date is not None
            if has_loan:
                self.write(
                    "insert or replace into checkouts values (?, ?, ?, ?, ?, ?)",
                    (fee.fee_id, patron_id, fee.item_id, _end_of(fee.due_date), _end_of(fee.returned_on), fee.branch),
                )
            self.write(
                "insert or replace into account_lines (account_line_id, patron_id, checkout_id, item_id, date,"
                " amount, amount_outstanding, description, debit_type, library_id, interface, status, timestamp)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'cron', ?, ?)",
                (
                    fee.fee_id,
                    patron_id,
                    fee.fee_id if has_loan else None,
                    fee.item_id,
                    fee.incurred_on.isoformat(),
                    fee.charged_cents * MICROS_PER_CENT,
                    fee.outstanding_cents * MICROS_PER_CENT,
                    fee.description,
                    fee.kind,
                    fee.branch,
                    fee.status,
                    now_text(),
                ),
            )


def _end_of(day: date | None) -> str | None:
    """Loans fall due at the end of the day, which Koha writes as a minute before midnight."""
    return f"{day.isoformat()}T23:59:00+02:00" if day else None


def now_text() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
