"""Each figure against the same figure counted anew in plain Python over all rows."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from statistics import median_low
from typing import Any

import pytest
from django.db import connection

from tests.database.books import line, refund, sell, suspend
from tests.database.staff import access_of, hire, pay, pay_and_register, pay_with_trouble
from tests.network import make_network
from tests.world import World, make_fee, make_patron
from torget.foundation.cooperations.models import Municipality
from torget.payments.checkout.models import Payment, PaymentEvent, PaymentLine
from torget.payments.core.months import HELSINKI, monday_of
from torget.payments.ledger.models import Posting
from torget.payments.web.books import figures
from torget.payments.web.books.figures import (
    completed,
    income,
    income_entries,
    slowest_payments,
    times_to_register,
)
from torget.payments.web.books.period import Period, Step, days
from torget.payments.web.staff.visible import visible_municipalities
from torget.payments.web.staff.waiting import waiting_rows

AUTUMN = days(date(2026, 9, 2), date(2026, 11, 27))


@pytest.fixture
def network(committed_db: None) -> None:
    make_network()


def ids(*slugs: str) -> list[int]:
    return [Municipality.objects.get(slug=slug).pk for slug in slugs]


def start_of(at: datetime, step: Step) -> date:
    local = at.astimezone(HELSINKI).date()
    return monday_of(local) if step is Step.WEEK else local.replace(day=1)


def fill_the_books(seed: int) -> None:
    """Sales, refunds, shares, VAT and what is no income, in and around the autumn, also in the minutes of midnight."""
    chance = random.Random(seed)
    for _ in range(60):
        at = datetime(2026, 8, 20, tzinfo=UTC) + timedelta(minutes=chance.randrange(110 * 24 * 60))
        if chance.random() < 0.2:
            at = at.replace(hour=chance.choice([20, 21, 22, 23]), minute=59, second=59)
        slug = chance.choice(["porvoo", "sipoo", "raasepori"])
        cents = chance.randrange(1, 5000)
        sold = chance.choice(
            [
                line(slug, cents),
                line(slug, cents, "3300", 255),
                line("porvoo", cents, "3120", shares={"porvoo": 5, "sipoo": 2, "raasepori": 3}),
            ]
        )
        sell(at, sold, registered_at=at + timedelta(minutes=1) if chance.random() < 0.9 else None)
        if chance.random() < 0.3:
            refund(at + timedelta(days=2), sold)
        if chance.random() < 0.1:
            refund(at + timedelta(days=1), line(slug, cents), was_registered=False)
    suspend(datetime(2026, 10, 1, tzinfo=UTC), "porvoo", 4711)


def income_by_hand(period: Period, step: Step) -> dict[int, dict[date, dict[str, int]]]:
    found: dict[int, dict[date, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    kinds = {"income": "net", "vat": "vat", "owed_to": "for_others"}
    for posting in Posting.objects.select_related("entry"):
        entry = posting.entry
        kind = kinds.get(posting.account.split(":")[0])
        if kind and period.first <= entry.happened_at.astimezone(HELSINKI).date() <= period.last:
            place = found[entry.municipality_id][start_of(entry.happened_at, step)]
            place[kind] -= posting.amount_cents
            place["gross"] -= posting.amount_cents
            place["refunded"] -= posting.amount_cents if entry.kind == "refunded" else 0
    return found


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize("step", list(Step))
def test_income_is_what_the_books_say(step: Step) -> None:
    fill_the_books(seed=7)
    own = ids("porvoo", "sipoo", "raasepori")
    found = income(own, AUTUMN, step)
    by_hand = income_by_hand(AUTUMN, step)
    names = ("gross", "net", "vat", "for_others", "refunded")
    assert {
        (municipality, start): tuple(getattr(one, name) for name in names)
        for municipality, by_start in found.items()
        for start, one in by_start.items()
    } == {
        (municipality, start): tuple(sums[name] for name in names)
        for municipality, by_start in by_hand.items()
        for start, sums in by_start.items()
    }
    assert any(one.for_others for one in found[ids("porvoo")[0]].values())
    assert any(one.vat for by_start in found.values() for one in by_start.values())


@pytest.mark.usefixtures("network")
def test_income_of_one_municipality_holds_nothing_of_others() -> None:
    fill_the_books(seed=8)
    (porvoo,) = ids("porvoo")
    assert set(income([porvoo], AUTUMN, Step.WEEK)) == {porvoo}
    assert income(ids("hanko"), AUTUMN, Step.WEEK) == {}
    assert income([], AUTUMN, Step.WEEK) == {}


@pytest.mark.usefixtures("network")
def test_the_entries_behind_the_income_sum_to_it() -> None:
    fill_the_books(seed=9)
    own = ids("porvoo", "sipoo", "raasepori")
    entries = income_entries(own, AUTUMN, 1000)
    whole = sum(one.gross for by_start in income(own, AUTUMN, Step.MONTH).values() for one in by_start.values())
    assert sum(entry.cents for entry in entries) == whole
    assert [entry.at for entry in entries] == sorted((entry.at for entry in entries), reverse=True)
    assert {entry.kind for entry in entries} == {"registered", "refunded"}
    assert len(income_entries(own, AUTUMN, 3)) == 3


def percentile(spans: list[timedelta], share: float) -> timedelta:
    """The smallest span that at least this share of them do not exceed."""
    ordered = sorted(spans)
    return next(span for place, span in enumerate(ordered, 1) if place >= share * len(ordered))


def test_times_are_those_of_the_event_rows(world: World) -> None:
    for number in range(1, 8):
        payment_id = pay(world, make_fee(number * 10, 100 + number), patron_id=number)
        world.wait(seconds=number * number * 7)
        world.work()
        assert Payment.objects.get(id=payment_id).registered_at
        world.wait(days=2)
    unregistered = pay_with_trouble(world, make_fee(990, 777), patron_id=99)
    period = days(date(2026, 11, 24), date(2026, 12, 31))
    found = times_to_register(ids("porvoo"), period, Step.WEEK)

    spans: dict[date | None, list[timedelta]] = defaultdict(list)
    events = PaymentEvent.objects.order_by("id")
    paid = {event.payment_id: event.at for event in events if event.event == "provider_paid"}
    booked = {event.payment_id: event.at for event in events if event.event == "booked"}
    for payment_id, at in paid.items():
        if payment_id in booked:
            for start in (start_of(at, Step.WEEK), None):
                spans[start].append(booked[payment_id] - at)
    for start, of_week in spans.items():
        assert found[start].median == median_low(of_week)
        assert found[start].slow == percentile(of_week, 0.95)
        assert found[start].registered == len(of_week)
    assert found[None].paid == 8
    assert found[None].registered == 7
    slowest = slowest_payments(ids("porvoo"), period, 100)
    assert slowest[0].payment_id == unregistered
    assert [one.payment_id for one in slowest[1:]] == sorted(booked, key=lambda one: paid[one] - booked[one])
    assert times_to_register(ids("raasepori"), period, Step.WEEK)[None].paid == 0


def test_a_fee_counts_once_however_often_it_is_tried(world: World) -> None:
    """Given up, tried again and paid: one fee, paid; another only given up: one fee, not paid."""
    patron = make_patron(5, make_fee(51, 250), make_fee(52, 330), make_fee(53, 700, "RAS/PK"))
    world.add(patron)
    (first,) = world.start(patron, 51).payment_ids
    url = world.at_provider(first, "cancel")
    assert url
    world.come_back(url)
    world.wait(days=8)
    (second,) = world.start(patron, 51).payment_ids
    url = world.at_provider(second, "pay")
    assert url
    world.come_back(url)
    world.start(patron, 52)
    world.start(patron, 53)
    period = days(date(2026, 11, 20), date(2026, 12, 31))
    found = completed(ids("porvoo"), period, Step.WEEK)

    fees: dict[str, list[Payment]] = defaultdict(list)
    for one in PaymentLine.objects.select_related("payment").filter(payee__slug="porvoo"):
        fees[one.fee_reference].append(one.payment)
    firsts = {fee: min(payment.created_at for payment in payments) for fee, payments in fees.items()}
    assert {start: one.fees for start, one in found.items()} == {
        start: sum(1 for at in firsts.values() if start_of(at, Step.WEEK) == start)
        for start in {start_of(at, Step.WEEK) for at in firsts.values()}
    }
    assert sum(one.cents for one in found.values()) == 250 + 330
    assert sum(one.paid_cents for one in found.values()) == 250
    assert sum(one.paid_fees for one in found.values()) == 1
    assert sum(one.cents for one in completed(ids("raasepori"), period, Step.WEEK).values()) == 700


def test_what_waits_by_reason_and_age(world: World) -> None:
    pay_and_register(world, patron_id=1)
    young = pay_with_trouble(world, make_fee(21, 100), patron_id=2)
    old = pay_with_trouble(world, make_fee(31, 250), patron_id=3)
    now = Payment.objects.get(id=young).changed_at + timedelta(hours=1)
    Payment.objects.filter(id=old).update(changed_at=now - timedelta(days=7))
    (row,) = waiting_rows(access_of(hire("finance", "porvoo")), now)
    assert (row.counts, row.cents, row.oldest) == ((1, 0, 1), 350, now - timedelta(days=7))
    assert row.url == "/staff/work-list/?reason=patron_not_found"
    assert waiting_rows(access_of(hire("finance", "raasepori")), now) == []
    (of_porvoo,) = waiting_rows(access_of(hire("operator")), now, slug="porvoo", municipality_id=ids("porvoo")[0])
    assert of_porvoo.count == 2


@pytest.mark.usefixtures("network")
def test_who_sees_the_figures_of_whom() -> None:
    def slugs(kind: str, slug: str | None) -> set[str]:
        return {one.slug for one in visible_municipalities(access_of(hire(kind, slug)), "fi")}

    assert slugs("finance", "sipoo") == {"sipoo"}
    assert slugs("library_desk", "hanko") == {"hanko"}
    assert slugs("coordinator", "porvoo") == {"porvoo", "sipoo", "raasepori", "hanko"}
    assert slugs("operator", None) == {"porvoo", "sipoo", "raasepori", "hanko"}


@pytest.mark.usefixtures("network")
def test_no_figure_reads_a_whole_table() -> None:
    """With many rows outside the period, every table is found by an index."""
    values: dict[str, Any] = {
        "municipalities": ids("porvoo"),
        "since": AUTUMN.starts_at,
        "until": AUTUMN.ends_at,
        "step": "week",
        "limit": 50,
    }
    steps = figures._STEPS
    queries = (figures._INCOME, steps + figures._TIMES, figures._COMPLETED, figures._ENTRIES, steps + figures._SLOWEST)
    with connection.cursor() as cursor:
        # An empty table is read whole whatever there is; without that choice the plan shows whether an index can do it.
        cursor.execute("SET enable_seqscan = off")
        for query in queries:
            cursor.execute(f"EXPLAIN {query}", values)
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan" not in plan, plan
        cursor.execute("RESET enable_seqscan")
