"""Find a payment by what a patron or a bank statement says."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.database.staff import hire, pay, sign_in
from tests.world import World, make_fee
from torget.foundation.audit.models import AuditEntry
from torget.foundation.core.money import Money
from torget.foundation.core.reference_number import normal_reference, rf_reference
from torget.payments.checkout.models import Payment
from torget.payments.web.staff.search import read_amount


def search(client: Client, **criteria: Any) -> list[int]:
    page = client.post("/staff/search/", criteria, follow=True)
    assert page.status_code == 200, page.content.decode()
    return [row.id for row in page.context["rows"]]


def test_by_card_reference_amount_date_and_state(world: World) -> None:
    first = pay(world, make_fee(11, 115))
    second = pay(world, make_fee(21, 435), patron_id=2)
    # Payments have the sandboxes' time, which is another day than the one on which the test runs.
    dates = {
        "first_day": "24",
        "first_month": "11",
        "first_year": "2026",
        "last_day": "24",
        "last_month": "11",
        "last_year": "2026",
    }
    payment = Payment.objects.get(id=first)
    client = sign_in(hire("finance", "porvoo"))
    assert search(client, find=payment.card_number) == [first]
    assert search(client, find=payment.reference) == [first]
    assert search(client, find=rf_reference(payment.reference)) == [first]
    spaced = " ".join(rf_reference(payment.reference)[place : place + 4] for place in range(0, 24, 4))
    assert search(client, find=spaced.lower()) == [first]
    assert search(client, amount="4,35 €", **dates) == [second]
    assert sorted(search(client, **dates)) == [first, second]
    assert sorted(search(client, state="paid", **dates)) == [first, second]
    assert search(client, state="registered", **dates) == []
    before = {**dates, "first_day": "1", "last_day": "23"}
    assert search(client, **before) == []
    assert search(client, find=payment.card_number, amount="4,35") == []


def test_quick_search_knows_an_amount_from_a_number(world: World) -> None:
    payment_id = pay(world, make_fee(11, 115))
    client = sign_in(hire("finance", "porvoo"))
    page = client.post("/staff/search/", {"quick": "1", "find": Payment.objects.get().card_number}, follow=True)
    assert [row.id for row in page.context["rows"]] == [payment_id]
    page = client.post("/staff/search/", {"quick": "1", "find": "1,15"}, follow=True)
    assert page.context["form"].data == {"amount": "1,15"}


@pytest.mark.usefixtures("world")
def test_nothing_is_listed_until_something_is_asked() -> None:
    client = sign_in(hire("operator"))
    assert "rows" not in client.get("/staff/search/").context
    assert client.post("/staff/search/", {}).status_code == 422
    assert client.post("/staff/search/", {"amount": "four"}).status_code == 422
    assert not AuditEntry.objects.filter(action="search payments").exists()


def test_the_audit_says_by_what_and_what_was_shown_without_the_card(world: World) -> None:
    payment_id = pay(world)
    client = sign_in(hire("operator"))
    card = Payment.objects.get().card_number
    search(client, find=card)
    entry = AuditEntry.objects.get(action="search payments")
    assert entry.detail == {"by": ["find"], "payments": [payment_id]}
    assert card not in str(entry.__dict__)


def test_the_queries_do_not_grow_with_the_rows(world: World) -> None:
    client = sign_in(hire("operator"))
    counts = []
    for patron_id in (1, 2, 3):
        pay(world, patron_id=patron_id)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(search(client, state="paid", first_day="1", first_month="1", first_year="2026")) == patron_id
        counts.append(len(queries))
    assert counts[0] == counts[2]


@pytest.mark.parametrize(
    ("text", "bare"),
    [("1 2344", "12344"), ("000012344", "12344"), ("12345", ""), ("", ""), ("RF", ""), ("RF00 1234 4", "")],
)
def test_references_as_people_write_them(text: str, bare: str) -> None:
    assert normal_reference(text) == bare


@pytest.mark.parametrize("text", ["1240,50", "1 240,50", "1240.50 €", "1\u00a0240,50\u00a0€"])
def test_amounts_as_people_write_them(text: str) -> None:
    assert read_amount(text) == Money(124050)
