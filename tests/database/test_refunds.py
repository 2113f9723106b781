"""Refunds by staff: by parts, several over time, never more than was paid, and as the provider has them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests.database.staff import (
    access_of,
    balances,
    catch_up,
    hire,
    pay,
    pay_and_register,
    pay_with_trouble,
    press,
    seen_at,
    settle,
    sign_in,
    state_of,
)
from tests.world import World, make_fee
from torget.foundation.people.access import Access
from torget.payments.checkout.models import Payment, PaymentLine, Refund
from torget.payments.checkout.refund import EmailRequired, refund_payment
from torget.payments.checkout.resolve import NotAllowedNow, SomebodyWasFaster, look_at, mark_not_refunded
from torget.payments.core.checkout import State
from torget.payments.core.refunding import RefundCategory, RefundWish
from torget.payments.core.resolving import Action, LinesNotRefundable, allowed_actions
from torget.sandbox.koha import Fault
from torget.sandbox.koha.control import pay_at_desk


def wish(**cents: int) -> RefundWish:
    """`wish(line_1=40)`."""
    found = {int(name.removeprefix("line_")): part for name, part in cents.items()}
    return RefundWish(cents=found, category=RefundCategory.GOODWILL, reason="let go")


def refund(payment_id: int, access: Access, chosen: RefundWish) -> None:
    refund_payment(payment_id=payment_id, seen_at=seen_at(payment_id), access=access, wish=chosen, at=timezone.now())


def paid_by(world: World, method: str, *, email: str = "", cents: int = 115) -> int:
    payment_id = pay(world, make_fee(71, cents, "RAS/PK"), patron_id=7, method=method, email=email)
    world.work()
    assert state_of(payment_id) is State.REGISTERED
    return payment_id


def at_provider(world: World) -> int:
    """What the provider has paid back by its own books."""
    rows = world.paytrail.state.store.rows("SELECT amount FROM refund WHERE status = 'ok'")
    return sum(row["amount"] for row in rows)


def test_parts_of_lines_until_nothing_is_left(world: World) -> None:
    payment_id = pay_and_register(world, make_fee(11, 115), make_fee(12, 255, "SIP/PK"))
    client = sign_in(hire("library_desk", "porvoo"))
    press(client, payment_id, "refund", note="half", amount_1="0,40", amount_2="", confirmed="1")
    settle(world)
    assert state_of(payment_id) is State.REFUNDED
    assert balances() == {"provider": 330, "income:3100": -330}
    form = client.get(f"/staff/payments/{payment_id}/refund/").context["form"]
    assert (form["amount_1"].value(), form["amount_2"].value()) == ("0.75", "2.55")
    too_much = press(client, payment_id, "refund", note="more", amount_1="0,76", amount_2="", confirmed="1")
    assert too_much.status_code == 422
    assert "At most €0.75 is left" in too_much.content.decode()
    press(client, payment_id, "refund", note="the rest", confirmed="1")
    settle(world)
    assert balances() == {}
    assert [row.lines for row in Refund.objects.order_by("id")] == [{"1": 40}, {"1": 75, "2": 255}]
    assert [row.credit_note for row in Refund.objects.order_by("id")] == [1, 2]
    assert at_provider(world) == 370
    assert Action.REFUND not in allowed_actions(look_at(payment_id).standing)
    assert Payment.objects.get().refunded_cents == 370


def test_vat_of_parts_sums_to_the_vat_of_the_line(world: World) -> None:
    payment_id = pay_and_register(world, make_fee(11, 100, "PRV/PK", "COPIES"))
    access = access_of(hire("finance", "porvoo"))
    for cents in (33, 33, 34):
        refund(payment_id, access, wish(line_1=cents))
        settle(world)
    assert balances() == {}


@pytest.mark.parametrize("text", ["0", "", "-1", "1,155", "abc", "1 000 000 000"])
def test_amounts_that_are_none(world: World, text: str) -> None:
    payment_id = pay_and_register(world, make_fee(11, 115))
    client = sign_in(hire("finance", "porvoo"))
    answer = press(client, payment_id, "refund", note="x", amount_1=text, confirmed="1")
    assert answer.status_code == 422
    assert not Refund.objects.exists()


def test_however_many_press_at_once_one_refund_goes(world: World) -> None:
    """Eight employees who all saw the same page, on connections of their own, none of them waiting for another."""
    payment_id = pay_and_register(world, make_fee(11, 115), make_fee(12, 255, "SIP/PK"))
    desk = access_of(hire("library_desk", "porvoo"))
    at, seen, gate = timezone.now(), seen_at(payment_id), Barrier(8)

    def one(number: int) -> str:
        chosen = wish(line_1=115, line_2=255) if number % 2 else wish(line_1=115)
        try:
            gate.wait(10)
            refund_payment(payment_id=payment_id, seen_at=seen, access=desk, wish=chosen, at=at)
        except (SomebodyWasFaster, NotAllowedNow, LinesNotRefundable) as late:
            return type(late).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, range(8)))
    assert answers.count("done") == 1
    assert Refund.objects.count() == 1
    settle(world)
    assert at_provider(world) == Refund.objects.get().amount_cents == Payment.objects.get().refunded_cents


def test_the_database_itself_refuses_more_than_was_paid(world: World) -> None:
    payment_id = pay_and_register(world, make_fee(11, 115), make_fee(12, 255, "SIP/PK"))
    with pytest.raises(IntegrityError, match="never_refund_more_of_a_line"), transaction.atomic():
        PaymentLine.objects.filter(payment_id=payment_id, position=1).update(refunded_cents=116)
    with pytest.raises(IntegrityError, match="never_refund_more_than_paid"), transaction.atomic():
        Payment.objects.filter(id=payment_id).update(refunded_cents=371)
    refund(payment_id, access_of(hire("library_desk", "porvoo")), wish(line_1=1))
    with pytest.raises(IntegrityError, match="one_open_refund"), transaction.atomic():
        Refund.objects.create(
            payment_id=payment_id,
            stamp="00000000-0000-4000-8000-000000000002",
            amount_cents=1,
            lines={"1": 1},
            was_registered=True,
            state="due",
            reason="x",
            requested_by="staff:1",
            created_at=timezone.now(),
        )


def test_a_refund_by_email_needs_an_address_and_waits_for_the_payer(world: World) -> None:
    payment_id = paid_by(world, "spankki")
    finance = hire("finance", "raasepori")
    client = sign_in(finance)
    with pytest.raises(EmailRequired):
        refund(payment_id, access_of(finance), wish(line_1=115))
    assert press(client, payment_id, "refund", note="x", confirmed="1").status_code == 422
    press(client, payment_id, "refund", note="x", email="patron@example.fi", confirmed="1")
    settle(world)
    row = Refund.objects.get()
    assert (row.state, row.by_email, row.email) == ("pending", True, "patron@example.fi")
    assert state_of(payment_id) is State.REFUND_PENDING
    assert "The patron has an e-mail to answer" in client.get(f"/staff/payments/{payment_id}/").content.decode()
    world.wait(days=29)
    world.work()
    assert state_of(payment_id) is State.REFUND_PENDING
    world.wait(days=2)
    world.work()
    assert Payment.objects.get().attention_reason == "refund_unclaimed"
    press(client, payment_id, "mark-refunded", note="seen in the service")
    assert state_of(payment_id) is State.REFUNDED
    assert balances() == {}


def test_money_given_back_by_itself_waits_for_an_address(world: World) -> None:
    """The fee was gone, the bank takes no refunds and nobody knows the patron's address."""
    payment_id = pay(world, make_fee(71, 115, "RAS/PK"), patron_id=7, method="alandsbanken")
    world.koha.store.write("UPDATE account_lines SET amount_outstanding = 0")
    world.work()
    assert Payment.objects.get().attention_reason == "refund_needs_email"
    assert Payment.objects.get().refunded_cents == 0
    client = sign_in(hire("finance", "raasepori"))
    press(client, payment_id, "refund", note="x", email="patron@example.fi", confirmed="1")
    settle(world)
    assert [row.state for row in Refund.objects.order_by("id")] == ["failed", "pending"]


def test_a_bank_that_takes_one_refund(world: World) -> None:
    payment_id = paid_by(world, "nordea")
    client = sign_in(hire("finance", "raasepori"))
    page = client.get(f"/staff/payments/{payment_id}/").content.decode()
    assert "Nordea takes one refund of a payment, within 13 weeks" in page
    press(client, payment_id, "refund", note="part", amount_1="0.15", confirmed="1")
    settle(world)
    page = client.get(f"/staff/payments/{payment_id}/").content.decode()
    assert "takes no further refund" in page
    assert client.get(f"/staff/payments/{payment_id}/refund/").status_code == 302
    press(client, payment_id, "mark-refunded", note="from the city's account", amount_1="1.00")
    assert balances() == {"provider": 100, "bank": -100}
    assert at_provider(world) == 15


def test_a_payment_too_old_for_its_bank(world: World) -> None:
    payment_id = paid_by(world, "nordea")
    later = timezone.now() + timedelta(days=92)
    assert Action.REFUND in allowed_actions(look_at(payment_id).standing)
    assert Action.REFUND not in allowed_actions(look_at(payment_id, later).standing)


def lost_refund(world: World) -> int:
    """A refund whose answer and callback were lost, as long ago as it takes to call a human."""
    payment_id = pay_and_register(world, make_fee(71, 115, "RAS/PK"), patron_id=7)
    refund(payment_id, access_of(hire("finance", "raasepori")), wish(line_1=115))
    catch_up(world)
    world.paytrail.knobs.turn(outage={"kind": "drop_after", "count": 1})
    world.work()
    world.wait(days=3)
    world.work()
    assert Payment.objects.get(id=payment_id).attention_reason == "refund_unanswered"
    return payment_id


def test_the_refund_did_not_happen_and_is_tried_again(world: World) -> None:
    payment_id = lost_refund(world)
    world.paytrail.state.store.change("DELETE FROM refund")
    world.paytrail.outbox.take_due(limit=10)
    client = sign_in(hire("library_desk", "raasepori"))
    unchecked = press(client, payment_id, "mark-not-refunded", note="not in their list")
    assert unchecked.status_code == 422
    page = press(client, payment_id, "mark-not-refunded", note="not in their list", looked="on")
    assert "Marked as not done" in page.content.decode()
    assert (Payment.objects.get().attention_reason, Payment.objects.get().refunded_cents) == ("refund_not_done", 0)
    press(client, payment_id, "refund", note="again", confirmed="1")
    settle(world)
    assert state_of(payment_id) is State.REFUNDED
    assert (balances(), at_provider(world)) == ({}, 115)


def test_it_did_happen_after_all(world: World) -> None:
    """The callback comes after an employee said that it would not."""
    payment_id = lost_refund(world)
    callbacks = world.paytrail.outbox.take_due(limit=10)
    desk = access_of(hire("library_desk", "raasepori"))
    at = timezone.now() + timedelta(days=4)
    mark_not_refunded(payment_id=payment_id, seen_at=seen_at(payment_id), access=desk, note="x", at=at)
    for callback in callbacks * 2:
        world.deliver(callback)
    assert state_of(payment_id) is State.REFUNDED
    assert (Refund.objects.get().state, Payment.objects.get().refunded_cents) == ("refunded", 115)
    assert balances() == {}


def test_it_did_happen_after_all_while_it_is_tried_again(world: World) -> None:
    """The second try is stopped before it goes out, and a person sorts it out."""
    payment_id = lost_refund(world)
    callbacks = world.paytrail.outbox.take_due(limit=10)
    client = sign_in(hire("library_desk", "raasepori"))
    press(client, payment_id, "mark-not-refunded", note="x", looked="on")
    press(client, payment_id, "refund", note="again", confirmed="1")
    assert state_of(payment_id) is State.REFUND_DUE
    for callback in callbacks * 2:
        world.deliver(callback)
    assert Payment.objects.get().attention_reason == "refund_after_all"
    catch_up(world)
    assert world.work() == 0
    assert at_provider(world) == 115
    press(client, payment_id, "mark-not-refunded", note="the second was never asked", looked="on")
    press(client, payment_id, "mark-refunded", note="the first one went")
    assert [row.state for row in Refund.objects.order_by("id")] == ["refunded", "failed"]
    assert (state_of(payment_id), balances()) == (State.REFUNDED, {})


def test_no_refund_is_needed_after_all(world: World) -> None:
    payment_id = pay_and_register(world, make_fee(71, 115, "RAS/PK"), patron_id=7)
    client = sign_in(hire("finance", "raasepori"))
    world.paytrail.knobs.turn(refund="fail")
    press(client, payment_id, "refund", note="x", confirmed="1")
    settle(world)
    assert Payment.objects.get().attention_reason == "refund_failed"
    registered_at = Payment.objects.get().registered_at
    press(client, payment_id, "let-stand", note="the patron does not want it")
    assert state_of(payment_id) is State.REGISTERED
    assert Payment.objects.get().registered_at == registered_at
    assert balances() == {"provider": 115, "income:3100": -115}


def test_a_failed_refund_gives_its_cents_back_once(world: World) -> None:
    """Two callbacks that say 'failed' at once, after a person was called."""
    payment_id = pay_and_register(world, make_fee(71, 115, "RAS/PK"), patron_id=7)
    access = access_of(hire("finance", "raasepori"))
    refund(payment_id, access, wish(line_1=40))
    settle(world)
    world.paytrail.knobs.turn(refund="pending_fail")
    refund(payment_id, access, wish(line_1=75))
    catch_up(world)
    world.work()
    world.wait(days=3)
    world.work()
    assert state_of(payment_id) is State.ATTENTION
    callbacks = world.paytrail.outbox.take_due(limit=10)

    def deliver(number: int) -> None:
        try:
            world.deliver(callbacks[0])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(deliver, range(4)))
    assert Payment.objects.get().refunded_cents == 40
    assert PaymentLine.objects.get().refunded_cents == 40


def test_a_rest_that_is_nowhere_stays_on_the_work_list(world: World) -> None:
    """Found by the simulation: a part went back of money that the library system never got."""
    payment_id = pay_with_trouble(world)
    client = sign_in(hire("finance", "porvoo"))
    press(client, payment_id, "refund", note="part", amount_1="0.40", confirmed="1")
    settle(world)
    assert Payment.objects.get().attention_reason == "rest_unsettled"
    assert balances() == {"provider": 75, "unregistered": -75}
    press(client, payment_id, "mark-refunded", note="cash", amount_1="0.70")
    assert Payment.objects.get().attention_reason == "rest_unsettled"
    press(client, payment_id, "refund", note="the rest", confirmed="1")
    settle(world)
    assert state_of(payment_id) is State.REFUNDED
    assert balances() == {"provider": 70, "bank": -70}


def test_money_that_settled_nothing_is_not_taken_for_registered(world: World) -> None:
    """Found by the simulation: Koha kept our credit unapplied, and somebody paid the fee at the desk meanwhile."""
    payment_id = pay(world)
    world.koha.faults.fail_next(Fault.ERROR_BUT_BOOKED, method="POST", path_contains="/credits")
    world.work()
    pay_at_desk(world.koha.store, 11)
    world.wait(minutes=2)
    world.work()
    assert Payment.objects.get(id=payment_id).attention_reason == "booked_but_not_settled"
