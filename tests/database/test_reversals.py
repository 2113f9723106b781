"""A refunded fee that is still owed is open again in the library system exactly once, or on the desk's list."""

from typing import Any

import pytest
from django.utils import timezone

from tests.database.staff import access_of, balances, catch_up, hire, pay_and_register, press, settle, sign_in
from tests.world import World, make_fee, make_patron
from torget.foundation.core.money import Money
from torget.payments.checkout import reversals
from torget.payments.checkout.resolve import MayNotAct, NoteRequired, SomebodyWasFaster
from torget.payments.checkout.reversal_model import Reversal, ReversalAttempt
from torget.payments.checkout.reversals import note_raised, try_by_itself_again
from torget.payments.core.schedule import REVERSAL_TRIES_MAX
from torget.payments.fees.models import FeeType
from torget.sandbox.koha import Fault


def charges(world: World) -> list[dict[str, Any]]:
    """What we charged again, by the library system's own books."""
    return [
        dict(row)
        for row in world.koha.store.rows(
            "SELECT * FROM account_lines WHERE debit_type IS NOT NULL AND interface = 'api' ORDER BY account_line_id"
        )
    ]


def paid_by_mistake(world: World, **amounts: str) -> int:
    payment_id = pay_and_register(world, make_fee(11, 115), make_fee(12, 255, "SIP/PK"))
    client = sign_in(hire("library_desk", "porvoo"))
    press(client, payment_id, "refund", note="by mistake", fee="opens_again", confirmed="1", **amounts)
    return payment_id


def only() -> Reversal:
    return Reversal.objects.get()


def test_each_fee_is_charged_again_for_its_own_library(world: World) -> None:
    paid_by_mistake(world, amount_1="0.40")
    assert world.outstanding(1) == Money(0)
    settle(world)
    assert world.outstanding(1) == Money(295)
    found = charges(world)
    assert [(row["amount_outstanding"], row["library_id"], row["debit_type"]) for row in found] == [
        (400_000, "PRV/PK", "MANUAL"),
        (2_550_000, "SIP/PK", "MANUAL"),
    ]
    assert {row["internal_note"] for row in found} == {str(row.marker) for row in Reversal.objects.all()}
    assert "fee 11" in found[0]["description"]
    assert {row.state for row in Reversal.objects.all()} == {"booked"}
    assert world.credits() == [Money(370)]


def test_a_fee_that_was_wrong_stays_paid(world: World) -> None:
    payment_id = pay_and_register(world, make_fee(11, 115))
    press(sign_in(hire("library_desk", "porvoo")), payment_id, "refund", note="wrong", confirmed="1")
    settle(world)
    assert (world.outstanding(1), charges(world), Reversal.objects.count()) == (Money(0), [], 0)


def test_nothing_is_charged_before_the_money_has_gone(world: World) -> None:
    world.paytrail.knobs.turn(refund="pending_fail")
    paid_by_mistake(world)
    settle(world)
    assert charges(world) == []
    assert not Reversal.objects.exists()


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.ERROR_AFTER, Fault.MALFORMED])
def test_a_lost_answer_is_looked_up_and_never_sent_again(world: World, fault: Fault) -> None:
    world.koha.faults.fail_next(fault, method="POST", path_contains="/debits")
    paid_by_mistake(world, amount_2="")
    catch_up(world)
    world.work()
    assert only().state == "uncertain"
    world.wait(minutes=2)
    world.work()
    assert only().state == "booked"
    assert len(charges(world)) == 1
    assert [row.outcome for row in ReversalAttempt.objects.all()] == ["found"]


@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE, Fault.ERROR_BEFORE, Fault.NOT_JSON, Fault.MAINTENANCE])
def test_what_did_not_arrive_is_sent_again_after_looking(world: World, fault: Fault) -> None:
    world.koha.faults.fail_next(fault, method="POST", path_contains="/debits")
    paid_by_mistake(world, amount_2="")
    settle(world)
    for _ in range(3):
        world.wait(minutes=2)
        world.work()
    assert only().state == "booked"
    assert len(charges(world)) == 1


def test_a_worker_that_dies_after_the_order(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Died(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Died

    paid_by_mistake(world, amount_2="")
    with monkeypatch.context() as patch:
        patch.setattr(reversals, "_booked", die)
        with pytest.raises(Died):
            settle(world)
    assert (only().state, len(charges(world))) == ("sending", 1)
    world.wait(minutes=5)
    world.work()
    assert (only().state, len(charges(world))) == ("booked", 1)


def test_a_library_system_that_is_down_for_long_leaves_it_to_the_desk(world: World) -> None:
    world.koha.faults.fail_next(Fault.NOT_JSON, count=10_000, path_contains="/debits")
    payment_id = paid_by_mistake(world, amount_2="")
    catch_up(world)
    for _ in range(REVERSAL_TRIES_MAX + 3):
        world.work()
        world.wait(hours=1)
        world.deliver_due()
    found = only()
    assert (found.state, found.desk_reason) == ("desk", "does_not_take_it")
    world.koha.faults.clear()
    client = sign_in(hire("library_desk", "hanko"))
    assert client.get(f"/staff/fees/{found.pk}/raised/").status_code == 404
    desk = hire("coordinator", "porvoo")
    with pytest.raises(MayNotAct):
        try_by_itself_again(reversal_id=found.pk, access=access_of(desk), at=world.now)
    client = sign_in(hire("operator"))
    assert "Raise the fee again at the desk" in client.get(f"/staff/payments/{payment_id}/").content.decode()


def test_the_desk_lets_torget_try_again(world: World) -> None:
    world.koha.faults.fail_next(Fault.NOT_JSON, count=10_000, path_contains="/debits")
    payment_id = pay_and_register(world, make_fee(11, 115))
    employee = hire("library_desk", "porvoo")
    client = sign_in(employee)
    press(client, payment_id, "refund", note="by mistake", fee="opens_again", confirmed="1")
    catch_up(world)
    for _ in range(REVERSAL_TRIES_MAX + 3):
        world.work()
        world.wait(hours=1)
        world.deliver_due()
    world.koha.faults.clear()
    assert "Let Torget try again" in client.get(f"/staff/fees/{only().pk}/raised/").content.decode()
    client.post(f"/staff/fees/{only().pk}/raised/", {"again": ""})
    catch_up(world)
    world.work()
    assert (only().state, len(charges(world))) == ("booked", 1)


def test_a_system_that_cannot_charge_leaves_it_to_the_desk(world: World) -> None:
    """An old Koha has no such interface, SIP2 no such message."""
    world.koha.settings.is_old = True
    payment_id = pay_and_register(world, make_fee(11, 115))
    employee = hire("library_desk", "porvoo")
    client = sign_in(employee)
    question = press(client, payment_id, "refund", note="by mistake", fee="opens_again").content.decode()
    assert "cannot charge a fee from outside" in question
    press(client, payment_id, "refund", note="by mistake", fee="opens_again", confirmed="1")
    settle(world)
    found = only()
    assert (found.state, found.desk_reason) == ("desk", "cannot_reverse")
    page = client.get("/staff/work-list/").content.decode()
    assert "Fees to raise again at the desk" in page
    assert "Responsible: Desk of Porvoo" in page
    assert client.get("/staff/").context["counts"]["to_raise"] == 1
    assert "Let Torget try again" not in client.get(f"/staff/fees/{found.pk}/raised/").content.decode()
    assert client.post(f"/staff/fees/{found.pk}/raised/", {"note": ""}).status_code == 422
    with pytest.raises(NoteRequired):
        note_raised(reversal_id=found.pk, access=access_of(employee), note=" ", at=timezone.now())
    with pytest.raises(MayNotAct):
        note_raised(reversal_id=found.pk, access=access_of(hire("finance", "porvoo")), note="x", at=timezone.now())
    client.post(f"/staff/fees/{found.pk}/raised/", {"note": "manual invoice 12"})
    found.refresh_from_db()
    assert (found.state, found.done_by, found.done_note) == ("done", f"staff:{employee.pk}", "manual invoice 12")
    assert client.get("/staff/").context["counts"]["to_raise"] == 0
    assert "manual invoice 12" in client.get(f"/staff/payments/{payment_id}/").content.decode()
    with pytest.raises(SomebodyWasFaster):
        note_raised(reversal_id=found.pk, access=access_of(employee), note="x", at=timezone.now())


def test_a_fee_that_is_gone_from_the_library_system_goes_to_the_desk(world: World) -> None:
    paid_by_mistake(world, amount_2="")
    world.koha.store.write("DELETE FROM account_lines WHERE account_line_id = 11")
    settle(world)
    assert (only().state, only().desk_reason) == ("desk", "refused")
    assert charges(world) == []


def test_the_fee_can_be_paid_again(world: World) -> None:
    """The circle: paid, back, owed, paid; the books hold one income."""
    row = FeeType.objects.get(code="OVERDUE")
    row.pk, row.code = None, "MANUAL"
    row.save()
    payment_id = pay_and_register(world, make_fee(11, 115))
    client = sign_in(hire("library_desk", "porvoo"))
    press(client, payment_id, "refund", note="by mistake", fee="opens_again", confirmed="1")
    settle(world)
    (second,) = world.start(make_patron(1)).payment_ids
    url = world.at_provider(second, "pay")
    assert url is not None
    world.come_back(url)
    world.work()
    assert world.outstanding(1) == Money(0)
    assert balances() == {"provider": 115, "income:3100": -115}


def test_a_patron_is_written_to_by_one_at_a_time(world: World) -> None:
    """While an order of ours is in doubt, the fee of another refund of the same patron waits."""
    payment_id = pay_and_register(world, make_fee(11, 115), make_fee(12, 255, "SIP/PK"))
    client = sign_in(hire("library_desk", "porvoo"))
    world.koha.faults.fail_next(Fault.DROP_AFTER, method="POST", path_contains="/debits")
    press(client, payment_id, "refund", note="by mistake", fee="opens_again", confirmed="1")
    catch_up(world)
    world.work()
    assert sorted(row.state for row in Reversal.objects.all()) == ["due", "uncertain"]
    assert len(charges(world)) == 1
    world.wait(minutes=2)
    world.work()
    world.wait(minutes=1)
    world.work()
    assert {row.state for row in Reversal.objects.all()} == {"booked"}
    assert len(charges(world)) == 2
