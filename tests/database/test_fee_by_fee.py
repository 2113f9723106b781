"""A library system that is told fee by fee: each fee ends registered or on its way back, whatever breaks in between."""

from collections.abc import Iterator

import pytest

from tests.database.staff import balances
from tests.libraries import MikromarcSide
from tests.world import World, make_fee, make_patron, running_world
from torget.payments.checkout.models import Payment, PaymentLine, Refund, RegistrationAttempt
from torget.sandbox.faults import Fault

FEES = (11, 12, 13)


@pytest.fixture
def world(committed_db: None) -> Iterator[World]:
    with running_world(MikromarcSide()) as running:
        yield running


def _paid(world: World) -> int:
    patron = make_patron(1, make_fee(11, 115), make_fee(12, 255), make_fee(13, 435))
    world.add(patron)
    (payment_id,) = world.start(patron).payment_ids
    url = world.at_provider(payment_id, "pay")
    assert url is not None
    world.come_back(url)
    return payment_id


def _side(world: World) -> MikromarcSide:
    assert isinstance(world.library, MikromarcSide)
    return world.library


def _told(world: World) -> list[tuple[int, int]]:
    return [(row["fee_id"], row["cents"]) for row in _side(world).sandbox.books.rows("select * from payments")]


def _outcomes(payment_id: int) -> dict[str, str]:
    return dict(PaymentLine.objects.filter(payment_id=payment_id).values_list("fee_reference", "outcome"))


def _work_it_out(world: World, minutes: int = 2) -> None:
    for _ in range(8):
        world.work()
        world.wait(minutes=minutes)


def test_each_fee_is_told_once_under_one_mark(world: World) -> None:
    payment_id = _paid(world)
    world.work()
    assert Payment.objects.get().state == "registered"
    assert _told(world) == [(11, 115), (12, 255), (13, 435)]
    attempts = RegistrationAttempt.objects.filter(payment_id=payment_id).order_by("number")
    assert [(list(one.ordered), one.outcome) for one in attempts] == [([str(fee)], "booked") for fee in FEES]
    assert {row["marker"] for row in _side(world).sandbox.books.rows("select marker from payments")} == {
        str(payment_id)
    }


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.DROP_BEFORE, Fault.ERROR_AFTER, Fault.MALFORMED])
def test_a_lost_answer_in_the_middle_is_found_out_and_the_others_follow(world: World, fault: Fault) -> None:
    _paid(world)
    _side(world).sandbox.faults.fail_next(fault, path_contains="/12", method="POST")
    world.work()
    assert Payment.objects.get().state == "uncertain"
    _work_it_out(world)
    assert Payment.objects.get().state == "registered"
    assert sorted(_told(world)) == [(11, 115), (12, 255), (13, 435)]


def test_a_fee_that_is_gone_or_refused_goes_back_and_the_others_stand(world: World) -> None:
    payment_id = _paid(world)
    world.library.pay_at_desk(12)
    _work_it_out(world)
    world.deliver_due()
    world.work()
    assert _outcomes(payment_id) == {"11": "booked", "12": "give_back", "13": "booked"}
    assert Refund.objects.get().amount_cents == 255
    assert Payment.objects.get().state in ("refunded", "refund_pending")
    assert _told(world) == [(11, 115), (13, 435)]
    assert balances().get("unregistered", 0) == 0


def test_a_library_system_that_is_down_in_the_middle_is_told_the_rest_later(world: World) -> None:
    _paid(world)
    _side(world).sandbox.faults.fail_next(Fault.UNAUTHORIZED, path_contains="/12", method="POST", count=3)
    _work_it_out(world)
    assert Payment.objects.get().state == "registered"
    assert _told(world) == [(11, 115), (12, 255), (13, 435)]


def test_what_nobody_can_know_goes_to_a_person_with_the_rest_in_the_books(world: World) -> None:
    payment_id = _paid(world)
    _side(world).sandbox.faults.fail_next(Fault.DROP_AFTER, path_contains="/12", method="POST")
    world.work()
    world.library.grow(12, 100)
    _work_it_out(world)
    payment = Payment.objects.get()
    assert (payment.state, payment.attention_reason) == ("attention", "registration_unclear")
    assert _outcomes(payment_id) == {"11": "booked", "12": "", "13": ""}
    assert -balances()["unregistered"] == 255 + 435
    assert _told(world) == [(11, 115), (12, 255)]
