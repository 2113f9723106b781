"""Settlements fetched from the provider over real HTTP, of ordinary accounts and of the parts of an aggregate."""

from datetime import timedelta

import httpx
import pytest

from tests.database.settling import fetch, waiting_reports, web_over_http
from tests.database.staff import pay_and_register
from tests.world import World, make_fee
from torget.payments.checkout.models import Payment
from torget.payments.settlement.fetch import TRIES_MAX, fetch_everything, order_due_reports
from torget.payments.settlement.models import ReportOrder, SettlementFile, SettlementRecord

pytestmark = pytest.mark.usefixtures("settlement_folder")


def pay_everywhere(world: World) -> list[Payment]:
    """One payment to Raasepori's own account, and one of Porvoo and Sipoo together under the aggregate."""
    own = pay_and_register(world, make_fee(11, 115, "RAS/PK"), patron_id=1)
    both = pay_and_register(world, make_fee(21, 250, "PRV/PK"), make_fee(22, 430, "SIP/PK"), patron_id=2)
    return [Payment.objects.get(pk=own), Payment.objects.get(pk=both)]


def test_what_was_settled_comes_and_says_whose_it_is(world: World) -> None:
    own, both = pay_everywhere(world)
    world.wait(days=2)
    fetch(world)
    rows = SettlementRecord.objects.order_by("amount_cents").values_list("stamp", "amount_cents", "sub_merchant")
    assert list(rows) == [
        (str(own.token), 115, ""),
        (str(both.token), 250, "695874"),
        (str(both.token), 430, "695875"),
    ]
    files = SettlementFile.objects.order_by("municipality__slug").values_list("municipality__slug", "channel", "state")
    assert list(files) == [(slug, "pushed", "read") for slug in ("porvoo", "raasepori", "sipoo")]
    assert not ReportOrder.objects.filter(file=None).exists()
    assert not ReportOrder.objects.filter(next_at__isnull=False).exists()


def test_fetching_again_changes_nothing(world: World) -> None:
    pay_everywhere(world)
    world.wait(days=2)
    fetch(world)
    fetch(world)
    assert (SettlementFile.objects.count(), SettlementRecord.objects.count(), ReportOrder.objects.count()) == (3, 3, 3)


def test_a_report_that_comes_twice_is_taken_once(world: World) -> None:
    pay_everywhere(world)
    world.wait(days=2)
    with web_over_http(world) as deliver:
        fetch_everything(clock=world.clock)
        (sent, *_rest) = waiting_reports(world)
        assert set(deliver()) == {200}
        again = httpx.post(sent.url, headers=dict(sent.headers), content=sent.body, trust_env=False)
        assert again.status_code == 200
    assert SettlementFile.objects.count() == 3


def test_a_report_that_is_not_the_providers_is_not_believed(world: World) -> None:
    pay_everywhere(world)
    world.wait(days=2)
    with web_over_http(world):
        fetch_everything(clock=world.clock)
        (sent, *_rest) = waiting_reports(world)
        for url, headers, body in (
            (sent.url, dict(sent.headers), sent.body + b" "),
            (sent.url, {**sent.headers, "checkout-account": "375918"}, sent.body),
            (sent.url, {"content-type": "text/csv"}, sent.body),
            (sent.url[:-5] + "0000/", dict(sent.headers), sent.body),
        ):
            assert httpx.post(url, headers=headers, content=body, trust_env=False).status_code == 400
    assert not SettlementFile.objects.exists()
    assert ReportOrder.objects.filter(file=None).count() == 3


def test_a_report_that_never_comes_is_ordered_again_and_not_for_ever(world: World) -> None:
    pay_everywhere(world)
    world.wait(days=2)
    assert fetch_everything(clock=world.clock) == {}
    assert order_due_reports(clock=world.clock) == 0
    for _ in range(TRIES_MAX + 3):
        world.now += timedelta(hours=13)
        order_due_reports(clock=world.clock)
    assert set(ReportOrder.objects.values_list("tries", "next_at")) == {(TRIES_MAX, None)}


def test_a_provider_that_is_down_is_told_and_asked_again(world: World) -> None:
    pay_everywhere(world)
    world.wait(days=2)
    world.paytrail.knobs.turn(outage={"kind": "error_500", "on": "any", "count": 1})
    (trouble,) = fetch_everything(clock=world.clock).values()
    assert "500" in trouble
    fetch(world)
    assert SettlementRecord.objects.count() == 3


def test_a_refused_order_is_told(world: World) -> None:
    pay_everywhere(world)
    world.wait(days=2)
    world.paytrail.knobs.turn(outage={"kind": "error_500", "on": "settlement_report", "count": 1})
    fetch_everything(clock=world.clock)
    assert ReportOrder.objects.exclude(trouble="").count() == 1
    world.now += timedelta(hours=3)
    fetch(world)
    assert SettlementRecord.objects.count() == 3
