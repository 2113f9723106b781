"""A library system that settles whatever it likes: the patron pays everything, or nothing here."""

from collections.abc import Iterator

import pytest
from django.test import Client

from tests.libraries import SIP2_SITES, Sip2Side
from tests.world import World, make_fee, make_patron, running_world
from torget.payments.checkout.models import Payment


@pytest.fixture
def world(committed_db: None) -> Iterator[World]:
    with running_world(Sip2Side(site=SIP2_SITES[1])) as running:
        yield running


def _signed_in(world: World) -> Client:
    patron = make_patron(1, make_fee(11, 255), make_fee(12, 115))
    world.add(patron)
    client = Client()
    client.post("/", {"card_number": patron.card_number, "pin": patron.pin})
    return client


def test_the_check_page_has_all_fees_whatever_was_ticked(world: World) -> None:
    page = _signed_in(world).get("/fees/check/", {"fee": "12"})
    assert page.context["references"] == ["11", "12"]


def test_a_part_cannot_be_paid(world: World) -> None:
    client = _signed_in(world)
    client.post("/fees/pay/", {"chosen": "12|115", "email": ""})
    assert not Payment.objects.exists()
    client.post("/fees/pay/", {"chosen": ["11|255", "12|115"], "email": ""})
    assert Payment.objects.get().amount_cents == 370
