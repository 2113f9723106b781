"""Costs of the service itself: what each member pays, who enters them, and how one is taken back."""

import io
import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pikepdf
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.database.books import line, sell
from tests.database.staff import access_of, hire, sign_in
from tests.network import make_network
from torget.foundation.audit.models import AuditEntry
from torget.foundation.cooperations.models import Cooperation, Membership
from torget.foundation.core.money import Money
from torget.foundation.people.access import Access
from torget.foundation.people.models import Employee
from torget.payments.closing.cost_report import cost_file
from torget.payments.closing.files import FileKind
from torget.payments.closing.models import SharedCost
from torget.payments.closing.shared_costs import (
    AlreadyTakenBack,
    CostWish,
    MayNotShare,
    NothingToShareBy,
    SharesChanged,
    cooperations_of,
    enter_cost,
    shares_by_key,
    take_back_cost,
)

AT = datetime(2024, 5, 2, 9, tzinfo=UTC)
WEIGHTS = {"porvoo": 51_000, "sipoo": 22_000, "raasepori": 27_000, "hanko": 8_000}
COSTS = "/staff/shared-costs/helle/"


@pytest.fixture
def coordinator(committed_db: None) -> Access:
    make_network()
    for slug, weight in WEIGHTS.items():
        Membership.objects.filter(municipality__slug=slug).update(cost_share=weight)
    return access_of(hire("coordinator", "porvoo"))


def wish(**changes: Any) -> CostWish:
    made = CostWish(
        cooperation=Cooperation.objects.get(),
        description="Hosting",
        amount=Money(100_001),
        first_day=date(2024, 1, 1),
        last_day=date(2024, 3, 31),
        key=SharedCost.Key.COST_SHARE,
    )
    return replace(made, **changes)


def enter(access: Access, **changes: Any) -> SharedCost:
    made = wish(**changes)
    return enter_cost(wish=made, seen_shares=shares_by_key(made), access=access, at=AT)


def test_a_cost_by_each_key(coordinator: Access) -> None:
    by_share = enter(coordinator)
    assert by_share.shares == WEIGHTS
    assert by_share.parts == {"porvoo": 47_223, "sipoo": 20_371, "raasepori": 25_000, "hanko": 7_407}
    equal = enter(coordinator, key=SharedCost.Key.EQUAL)
    assert sorted(equal.parts.values()) == [25_000, 25_000, 25_000, 25_001]
    for slug, count in (("porvoo", 3), ("sipoo", 1)):
        for _ in range(count):
            sell(datetime(2024, 3, 31, 20, 59, tzinfo=UTC), line(slug, 100))
    sell(datetime(2024, 3, 31, 21, 0, tzinfo=UTC), line("hanko", 100))
    by_payments = enter(coordinator, key=SharedCost.Key.PAYMENTS, amount=Money(1000))
    assert by_payments.parts == {"porvoo": 750, "sipoo": 250, "raasepori": 0, "hanko": 0}
    assert AuditEntry.objects.filter(action="enter shared cost").count() == 3


def test_a_key_by_which_nobody_pays(coordinator: Access) -> None:
    with pytest.raises(NothingToShareBy):
        enter(coordinator, key=SharedCost.Key.PAYMENTS)


def test_shares_that_changed_since_they_were_seen(coordinator: Access) -> None:
    seen = shares_by_key(wish())
    Membership.objects.filter(municipality__slug="hanko").update(cost_share=1)
    with pytest.raises(SharesChanged):
        enter_cost(wish=wish(), seen_shares=seen, access=coordinator, at=AT)
    assert not SharedCost.objects.exists()


def test_only_the_coordinator_enters_and_takes_back(coordinator: Access) -> None:
    cost = enter(coordinator)
    for kind, slug in (("finance", "porvoo"), ("coordinator", "sipoo"), ("operator", None)):
        other = access_of(hire(kind, slug))
        with pytest.raises(MayNotShare):
            enter(other)
        with pytest.raises(MayNotShare):
            take_back_cost(cost=cost, why="x", access=other, at=AT)
    assert not cooperations_of(access_of(hire("library_desk", "porvoo"))).exists()
    assert not cooperations_of(access_of(hire("coordinator", "hanko"))).exists()


def test_a_cost_is_taken_back_once(coordinator: Access) -> None:
    cost = enter(coordinator)
    outcomes: list[str] = []
    start = threading.Barrier(3)

    def press() -> None:
        start.wait(10)
        try:
            take_back_cost(cost=cost, why="Twice", access=coordinator, at=AT)
            outcomes.append("done")
        except AlreadyTakenBack:
            outcomes.append("already")
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["already", "already", "done"]
    reversal = SharedCost.objects.get(reverses=cost)
    assert {slug: cents + cost.parts[slug] for slug, cents in reversal.parts.items()} == dict.fromkeys(WEIGHTS, 0)
    with pytest.raises(AlreadyTakenBack):
        take_back_cost(cost=reversal, why="No", access=coordinator, at=AT)


def test_the_database_keeps_the_sums(coordinator: Access) -> None:
    cost = enter(coordinator)
    row = {
        "cooperation": cost.cooperation,
        "description": "x",
        "first_day": cost.first_day,
        "last_day": cost.last_day,
        "key": "equal",
        "shares": {"porvoo": 1, "sipoo": 1},
        "created_at": AT,
        "created_by": "x",
    }
    with pytest.raises(DatabaseError, match="do not sum"), transaction.atomic():
        SharedCost.objects.create(**row, amount_cents=3, parts={"porvoo": 1, "sipoo": 1})
    other_way = {slug: -cents for slug, cents in cost.parts.items()}
    moved = other_way | {"porvoo": other_way["porvoo"] - 1, "sipoo": other_way["sipoo"] + 1}
    with pytest.raises(DatabaseError, match="exactly"), transaction.atomic():
        SharedCost.objects.create(**row, amount_cents=-cost.amount_cents, parts=moved, reverses=cost)
    for order in (SharedCost.objects.update, SharedCost.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            order(**({"description": "y"} if order == SharedCost.objects.update else {}))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cents=st.lists(st.integers(1, 10**9), min_size=1, max_size=4), key=st.sampled_from(["cost_share", "equal"]))
def test_every_invoice_basis_sums_to_the_costs(coordinator: Access, cents: list[int], key: str) -> None:
    with transaction.atomic():
        costs = [enter(coordinator, amount=Money(one), key=SharedCost.Key(key)) for one in cents]
        assert all(sum(cost.parts.values()) == cost.amount_cents for cost in costs)
        sheet = load_workbook(io.BytesIO(cost_file(costs[0].cooperation, 2024, FileKind.XLSX, "fi"))).worksheets[0]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        invoiced = [round(float(str(row[1])) * 100) for row in rows]
        assert sum(invoiced[:-1]) == invoiced[-1] == sum(cents)
        transaction.set_rollback(True)


def test_files_are_the_same_when_made_again(coordinator: Access) -> None:
    cost = enter(coordinator)
    take_back_cost(cost=cost, why="Wrong", access=coordinator, at=AT)
    for kind in (FileKind.CSV, FileKind.XLSX, FileKind.PDF):
        for language in ("sv", "fi", "en"):
            made = cost_file(cost.cooperation, 2024, kind, language)
            assert made == cost_file(cost.cooperation, 2024, kind, language)
    with pikepdf.open(io.BytesIO(cost_file(cost.cooperation, 2024, FileKind.PDF, "sv"))) as pdf:
        assert pdf.Root.MarkInfo.Marked
    lines = cost_file(cost.cooperation, 2024, FileKind.CSV, "fi").decode("utf-8-sig").splitlines()
    assert lines[1].endswith(";hanko;8000;108000;74,07")
    assert len(lines) == 9


FORM = {
    "description": "Ylläpito 1/2024",
    "amount": "1 000,01",
    "first_day_day": "1",
    "first_day_month": "1",
    "first_day_year": "2024",
    "last_day_day": "31",
    "last_day_month": "3",
    "last_day_year": "2024",
    "key": "cost_share",
}


def hidden(answer: Any) -> dict[str, str]:
    return {**dict(answer.context["hidden"]), "shares": answer.context["shares"]}


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


def test_the_coordinator_sees_the_parts_before_saving(coordinator: Access) -> None:
    client = sign_in(Employee.objects.get(pk=coordinator.employee_id))
    assert client.get("/staff/shared-costs/").headers["Location"] == COSTS
    assert "No costs yet" in text(client, COSTS)
    answer = client.post(f"{COSTS}new/", {**FORM, "amount": "0", "description": "", "last_day_year": "2023"})
    assert answer.status_code == 422
    for problem in ("Write the amount", "Write what the cost is for", "The last day is before the first"):
        assert problem in answer.content.decode()
    answer = client.post(f"{COSTS}new/", FORM)
    assert "€472.23" in answer.content.decode()
    assert not SharedCost.objects.exists()
    values = hidden(answer)
    answer = client.post(f"{COSTS}new/", {**values, "change": "1"})
    assert 'value="1 000,01"' in answer.content.decode()
    Membership.objects.filter(municipality__slug="hanko").update(cost_share=9_000)
    answer = client.post(f"{COSTS}new/", {**values, "confirmed": "1"})
    assert "The shares have changed since you looked" in answer.content.decode()
    assert not SharedCost.objects.exists()
    answer = client.post(f"{COSTS}new/", {**hidden(answer), "confirmed": "1"}, follow=True)
    assert "The cost is entered" in answer.content.decode()
    cost = SharedCost.objects.get()
    answer = client.post(f"{COSTS}{cost.pk}/take-back/", {"why": ""})
    assert answer.status_code == 422
    client.post(f"{COSTS}{cost.pk}/take-back/", {"why": "Wrong sum"})
    answer = client.post(f"{COSTS}{cost.pk}/take-back/", {"why": "Again"}, follow=True)
    assert "has been taken back already" in answer.content.decode()
    assert SharedCost.objects.count() == 2
    assert "Taken back" in text(client, COSTS)


def test_members_see_their_invoice_basis_and_enter_nothing(coordinator: Access) -> None:
    cost = enter(coordinator)
    member = sign_in(hire("finance", "sipoo"))
    page = text(member, COSTS)
    assert "€203.71" in page
    assert "Enter a cost" not in page
    assert "Take the cost back" not in text(member, f"{COSTS}{cost.pk}/")
    for kind in ("csv", "xlsx", "pdf"):
        assert member.get(f"{COSTS}2024/file/{kind}/").status_code == 200
    for path in (f"{COSTS}new/", f"{COSTS}{cost.pk}/take-back/", f"{COSTS}2023/file/csv/", f"{COSTS}2024/file/sap/"):
        assert member.get(path).status_code == 404
    desk = sign_in(hire("library_desk", "sipoo"))
    assert desk.get(COSTS).status_code == 404
    assert "No shared costs for you to see" in text(desk, "/staff/shared-costs/")
