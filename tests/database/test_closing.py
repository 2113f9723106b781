"""Closing months: what belongs to which, what is locked, and what happens at the same moment."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.database.books import line, pay_out, refund, sell, suspend
from tests.database.staff import access_of, hire
from tests.network import make_network
from torget.foundation.audit.models import AuditEntry
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.access import Access
from torget.payments.closing import written
from torget.payments.closing.close import MayNotClose, NotEnded, NotNext, close_month, next_month
from torget.payments.closing.look import ChainFault, look_at_month, verify_months
from torget.payments.closing.models import ClosedEntry, ClosedMonth
from torget.payments.closing.sums import BEGINNING, OPEN, open_entries
from torget.payments.core.month_book import MonthBook
from torget.payments.core.months import Month
from torget.payments.ledger.models import JournalEntry, Posting

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
IN_OCTOBER = datetime(2026, 10, 12, 9, tzinfo=UTC)
IN_NOVEMBER = datetime(2026, 11, 3, 9, tzinfo=UTC)
LATER = datetime(2026, 12, 3, 9, tzinfo=UTC)


@pytest.fixture
def network(committed_db: None) -> Access:
    make_network()
    return access_of(hire("finance", "porvoo"))


def porvoo() -> Municipality:
    return Municipality.objects.get(slug="porvoo")


def close(access: Access, month: Month, at: datetime = LATER) -> ClosedMonth:
    return close_month(municipality_id=porvoo().pk, month=month, access=access, note="", at=at)


def book_of(month: Month) -> MonthBook:
    return look_at_month(porvoo(), month).book


def make_october() -> None:
    shared = line("porvoo", 1000, "3120", shares={"porvoo": 5, "sipoo": 2, "raasepori": 3})
    sell(IN_OCTOBER, line("porvoo", 250), line("porvoo", 1255, "3300", 255), shared, registered_at=IN_OCTOBER)
    sell(IN_OCTOBER, line("porvoo", 400))
    sell(IN_OCTOBER, line("sipoo", 777), registered_at=IN_OCTOBER)
    refund(IN_OCTOBER, line("porvoo", 250))
    pay_out(IN_OCTOBER, "porvoo", 1500, fee_cents=35)
    suspend(IN_OCTOBER, "porvoo", 90)


def test_the_figures_of_a_month(network: Access) -> None:
    make_october()
    before = book_of(OCTOBER)
    close(network, OCTOBER)
    book = book_of(OCTOBER)
    assert book == before
    income = {(one.name, one.vat_permille): (one.net.cents, one.vat.cents, one.gross.cents) for one in book.income()}
    assert income == {
        ("3100", 0): (250, 0, 250),
        ("3120", 0): (500, 0, 500),
        ("3300", 255): (1000, 255, 1255),
    }
    assert [(one.name, one.gross.cents) for one in book.income_refunded()] == [("3100", -250)]
    assert {one.vat_permille: (one.net.cents, one.vat.cents) for one in book.by_rate()} == {
        0: (1000, 0),
        255: (1000, 255),
    }
    assert {slug: owed.cents for slug, owed in book.owed_to_members().items()} == {"raasepori": 300, "sipoo": 200}
    assert (book.paid.cents, book.refunds.cents, book.provider_fees.cents) == (2905, 250, 35)
    assert book.paid_out.cents == 1590
    assert book.closing_of("provider").cents == 2905 - 250 - 1535
    assert book.closing_of("unregistered").cents == -400
    assert book.closing_of("owed_to").cents == -500
    assert book.closing_of("suspense").cents == -90


def test_every_account_goes_on_where_it_stood(network: Access) -> None:
    make_october()
    sell(IN_NOVEMBER, line("porvoo", 600), registered_at=IN_NOVEMBER)
    ahead = book_of(NOVEMBER)
    close(network, OCTOBER)
    assert book_of(NOVEMBER) == ahead
    close(network, NOVEMBER)
    october, november = book_of(OCTOBER), book_of(NOVEMBER)
    assert november.openings == {one.account: one.closing.cents for one in october.accounts() if one.closing}
    assert november == ahead
    for one in november.accounts():
        total = sum(
            Posting.objects.filter(entry__municipality_id=porvoo().pk, account=one.account).values_list(
                "amount_cents", flat=True
            )
        )
        assert one.closing.cents == total
    assert sum(one.closing.cents for one in november.accounts()) == 0


def test_months_are_closed_in_turn_after_their_end_by_finance(network: Access) -> None:
    assert next_month(porvoo().pk) is None
    sell(IN_OCTOBER, line("porvoo", 250))
    with pytest.raises(NotNext):
        close(network, NOVEMBER)
    with pytest.raises(NotEnded):
        close(network, OCTOBER, at=OCTOBER.ends_at - timedelta(seconds=1))
    with pytest.raises(MayNotClose):
        close(access_of(hire("library_desk", "porvoo")), OCTOBER)
    with pytest.raises(MayNotClose):
        close(access_of(hire("finance", "sipoo")), OCTOBER)
    with pytest.raises(MayNotClose):
        close(access_of(hire("coordinator", "porvoo")), OCTOBER)
    closed = close(network, OCTOBER, at=OCTOBER.ends_at)
    with pytest.raises(NotNext):
        close(network, OCTOBER)
    assert next_month(porvoo().pk) == NOVEMBER
    assert AuditEntry.objects.get(action="close month").detail["checksum"] == closed.checksum


def test_the_month_ends_at_midnight_in_finland(network: Access) -> None:
    sell(OCTOBER.ends_at - timedelta(seconds=1), line("porvoo", 1))
    sell(OCTOBER.ends_at, line("porvoo", 2))
    assert close(network, OCTOBER).entry_count == 1
    assert close(network, NOVEMBER).entry_count == 1


def test_what_comes_late_falls_in_the_next_month(network: Access) -> None:
    sell(IN_OCTOBER, line("porvoo", 250), registered_at=IN_OCTOBER)
    first = close(network, OCTOBER)
    sell(IN_OCTOBER, line("porvoo", 99), registered_at=IN_OCTOBER)
    assert ClosedMonth.objects.get().content == first.content
    seen = look_at_month(porvoo(), NOVEMBER)
    assert (seen.late_count, seen.book.paid.cents) == (2, 99)
    close(network, NOVEMBER)
    seen = look_at_month(porvoo(), NOVEMBER)
    assert (seen.late_count, seen.book.paid.cents) == (2, 99)
    assert ClosedEntry.objects.filter(is_late=True).count() == 2
    assert verify_months(porvoo().pk) == []


def test_an_empty_month_can_be_closed(network: Access) -> None:
    sell(IN_OCTOBER, line("porvoo", 250))
    close(network, OCTOBER)
    empty = close(network, NOVEMBER)
    assert empty.entry_count == 0
    assert book_of(NOVEMBER).closing_of("provider").cents == 250


def test_the_database_lets_nothing_into_a_closed_month(network: Access) -> None:
    sell(IN_OCTOBER, line("porvoo", 250))
    closed = close(network, OCTOBER)
    sell(IN_OCTOBER, line("porvoo", 1))
    sell(IN_OCTOBER, line("sipoo", 1))
    late, strange = JournalEntry.objects.order_by("id")[1:3]
    statements: list[tuple[str, list[int]]] = [
        ("UPDATE closing_closedmonth SET content = '{}'", []),
        ("DELETE FROM closing_closedmonth", []),
        ("DELETE FROM closing_closedentry", []),
        ("TRUNCATE closing_closedentry", []),
        ("INSERT INTO closing_closedentry VALUES (%s, %s, false)", [late.pk, closed.pk]),
    ]
    for statement, values in statements:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.replace("VALUES", "(entry_id, closed_month_id, is_late) VALUES"), values)
    month = {
        "municipality": porvoo(),
        "closed_at": LATER,
        "closed_by": "x",
        "content": "{}",
        "checksum": "",
        "previous": closed,
    }
    with pytest.raises(DatabaseError, match="entries are marked"), transaction.atomic():
        ClosedMonth.objects.create(**month, month="2026-11", entry_count=1)
    with pytest.raises(DatabaseError, match="does not follow"), transaction.atomic():
        ClosedMonth.objects.create(**month, month="2026-12", entry_count=0)
    with transaction.atomic():
        ClosedEntry.objects.create(entry=strange, closed_month_id=closed.pk + 100, is_late=False)
        with pytest.raises(DatabaseError, match="1 of others"), transaction.atomic():
            ClosedMonth.objects.create(**month, id=closed.pk + 100, month="2026-11", entry_count=1)
        transaction.set_rollback(True)


def test_a_change_behind_the_databases_back_is_found(network: Access) -> None:
    sell(IN_OCTOBER, line("porvoo", 250), registered_at=IN_OCTOBER)
    close(network, OCTOBER)
    close(network, NOVEMBER)
    assert verify_months(porvoo().pk) == []
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE ledger_posting SET amount_cents = amount_cents * 2")
        cursor.execute("SET session_replication_role = DEFAULT")
    assert verify_months(porvoo().pk) == [ChainFault("2026-10", "entries")]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE closing_closedmonth SET content = replace(content, '250', '251') WHERE previous_id IS NULL"
        )
        cursor.execute("SET session_replication_role = DEFAULT")
    assert ChainFault("2026-10", "checksum") in verify_months(porvoo().pk)


class Elsewhere(threading.Thread):
    """Another worker with a connection of its own, that writes an entry and waits before it commits."""

    def __init__(self, municipality_id: int) -> None:
        super().__init__()
        self.municipality_id = municipality_id
        self.has_written, self.may_commit = threading.Event(), threading.Event()

    def run(self) -> None:
        with transaction.atomic():
            pay_out(IN_OCTOBER, "porvoo", 321)
            self.has_written.set()
            self.may_commit.wait(10)
        connection.close()


def test_an_entry_written_while_the_month_is_closed_is_not_lost(
    network: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody writes for longer than a close waits: the month goes without the entry, and knows that it may."""
    monkeypatch.setattr(written, "WAIT_SECONDS_MAX", 0.2)
    sell(IN_OCTOBER, line("porvoo", 250))
    other = Elsewhere(porvoo().pk)
    other.start()
    assert other.has_written.wait(10)
    # Its number is lower than that of the next one, which is committed before it.
    sell(IN_OCTOBER, line("porvoo", 100))
    closed = close(network, OCTOBER)
    assert (closed.entry_count, closed.complete_through) == (2, None)
    other.may_commit.set()
    other.join(10)
    assert not other.is_alive()
    assert look_at_month(porvoo(), NOVEMBER).book.paid_out.cents == 321
    november = close(network, NOVEMBER)
    assert (november.entry_count, november.complete_through) == (1, JournalEntry.objects.latest("pk").pk)
    assert not JournalEntry.objects.exclude(pk__in=ClosedEntry.objects.values("entry_id")).exists()
    assert book_of(OCTOBER).paid_out.cents + book_of(NOVEMBER).paid_out.cents == 321
    assert verify_months(porvoo().pk) == []


def test_a_close_waits_for_those_who_write_and_they_do_not_wait_for_it(network: Access) -> None:
    sell(IN_OCTOBER, line("porvoo", 250))
    other = Elsewhere(porvoo().pk)
    other.start()
    assert other.has_written.wait(10)
    threading.Timer(0.3, other.may_commit.set).start()
    closed = close(network, OCTOBER)
    other.join(10)
    assert (closed.entry_count, closed.complete_through) == (2, JournalEntry.objects.latest("pk").pk)


def _read_of(plan: dict[str, Any], table: str) -> Iterator[float]:
    """How many rows each node of a plan read of a table."""
    if plan.get("Relation Name") == table:
        yield plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    for part in plan.get("Plans", []):
        yield from _read_of(part, table)


def test_what_comes_late_is_found_without_reading_the_closed_past(network: Access) -> None:
    for cents in range(1, 120):
        sell(IN_OCTOBER, line("porvoo", cents), registered_at=IN_OCTOBER)
    close(network, OCTOBER)
    pay_out(IN_OCTOBER, "porvoo", 321)
    sell(IN_NOVEMBER, line("porvoo", 400))
    with transaction.atomic(), connection.cursor() as cursor:
        # So few rows are read fastest as a whole; what counts is that the indexes know where to look.
        cursor.execute("SET LOCAL enable_seqscan = off")
        values = open_entries(porvoo().pk, BEGINNING, NOVEMBER.ends_at)
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {OPEN}", values)
        plan = cursor.fetchone()[0][0]["Plan"]
    assert list(_read_of(plan, "ledger_journalentry")) == [1, 2]
    assert look_at_month(porvoo(), NOVEMBER).late_count == 1
    assert close(network, NOVEMBER).entry_count == 2


def test_two_who_press_at_once_close_it_once(network: Access) -> None:
    for cents in range(1, 60):
        sell(IN_OCTOBER, line("porvoo", cents), registered_at=IN_OCTOBER)
    outcomes: list[str] = []
    start = threading.Barrier(4)

    def press() -> None:
        start.wait(10)
        try:
            close(network, OCTOBER)
            outcomes.append("closed")
        except NotNext:
            outcomes.append("not next")
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["closed", "not next", "not next", "not next"]
    assert ClosedMonth.objects.get().entry_count == 118
    assert verify_months(porvoo().pk) == []


def test_payments_do_not_wait_for_a_close(network: Access) -> None:
    """A close holds the municipality's row; a new entry and a row that refers to the municipality go past it."""
    sell(IN_OCTOBER, line("porvoo", 250))
    done = threading.Event()

    def write() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        sell(IN_NOVEMBER, line("porvoo", 5))
        hire("library_desk", "porvoo")
        done.set()
        connection.close()

    with transaction.atomic():
        Municipality.objects.select_for_update(no_key=True).get(slug="porvoo")
        thread = threading.Thread(target=write)
        thread.start()
        assert done.wait(10)
    thread.join(10)
