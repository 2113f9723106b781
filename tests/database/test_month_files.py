"""Files of closed months: the same bytes for ever, and the totals of the books in every one of them."""

import csv
import io
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pikepdf
import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.database.books import line, pay_out, refund, sell, suspend
from tests.database.staff import access_of, hire
from tests.network import make_network
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.access import Access
from torget.payments.closing.close import close_month
from torget.payments.closing.column_maps import ColumnMapTexts, MayNotMap, proposed_map, save_column_map
from torget.payments.closing.files import (
    FileKind,
    MayNotSee,
    NoColumnMap,
    file_name,
    kept_file,
    make_file,
    month_file,
)
from torget.payments.closing.journal import journal_rows
from torget.payments.closing.look import look_at_month, verify_months
from torget.payments.closing.models import ClosedMonth, ColumnMap, MonthFile
from torget.payments.core.journal_file import BadColumnMap, ProblemKind
from torget.payments.core.months import Month
from torget.payments.ledger.models import Posting

MARCH = Month(2024, 3)
LATER = datetime(2024, 6, 3, 9, tzinfo=UTC)
LANGUAGES = ("sv", "fi", "en")
ACCOUNTS = """
provider = 1790
unregistered = 2590
bank = 1910
vat = 2939
owed_to = 2560
provider_fees = 4470
suspense = 2599
income = 3100
"""


@pytest.fixture
def access(committed_db: None) -> Access:
    make_network()
    return access_of(hire("finance", "porvoo"))


def porvoo() -> Municipality:
    return Municipality.objects.get(slug="porvoo")


def make_books(seed: int, *, months: int = 1) -> None:
    """Payments, refunds and payouts at random times of March and the months after it."""
    rng = random.Random(seed)

    def moment() -> datetime:
        return MARCH.starts_at + timedelta(days=rng.uniform(0, 30 * months))

    def some() -> Any:
        account, vat = rng.choice([("3100", 0), ("3200", 0), ("3300", 255), ("3120", 0)])
        shares = {"porvoo": 5, "sipoo": 2, "raasepori": 3} if account == "3120" else None
        return line("porvoo", rng.randint(1, 9999), account, vat, shares)

    for _ in range(12):
        lines = [some() for _ in range(rng.randint(1, 3))]
        paid_at = moment()
        registered_at = paid_at + timedelta(hours=rng.randint(0, 90)) if rng.random() < 0.8 else None
        sell(paid_at, *lines, registered_at=registered_at)
        if registered_at and rng.random() < 0.3:
            refund(registered_at, lines[0])
    pay_out(moment(), "porvoo", rng.randint(1, 5000), rng.randint(0, 99))
    suspend(moment(), "porvoo", rng.randint(1, 300))


def close(access: Access, month: Month = MARCH, at: datetime = LATER) -> ClosedMonth:
    return close_month(municipality_id=porvoo().pk, month=month, access=access, note="Ok", at=at)


def get(closed: ClosedMonth, kind: str, language: str, access: Access) -> MonthFile:
    return month_file(closed=closed, kind=FileKind(kind), language=language, access=access, at=LATER)


def save_map(access: Access, kind: str = "sap", **changes: Any) -> ColumnMap:
    proposed = proposed_map(ColumnMap.Kind(kind))
    texts = ColumnMapTexts(
        **{**{n: getattr(proposed, n) for n in ColumnMapTexts.__dataclass_fields__}, "accounts": ACCOUNTS, **changes}
    )
    saved = save_column_map(municipality=porvoo(), kind=ColumnMap.Kind(kind), texts=texts, access=access, at=LATER)
    assert saved is not None
    return saved


def test_a_file_is_the_same_when_asked_for_again_and_when_made_anew(access: Access) -> None:
    make_books(1)
    closed = close(access)
    first, second = save_map(access, "sap"), save_map(access, "procountor", detail="day")
    for kind in FileKind:
        column_map = {"sap": first, "procountor": second}.get(kind.value)
        for language in LANGUAGES:
            kept = get(closed, kind, language, access)
            again = get(closed, kind, language, access)
            assert (again.pk, bytes(again.content)) == (kept.pk, bytes(kept.content))
            assert make_file(closed, kind, language, column_map) == bytes(kept.content), (kind, language)
            assert bytes(kept_file(file_id=kept.pk, access=access, at=LATER).content) == bytes(kept.content)
    per_kind = {kind: MonthFile.objects.filter(kind=kind).count() for kind in FileKind}
    assert per_kind == {"csv": 1, "xlsx": 3, "pdf": 3, "procountor": 1, "sap": 1}
    assert len({one.sha256 for one in MonthFile.objects.all()}) == 9


def test_what_happens_later_changes_no_file(access: Access) -> None:
    make_books(2)
    closed = close(access)
    save_map(access)
    before = {kind: get(closed, kind, "fi", access).sha256 for kind in ("csv", "xlsx", "pdf", "sap")}
    sell(MARCH.starts_at, line("porvoo", 777), registered_at=MARCH.starts_at)
    close(access, MARCH.following)
    for kind in ("csv", "xlsx", "pdf"):
        assert make_file(closed, FileKind(kind), "fi", None) == bytes(get(closed, kind, "fi", access).content)
        assert get(closed, kind, "fi", access).sha256 == before[kind]


def test_a_changed_column_map_gives_a_new_file_and_keeps_the_old(access: Access) -> None:
    make_books(3)
    closed = close(access)
    first = save_map(access)
    old = get(closed, "sap", "sv", access)
    assert file_name(old) == f"porvoo-2024-03-sap-v{first.pk}.csv"
    save_map(access, separator="tab")
    new = get(closed, "sap", "sv", access)
    assert new.pk != old.pk
    assert bytes(new.content) == bytes(old.content).replace(b";", b"\t")
    assert bytes(kept_file(file_id=old.pk, access=access, at=LATER).content) == bytes(old.content)
    texts = ColumnMapTexts.of(first)
    save_column_map(municipality=porvoo(), kind=ColumnMap.Kind.SAP, texts=texts, access=access, at=LATER)
    assert bytes(get(closed, "sap", "sv", access).content) == bytes(old.content)


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def cents(text: Any) -> int:
    return round(Decimal(str(text or 0).replace(",", ".")) * 100)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_totals_of_every_file_are_those_of_the_books(access: Access, seed: int) -> None:
    with transaction.atomic():
        make_books(seed)
        closed = close(access)
        sums: dict[str, int] = {}
        for account, amount in Posting.objects.filter(
            entry__municipality_id=porvoo().pk, entry__pk__in=closed.entries.values("entry_id")
        ).values_list("account", "amount_cents"):
            sums[account] = sums.get(account, 0) + amount
        moved = {account: amount for account, amount in sums.items() if amount}
        rows = read_csv(make_file(closed, FileKind.CSV, "fi", None))
        by_account = {
            row["item"]: cents(row["debit"]) - cents(row["credit"]) for row in rows if row["part"] == "account"
        }
        assert {account: amount for account, amount in by_account.items() if amount} == moved
        assert {row["checksum"] for row in rows} == {closed.checksum}
        assert sum(cents(row["closing"]) for row in rows if row["part"] == "account") == 0
        by_kind: dict[str, int] = {}
        for row in rows:
            if row["part"].startswith("entry_"):
                by_kind[row["item"]] = by_kind.get(row["item"], 0) + cents(row["debit"]) - cents(row["credit"])
        assert {account: amount for account, amount in by_kind.items() if amount} == moved
        sold = sum(cents(row["net"]) for row in rows if row["part"] in ("income", "refund"))
        assert sold == -sum(amount for account, amount in sums.items() if account.startswith("income"))
        sheet = load_workbook(io.BytesIO(make_file(closed, FileKind.XLSX, "en", None)))["Accounts"]
        cells: list[list[Any]] = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        assert sum(cents(row[2]) - cents(row[3]) for row in cells[:-1]) == 0
        assert cents(cells[-1][2]) == sum(cents(row[2]) for row in cells[:-1]) == cents(cells[-1][3])
        for detail in ("month", "day"):
            seen = look_at_month(porvoo(), MARCH)
            voucher = journal_rows(seen, detail=detail, row_text="")
            found: dict[str, int] = {}
            by_day: dict[Any, int] = {}
            for one in voucher:
                found[one.account] = found.get(one.account, 0) + one.amount.cents
                by_day[one.day] = by_day.get(one.day, 0) + one.amount.cents
            assert {account: amount for account, amount in found.items() if amount} == moved
            assert not any(by_day.values())
            assert all(MARCH.first_day <= one.day <= MARCH.last_day for one in voucher)
        transaction.set_rollback(True)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), late=st.integers(0, 3))
def test_the_months_together_are_the_ledger_of_all_time(access: Access, seed: int, late: int) -> None:
    """Some payments come only after their month was closed; nothing is lost and nothing is counted twice."""
    with transaction.atomic():
        make_books(seed, months=3)
        month, paid = MARCH, 0
        for number in range(4):
            close(access, month, at=datetime(2024, 9, 1, tzinfo=UTC))
            for extra in range(late):
                sell(month.starts_at + timedelta(days=extra), line("porvoo", 1 + number), registered_at=month.starts_at)
            month = month.following
        close(access, month, at=datetime(2024, 9, 1, tzinfo=UTC))
        moved: dict[str, int] = {}
        for closed in ClosedMonth.objects.filter(municipality=porvoo()):
            book = look_at_month(porvoo(), Month.from_text(closed.month)).book
            paid += book.paid.cents
            for one in book.accounts():
                moved[one.account] = moved.get(one.account, 0) + one.debit.cents - one.credit.cents
        ledger: dict[str, int] = {}
        postings = Posting.objects.filter(entry__municipality_id=porvoo().pk)
        for account, amount in postings.values_list("account", "amount_cents"):
            ledger[account] = ledger.get(account, 0) + amount
        assert {account: amount for account, amount in moved.items() if amount} == {
            account: amount for account, amount in ledger.items() if amount
        }
        last = look_at_month(porvoo(), month).book
        assert last.closings() == {account: amount for account, amount in ledger.items() if amount}
        assert paid == sum(
            postings.filter(entry__kind="paid", account="provider").values_list("amount_cents", flat=True)
        )
        assert verify_months(porvoo().pk) == []
        transaction.set_rollback(True)


def test_a_late_entry_stands_on_the_first_day_of_the_voucher(access: Access) -> None:
    sell(MARCH.starts_at, line("porvoo", 100), registered_at=MARCH.starts_at)
    close(access)
    sell(MARCH.starts_at + timedelta(days=9), line("porvoo", 250))
    sell(MARCH.following.starts_at + timedelta(days=9), line("porvoo", 30))
    close(access, MARCH.following)
    rows = journal_rows(look_at_month(porvoo(), MARCH.following), detail="day", row_text="{month} {account}")
    assert [(one.day.day, one.account, one.amount.cents) for one in rows] == [
        (1, "provider", 250),
        (1, "unregistered", -250),
        (10, "provider", 30),
        (10, "unregistered", -30),
    ]
    assert rows[0].text == "2024-04 provider"
    assert rows[0].reference == "638-2024-04"


def test_the_pdf_can_be_read_aloud_and_archived(access: Access) -> None:
    make_books(5)
    closed = close(access)
    for language in LANGUAGES:
        with pikepdf.open(io.BytesIO(bytes(get(closed, "pdf", language, access).content))) as pdf:
            assert str(pdf.Root.Lang).startswith(language)
            assert pdf.Root.MarkInfo.Marked
            with pdf.open_metadata() as about:
                assert about["pdfuaid:part"] == "1"
                assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("2", "A")
                assert "Porvoo" in about["dc:title"] or "Borgå" in about["dc:title"]


def test_who_may_have_files_and_say_how(access: Access) -> None:
    make_books(6)
    closed = close(access)
    with pytest.raises(NoColumnMap):
        get(closed, "sap", "fi", access)
    for other in (access_of(hire("finance", "sipoo")), access_of(hire("library_desk", "porvoo"))):
        with pytest.raises(MayNotSee):
            get(closed, "csv", "fi", other)
        with pytest.raises(MayNotMap):
            save_map(other)
    coordinator = access_of(hire("coordinator", "porvoo"))
    kept = get(closed, "csv", "fi", coordinator)
    with pytest.raises(MayNotMap):
        save_map(coordinator)
    with pytest.raises(MayNotSee):
        kept_file(file_id=kept.pk, access=access_of(hire("coordinator", "sipoo")), at=LATER)


def test_an_account_without_a_target_makes_no_file(access: Access) -> None:
    make_books(7)
    closed = close(access)
    save_map(access, accounts=ACCOUNTS.replace("provider = 1790\n", ""))
    with pytest.raises(BadColumnMap) as bad:
        get(closed, "sap", "fi", access)
    assert [(one.kind, one.text) for one in bad.value.problems] == [(ProblemKind.UNMAPPED, "provider")]
    assert not MonthFile.objects.exists()


def test_a_kept_file_cannot_be_changed(access: Access) -> None:
    make_books(8)
    get(close(access), "csv", "fi", access)
    with pytest.raises(DatabaseError), transaction.atomic():
        MonthFile.objects.update(sha256="")
    with pytest.raises(DatabaseError), transaction.atomic():
        MonthFile.objects.all().delete()
