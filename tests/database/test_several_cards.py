"""One payment of several cards: each account is told of its own fees, one after the other, and none of them twice."""

import random

import pytest
from django.db import connection

from tests.database.staff import access_of, hire, press, settle, sign_in
from tests.database.test_payment_life import balances, state_of
from tests.world import World, make_fee, make_patron
from torget.foundation.core.person import Person
from torget.payments.checkout import after_restore, person
from torget.payments.checkout.models import Payment, PaymentEvent, PaymentLine, Receipt, Refund
from torget.payments.checkout.resolve import NotAllowedNow, mark_registered, retry_registration
from torget.payments.core.checkout import State
from torget.sandbox.koha import Fault
from torget.sandbox.koha.control import pay_at_desk
from torget.sandbox.population import SandboxPatron


def family(world: World) -> tuple[SandboxPatron, SandboxPatron, SandboxPatron]:
    guardian, elder, younger = (
        make_patron(1, make_fee(11, 240)),
        make_patron(2, make_fee(21, 120), make_fee(22, 150)),
        make_patron(3, make_fee(31, 60)),
    )
    world.add(guardian, elder, younger)
    return guardian, elder, younger


def paid_together(world: World) -> int:
    guardian, *children = family(world)
    (payment_id,) = world.start(guardian, children=children).payment_ids
    url = world.at_provider(payment_id, "pay")
    assert url is not None
    world.come_back(url)
    return payment_id


def told(world: World) -> dict[int, int]:
    """Cents that Koha has from us, by patron."""
    rows = world.koha.store.rows(
        "SELECT patron_id, -sum(amount) / 10000 AS cents FROM account_lines "
        "WHERE credit_type IS NOT NULL AND interface = 'api' GROUP BY 1"
    )
    return {row["patron_id"]: row["cents"] for row in rows}


def test_one_payment_one_receipt_and_each_card_told(world: World) -> None:
    payment_id = paid_together(world)
    world.work()
    assert state_of(payment_id) is State.REGISTERED
    assert told(world) == {1: 240, 2: 270, 3: 60}
    assert balances() == {"provider": 570, "income:3100": -570}
    assert Receipt.objects.count() == 1
    events = list(PaymentEvent.objects.filter(payment_id=payment_id).order_by("id").values_list("event", flat=True))
    assert events.count("registration_started") == 3
    assert events.count("one_card_told") == 2
    assert events[-1] == "booked"
    assert len(Payment.objects.get().booking_reference.split(",")) == 3


def test_what_was_paid_at_the_desk_meanwhile_goes_back_in_one_refund(world: World) -> None:
    payment_id = paid_together(world)
    pay_at_desk(world.koha.store, 11)
    pay_at_desk(world.koha.store, 22)
    world.work()
    assert told(world) == {2: 120, 3: 60}
    refund = Refund.objects.get()
    assert (refund.amount_cents, sorted(refund.lines)) == (390, ["1", "3"])
    world.wait(minutes=5)
    world.deliver_due()
    world.work()
    assert state_of(payment_id) is State.REFUNDED
    assert balances() == {"provider": 180, "income:3100": -180}


def test_a_card_whose_system_is_down_holds_no_other_card_back(world: World) -> None:
    payment_id = paid_together(world)
    world.koha.faults.fail_by_chance(Fault.MAINTENANCE, probability=1, seed=1, path_contains="/patrons/1/")
    world.work()
    assert (state_of(payment_id), told(world)) == (State.PAID, {2: 270, 3: 60})
    world.koha.faults.clear()
    world.wait(seconds=6)
    world.work()
    assert (state_of(payment_id), told(world)) == (State.REGISTERED, {1: 240, 2: 270, 3: 60})


def test_a_patron_in_doubt_is_written_to_by_nobody_else(world: World) -> None:
    """The doubt is judged by the difference of the account, so another order would blur it."""
    payment_id = paid_together(world)
    world.koha.faults.fail_next(Fault.DROP_AFTER, path_contains="/patrons/1/account/credits")
    with connection.cursor() as cursor:
        world.work(steps_max=5)
        cursor.execute("SELECT patron_is_written_to('helle', '1'), patron_is_written_to('helle', '2')")
        assert cursor.fetchone() == (True, False)
    assert told(world) == {1: 240, 2: 270, 3: 60}
    world.wait(seconds=61)
    world.work()
    assert state_of(payment_id) is State.REGISTERED
    assert told(world) == {1: 240, 2: 270, 3: 60}


def test_two_cards_for_a_person_are_both_tried_again(world: World) -> None:
    payment_id = paid_together(world)
    for patron_id in (1, 3):
        world.koha.faults.fail_by_chance(
            Fault.MAINTENANCE, probability=1, seed=1, path_contains=f"/patrons/{patron_id}/"
        )
    for _ in range(40):
        world.work()
        world.wait(hours=3)
    assert (state_of(payment_id), told(world)) == (State.ATTENTION, {2: 270})
    assert Payment.objects.get().attention_reason == "library_system_unavailable"
    world.koha.faults.clear()
    desk = access_of(hire("library_desk", "porvoo"))
    seen_at = Payment.objects.get().changed_at
    retry_registration(payment_id=payment_id, seen_at=seen_at, access=desk, note="", at=world.now)
    world.work()
    assert (state_of(payment_id), told(world)) == (State.REGISTERED, {1: 240, 2: 270, 3: 60})


@pytest.mark.parametrize("card", [0, 1, 2])
@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.DROP_BEFORE])
def test_a_lost_answer_of_one_card_holds_up_no_money_and_is_never_resent(world: World, card: int, fault: Fault) -> None:
    payment_id = paid_together(world)
    world.koha.faults.fail_next(fault, path_contains=f"/patrons/{card + 1}/account/credits")
    world.work()
    assert state_of(payment_id) is not State.REGISTERED
    world.wait(minutes=10)
    world.work()
    world.wait(minutes=30)
    world.work()
    assert state_of(payment_id) is State.REGISTERED
    assert told(world) == {1: 240, 2: 270, 3: 60}


def test_one_card_that_needs_a_person_is_tried_again_and_the_others_are_not(world: World) -> None:
    payment_id = paid_together(world)
    world.koha.faults.fail_by_chance(Fault.MAINTENANCE, probability=1, seed=1, path_contains="/patrons/2/")
    for _ in range(40):
        world.work()
        world.wait(hours=3)
    assert state_of(payment_id) is State.ATTENTION
    assert told(world) == {1: 240, 3: 60}
    assert balances() == {"provider": 570, "income:3100": -300, "unregistered": -270}
    world.koha.faults.clear()
    desk = hire("library_desk", "porvoo")
    client = sign_in(desk)
    page = client.get(f"/staff/payments/{payment_id}/").content.decode()
    assert "The library system was told of one card; the others follow" in page
    assert "One card could not be told now and waits; the other cards go first" in page
    assert "•••• 0001, •••• 0002, •••• 0003" in client.get("/staff/work-list/").content.decode()
    listed = client.get("/staff/work-list/?file=csv").content.decode("utf-8-sig")
    assert "26380000000001, 26380000000002, 26380000000003" in listed
    told_of = client.get(f"/staff/payments/{payment_id}/mark-registered/").content.decode()
    assert "26380000000002" in told_of
    assert "26380000000001" not in told_of
    seen_at = Payment.objects.get().changed_at
    retry_registration(payment_id=payment_id, seen_at=seen_at, access=access_of(desk), note="", at=world.now)
    world.work()
    assert state_of(payment_id) is State.REGISTERED
    assert told(world) == {1: 240, 2: 270, 3: 60}


def test_what_was_found_gone_is_never_marked_as_registered(world: World) -> None:
    payment_id = paid_together(world)
    pay_at_desk(world.koha.store, 11)
    world.koha.faults.fail_by_chance(Fault.MAINTENANCE, probability=1, seed=1, path_contains="/patrons/2/")
    for _ in range(40):
        world.work()
        world.wait(hours=3)
    desk = access_of(hire("library_desk", "porvoo"))
    seen_at = Payment.objects.get().changed_at
    with pytest.raises(NotAllowedNow):
        mark_registered(payment_id=payment_id, seen_at=seen_at, access=desk, note="x", at=world.now)


def test_staff_find_the_payment_by_each_card(world: World) -> None:
    payment_id = paid_together(world)
    client = sign_in(hire("library_desk", "porvoo"))
    for patron_id in (1, 2, 3):
        page = client.post(
            "/staff/search/", {"quick": "1", "find": f"2638000{patron_id:07d}"}, follow=True
        ).content.decode()
        assert f"/staff/payments/{payment_id}/" in page


def test_a_fee_is_charged_again_on_its_own_card(world: World) -> None:
    payment_id = paid_together(world)
    world.work()
    client = sign_in(hire("library_desk", "porvoo"))
    amounts = {"amount_1": "0", "amount_2": "1.20", "amount_3": "0", "amount_4": "0"}
    press(client, payment_id, "refund", note="by mistake", fee="opens_again", confirmed="1", **amounts)
    settle(world)
    charges = world.koha.store.rows("SELECT patron_id, amount FROM account_lines WHERE debit_type = 'MANUAL'")
    assert [(row["patron_id"], row["amount"]) for row in charges] == [(2, 1_200_000)]


def test_after_a_restore_several_cards_are_a_persons(world: World) -> None:
    payment_id = paid_together(world)
    after_restore.settle_after_restore(restored_to=world.now, at=world.now, actor="operator")
    assert state_of(payment_id) is State.ATTENTION
    world.work()
    assert told(world) == {}


def test_a_childs_record_holds_nothing_of_the_guardian(world: World) -> None:
    guardian, elder, _younger = family(world)
    (payment_id,) = world.start(guardian, children=[elder], email="katja@example.org").payment_ids
    url = world.at_provider(payment_id, "pay")
    assert url is not None
    world.come_back(url)
    world.work()
    whose = {name: Person(library_system="helle", reference=name, emails=frozenset()) for name in ("1", "2")}
    told_of = {
        name: {section.code: list(section.rows) for section in person.sections(one)} for name, one in whose.items()
    }
    assert [row["fee_reference"] for row in told_of["2"]["fees"]] == ["21", "22"]
    assert [row["fee_reference"] for row in told_of["1"]["fees"]] == ["11", "21", "22"]
    assert "katja@example.org" not in repr(told_of["2"])
    person.erase(whose["2"], world.now)
    assert Payment.objects.get().checkout.email == "katja@example.org"
    assert list(PaymentLine.objects.order_by("position").values_list("card_number", flat=True)) == [
        guardian.card_number,
        "",
        "",
    ]


@pytest.mark.parametrize("seed", range(3))
def test_in_any_order_of_mishaps_every_cent_is_told_once_or_given_back(world: World, seed: int) -> None:
    """The desk takes money, answers are lost, fees grow, and Koha is away, at any moment between the cards."""
    dice = random.Random(seed)
    payment_id = paid_together(world)
    for _ in range(30):
        step = dice.randrange(6)
        if step == 0:
            fault = dice.choice((Fault.DROP_AFTER, Fault.DROP_BEFORE, Fault.ERROR_AFTER, Fault.MAINTENANCE))
            world.koha.faults.fail_next(fault, path_contains="/account")
        elif step == 1 and dice.random() < 0.3:
            pay_at_desk(world.koha.store, dice.choice((11, 21, 22, 31)))
        else:
            world.work(steps_max=100) if step % 2 else world.wait(minutes=dice.choice((1, 5, 60)))
    world.koha.faults.clear()
    for _ in range(6):
        world.wait(hours=6)
        world.deliver_due()
        world.work()
    lines = {line.fee_reference: line for line in PaymentLine.objects.all()}
    booked = sum(line.amount_cents for line in lines.values() if line.outcome == "booked")
    gone = sum(one.amount_cents for one in Refund.objects.filter(state="refunded"))
    state = state_of(payment_id)
    assert state in (State.REGISTERED, State.REFUNDED, State.ATTENTION)
    if state is not State.ATTENTION:
        assert booked + gone == 570
        assert sum(told(world).values()) == booked
