"""The pages of the months: who sees which, the way to a closed month, and its files."""

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from tests.database.books import line, pay_out, refund, sell, suspend
from tests.database.staff import hire, pay_and_register, pay_with_trouble, sign_in
from tests.network import make_network
from tests.world import World, make_fee
from torget.foundation.audit.models import AuditEntry
from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.money import Money
from torget.foundation.core.tables import BOM
from torget.payments.closing.checklist import Check, checklist
from torget.payments.closing.look import look_at_month
from torget.payments.closing.models import ClosedMonth, ColumnMap, MonthFile
from torget.payments.core.months import Month
from torget.payments.settlement.reconciliation_models import Item

IN_MARCH = datetime(2024, 3, 12, 9, tzinfo=UTC)
IN_APRIL = datetime(2024, 4, 3, 9, tzinfo=UTC)
PORVOO = "/staff/months/porvoo/"
MARCH = f"{PORVOO}2024-03/"


@pytest.fixture
def network(committed_db: None) -> None:
    make_network()


def make_march() -> None:
    sell(IN_MARCH, line("porvoo", 250), line("porvoo", 1255, "3300", 255), registered_at=IN_MARCH)
    sell(IN_MARCH, line("porvoo", 1000, "3120", shares={"porvoo": 5, "sipoo": 2}), registered_at=IN_MARCH)
    refund(IN_MARCH, line("porvoo", 250))
    pay_out(IN_MARCH, "porvoo", 1500, fee_cents=35)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


def close_march(client: Client) -> None:
    answer = client.post(f"{MARCH}close/", {"note": ""}, follow=True)
    assert "3/2024 is closed" in answer.content.decode()


def test_from_the_start_page_to_a_closed_month_and_its_files(network: None) -> None:
    make_march()
    client = sign_in(hire("finance", "porvoo"))
    assert "/staff/months/" in text(client, "/staff/")
    assert client.get("/staff/months/").headers["Location"] == PORVOO
    assert "Close this next" in text(client, PORVOO)
    page = text(client, MARCH)
    assert "€25.05" in page
    assert "Close the month" in page
    assert "Nothing is open" in text(client, f"{MARCH}close/")
    close_march(client)
    page = text(client, MARCH)
    closed = ClosedMonth.objects.get()
    assert closed.checksum in page
    assert "All closed months are unchanged" in text(client, f"{PORVOO}check/")
    answer = client.get(f"{MARCH}file/csv/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="porvoo-2024-03.csv"'
    assert answer.content.decode().startswith(f"{BOM}municipality;")
    sheets = load_workbook(BytesIO(client.get(f"{MARCH}file/xlsx/").content)).sheetnames
    assert {"Figures", "Income", "Accounts"} <= set(sheets)
    assert client.get(f"{MARCH}file/pdf/").content.startswith(b"%PDF")
    page = text(client, MARCH)
    for file in MonthFile.objects.all():
        assert file.sha256 in page
        assert client.get(f"/staff/months/file/{file.pk}/").content == bytes(file.content)
    assert AuditEntry.objects.filter(action="download month file").count() == 6


def test_a_month_with_something_open_needs_a_note(network: None) -> None:
    suspend(IN_MARCH, "porvoo", 90)
    client = sign_in(hire("finance", "porvoo"))
    page = text(client, f"{MARCH}close/")
    assert "Money that nobody can explain yet" in page
    answer = client.post(f"{MARCH}close/", {"note": " "})
    assert answer.status_code == 422
    assert "Write why the month can be closed all the same" in answer.content.decode()
    assert not ClosedMonth.objects.exists()
    client.post(f"{MARCH}close/", {"note": "The bank asks"})
    assert ClosedMonth.objects.get().note == "The bank asks"


def test_what_waits_is_listed_with_its_reason(world: World) -> None:
    payment_id = pay_with_trouble(world)
    client = sign_in(hire("finance", "porvoo"))
    month = f"{world.now:%Y-%m}"
    page = text(client, f"{PORVOO}{month}/")
    assert "Open: what waits, and why" in page
    assert f"/staff/payments/{payment_id}/" in page
    assert "The month goes on" in page


def test_the_coordinator_reads_and_closes_nothing(network: None) -> None:
    make_march()
    coordinator = sign_in(hire("coordinator", "porvoo"))
    page = text(coordinator, "/staff/months/")
    assert "Sipoo" in page
    assert "To close: 3/2024" in page
    assert "own finance closes this month next" in text(coordinator, MARCH)
    assert coordinator.get(f"{MARCH}close/").status_code == 404
    assert coordinator.post(f"{MARCH}close/", {"note": "x"}).status_code == 404
    assert not ClosedMonth.objects.exists()
    assert AuditEntry.objects.filter(action="close month refused").count() == 2
    close_march(sign_in(hire("finance", "porvoo")))
    assert coordinator.get(f"{MARCH}file/csv/").status_code == 200
    values = coordinator.get(f"{PORVOO}columns/sap/").context["form"].initial
    assert coordinator.post(f"{PORVOO}columns/sap/", {**values, "save": "1"}).status_code == 404
    assert not ColumnMap.objects.exists()


@pytest.mark.parametrize("path", [PORVOO, MARCH, f"{MARCH}close/", f"{MARCH}file/csv/", f"{PORVOO}check/"])
def test_the_books_of_others_are_as_if_there_were_none(network: None, path: str) -> None:
    make_march()
    close_march(sign_in(hire("finance", "porvoo")))
    for employee in (hire("finance", "sipoo"), hire("library_desk", "porvoo")):
        client = sign_in(employee)
        assert client.get(path).status_code == 404
        refused = AuditEntry.objects.filter(actor=f"staff:{employee.pk}", action__endswith="refused")
        assert refused.exists()


def test_pages_of_nothing(network: None) -> None:
    client = sign_in(hire("finance", "porvoo"))
    assert "No entries yet" in text(client, PORVOO)
    assert "No month is closed yet" in text(client, f"{PORVOO}check/")
    assert "An earlier month must be closed first" in text(client, MARCH)
    for path in (f"{PORVOO}2024-13/", "/staff/months/nowhere/", f"{MARCH}file/csv/", "/staff/months/file/1/"):
        assert client.get(path).status_code == 404
    assert "No books for you to see" in text(sign_in(hire("library_desk", "sipoo")), "/staff/months/")


FILLED = {
    "provider =": "provider = 1790",
    "unregistered =": "unregistered = 2590",
    "bank =": "bank = 1910",
    "vat =": "vat = 2939",
    "owed_to =": "owed_to = 2560",
    "provider_fees =": "provider_fees = 4470; 4420",
    "suspense =": "suspense = 2599",
}


def fill_in(accounts: str) -> str:
    return "\n".join(FILLED.get(one, one) for one in accounts.splitlines())


@pytest.mark.parametrize("kind", ["procountor", "sap"])
def test_a_column_map_is_proposed_previewed_saved_and_taken_back(network: None, kind: str) -> None:
    make_march()
    client = sign_in(hire("finance", "porvoo"))
    close_march(client)
    path = f"{PORVOO}columns/{kind}/"
    answer = client.get(f"{MARCH}file/{kind}/", follow=True)
    assert answer.redirect_chain[-1][0] == f"{path}?month=2024-03"
    page = answer.content.decode()
    assert "Say first how your accounting system wants the file" in page
    assert "Line 1: Write your own account after provider =" in page
    values = {name: value for name, value in answer.context["form"].initial.items() if value is not False}
    answer = client.post(path, {**values, "save": "1"})
    assert answer.status_code == 422
    assert not ColumnMap.objects.exists()
    values["accounts"] = fill_in(values["accounts"])
    answer = client.post(path, {**values, "preview": "1"})
    assert "Preview with the figures of 3/2024" in answer.content.decode()
    assert "1790" in "".join(answer.context["lines"])
    assert not ColumnMap.objects.exists()
    client.post(path, {**values, "save": "1"})
    client.post(path, {**values, "save": "1"})
    first = ColumnMap.objects.get()
    made = client.get(f"{MARCH}file/{kind}/").content
    client.post(path, {**values, "row_text": "Kirjasto {month}", "save": "1"})
    second = ColumnMap.objects.latest("pk")
    other = client.get(f"{MARCH}file/{kind}/").content
    assert (b"Kirjasto 2024-03" in other, b"Kirjasto" in made) == (True, False)
    client.post(path, {"restore": str(first.pk)})
    third = ColumnMap.objects.latest("pk")
    assert third.pk > second.pk
    assert client.get(f"{MARCH}file/{kind}/").content == made
    assert MonthFile.objects.filter(kind=kind).count() == 3
    kept = MonthFile.objects.get(column_map=second)
    assert client.get(f"/staff/months/file/{kept.pk}/").content == other


def test_fixed_shares_are_shown_and_sum_exactly(world: World) -> None:
    """By the key 5 : 2 : 3; what is shown is what the ledger has."""
    fees = [make_fee(100 + number, cents, "PRV/PK", "ILL") for number, cents in enumerate((801, 801, 333))]
    payment_id = pay_and_register(world, *fees, make_fee(199, 115))
    month = f"{world.now:%Y-%m}"
    client = sign_in(hire("finance", "porvoo"))
    page = text(client, f"/staff/payments/{payment_id}/")
    assert page.count("Fixed shares of fee") == 3
    # 801 cents: 400.5, 160.2 and 240.3; the one cent that is left goes to the largest remainder.
    assert "€4.01" in page
    page = text(client, f"{PORVOO}{month}/")
    assert "Fixed shares: ILL (en), account 3120" in page
    assert "3 fees were split one by one" in page
    seen = look_at_month(Municipality.objects.get(slug="porvoo"), Month.from_text(month))
    (shared,) = seen.shared
    assert (shared.net.cents, shared.count) == (1935, 3)
    assert sum(part.booked.cents for part in shared.parts) == 1935
    assert sum(part.rounding_cents for part in shared.parts) == 0
    booked = {part.member: part.booked for part in shared.parts if part.member != "porvoo"}
    assert booked == seen.book.owed_to_members()
    assert booked == {"sipoo": Money(387), "raasepori": Money(580)}


def test_a_row_that_does_not_agree_is_on_the_checklist(network: None) -> None:
    make_march()
    municipality = Municipality.objects.get(slug="porvoo")
    values: dict[str, Any] = {
        "municipality": municipality,
        "kind": "payment",
        "reported_cents": 100,
        "first_seen_at": IN_MARCH,
    }
    values |= {"changed_at": IN_MARCH, "row_class": "missing_here"}
    for subject, day in (("in", 31), ("after", 1)):
        Item.objects.create(**values, subject=subject, happened_on=date(2024, 3 + (day == 1), day))
    seen = look_at_month(municipality, Month(2024, 3))
    assert [(one.check, one.count) for one in checklist(seen) if one.is_open] == [(Check.ROWS, 1)]
    Item.objects.update(cleared_at=IN_APRIL, cleared_note="Seen", cleared_by="x")
    assert not any(one.is_open for one in checklist(seen))
