"""What staff does about a payment: each way out, to its end in the books, and what is refused."""

from datetime import timedelta

import pytest

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
    sign_in,
    state_of,
)
from tests.world import World, make_fee
from torget.foundation.audit.models import AuditEntry
from torget.foundation.core.money import Money
from torget.payments.checkout.models import Payment, PaymentEvent, Refund
from torget.payments.checkout.refund import refund_payment
from torget.payments.checkout.resolve import (
    MayNotAct,
    NotAllowedNow,
    NoteRequired,
    SomebodyWasFaster,
    mark_registered,
    retry_registration,
)
from torget.payments.core.checkout import State
from torget.payments.core.refunding import RefundCategory, RefundWish
from torget.sandbox.koha import Fault

WISH = RefundWish(cents={1: 115}, category=RefundCategory.WRONG_FEE, reason="x")


def stop_half_way(world: World) -> int:
    """Koha has the money as a credit while the fee stays open."""
    payment_id = pay(world)
    world.koha.faults.fail_next(Fault.ERROR_BUT_BOOKED, method="POST", path_contains="/credits")
    world.work()
    world.wait(minutes=2)
    world.work()
    assert Payment.objects.get().attention_reason == "booked_but_not_settled"
    return payment_id


def test_retry_asks_first_and_books_once(world: World) -> None:
    """What the desk settles in Koha is found by our marker; a second credit would be the patron's money twice."""
    payment_id = stop_half_way(world)
    client = sign_in(hire("library_desk", "porvoo"))
    # Tried too early: it finds the same and comes back, with nothing sent.
    press(client, payment_id, "retry")
    catch_up(world)
    world.work()
    assert state_of(payment_id) is State.ATTENTION
    world.koha.store.write("UPDATE account_lines SET amount_outstanding = 0")
    page = press(client, payment_id, "retry", note="settled with the credit")
    assert "first asks whether it has the payment" in page.content.decode()
    catch_up(world)
    world.work()
    assert state_of(payment_id) is State.REGISTERED
    assert world.credits() == [Money(115)]
    assert balances() == {"provider": 115, "income:3100": -115}


def test_a_refund_warns_when_the_library_system_may_hold_the_money(world: World) -> None:
    payment_id = stop_half_way(world)
    client = sign_in(hire("finance", "porvoo"))
    assert "may hold this payment" in press(client, payment_id, "refund", note="x").content.decode()
    press(client, payment_id, "refund", note="x", confirmed="1")
    assert AuditEntry.objects.get(action="refund").detail["hint"] == "the library system may hold the payment"


def test_mark_registered_is_income_and_carries_the_note(world: World) -> None:
    payment_id = pay_with_trouble(world)
    desk = hire("library_desk", "porvoo")
    client = sign_in(desk)
    missing = press(client, payment_id, "mark-registered", note="  ")
    assert missing.status_code == 422
    assert "Write what you did or why" in missing.content.decode()
    assert state_of(payment_id) is State.ATTENTION
    page = press(client, payment_id, "mark-registered", note="booked by hand on the new card")
    assert "Marked as registered." in page.content.decode()
    assert state_of(payment_id) is State.REGISTERED
    assert balances() == {"provider": 115, "income:3100": -115}
    event = PaymentEvent.objects.order_by("id").last()
    assert event is not None
    assert (event.actor, event.event, event.detail) == (
        f"staff:{desk.pk}",
        "staff_registered",
        {"note": "booked by hand on the new card"},
    )
    entry = AuditEntry.objects.get(action="mark registered")
    assert (entry.actor, entry.why, entry.detail["to"]) == (
        f"staff:{desk.pk}",
        "booked by hand on the new card",
        "registered",
    )
    assert f"library_desk of porvoo · {event.detail['note']}" in page.content.decode()


def test_refund_of_an_unregistered_payment_asks_to_confirm_and_pays_back(world: World) -> None:
    payment_id = pay_with_trouble(world)
    client = sign_in(hire("finance", "porvoo"))
    question = press(client, payment_id, "refund", note="the card is gone")
    assert state_of(payment_id) is State.ATTENTION
    assert "€1.15 goes back to the patron" in question.content.decode()
    assert "never marked as paid there" in question.content.decode()
    changed = press(client, payment_id, "refund", note="the card is gone", change="1")
    assert "the card is gone" in changed.content.decode()
    assert state_of(payment_id) is State.ATTENTION
    press(client, payment_id, "refund", note="the card is gone", confirmed="1")
    assert state_of(payment_id) is State.REFUND_DUE
    catch_up(world)
    world.work()
    world.wait(minutes=5)
    world.deliver_due()
    world.work()
    assert state_of(payment_id) is State.REFUNDED
    assert balances() == {}
    assert Refund.objects.get().was_registered is False
    assert "I have raised it" not in client.get(f"/staff/payments/{payment_id}/").content.decode()


def test_finance_of_one_payee_refunds_its_own_lines_only(world: World) -> None:
    payment_id = pay_and_register(world, make_fee(11, 115), make_fee(12, 255, "SIP/PK"))
    sipoo = hire("finance", "sipoo")
    client = sign_in(sipoo)
    form = client.get(f"/staff/payments/{payment_id}/refund/").context["form"]
    assert [name for name in form.fields if name.startswith("amount_")] == ["amount_2"]
    answer = press(client, payment_id, "refund", note="x", amount_1="1,15", amount_2="", confirmed="1")
    assert answer.status_code == 422
    with pytest.raises(MayNotAct):
        refund_payment(
            payment_id=payment_id,
            seen_at=seen_at(payment_id),
            access=access_of(sipoo),
            wish=WISH,
            at=world.now,
        )
    assert AuditEntry.objects.filter(action="refund refused", actor=f"staff:{sipoo.pk}").exists()
    press(client, payment_id, "refund", note="x", confirmed="1")
    assert Refund.objects.get().lines == {"2": 255}


def test_paid_back_by_another_way_is_in_the_books_and_asks_nobody(world: World) -> None:
    payment_id = pay_with_trouble(world)
    client = sign_in(hire("finance", "porvoo"))
    page = press(client, payment_id, "mark-refunded", note="paid from the city's account, receipt 7")
    assert "Marked as paid back." in page.content.decode()
    assert state_of(payment_id) is State.REFUNDED
    # The provider still owes it, and the municipality's own account is the poorer.
    assert balances() == {"provider": 115, "bank": -115}
    refund = Refund.objects.get()
    assert (refund.state, refund.amount_cents, refund.provider_reference) == ("refunded", 115, "")
    assert Payment.objects.get().refunded_cents == 115
    assert world.work() == 0


def test_whoever_is_second_learns_it_and_changes_nothing(world: World) -> None:
    payment_id = pay_with_trouble(world)
    client = sign_in(hire("library_desk", "porvoo"))
    path = f"/staff/payments/{payment_id}/mark-registered/"
    old = client.get(path).context["form"].initial["seen_at"]
    press(sign_in(hire("finance", "porvoo")), payment_id, "refund", note="first", confirmed="1")
    page = client.post(path, {"seen_at": old, "note": "second"}, follow=True)
    assert "has moved on" in page.content.decode()
    assert state_of(payment_id) is State.REFUND_DUE


def test_a_form_from_before_a_change_does_nothing(world: World) -> None:
    """The state is the same again, but what the employee read is not what is there."""
    payment_id = pay_with_trouble(world)
    client = sign_in(hire("library_desk", "porvoo"))
    path = f"/staff/payments/{payment_id}/mark-registered/"
    old = client.get(path).context["form"].initial["seen_at"]
    press(client, payment_id, "retry")
    catch_up(world)
    world.work()
    assert state_of(payment_id) is State.ATTENTION
    page = client.post(path, {"seen_at": old, "note": "late"}, follow=True)
    assert "Somebody else was faster" in page.content.decode()
    assert state_of(payment_id) is State.ATTENTION


def test_the_use_cases_refuse_by_themselves(world: World) -> None:
    """The rights hold whatever page or job calls."""
    payment_id = pay_with_trouble(world)
    at, seen = world.now + timedelta(minutes=1), seen_at(payment_id)
    desk, finance = access_of(hire("library_desk", "porvoo")), access_of(hire("finance", "porvoo"))
    with pytest.raises(MayNotAct):
        retry_registration(payment_id=payment_id, seen_at=seen, access=finance, note="", at=at)
    with pytest.raises(NoteRequired):
        mark_registered(payment_id=payment_id, seen_at=seen, access=desk, note=" ", at=at)
    with pytest.raises(SomebodyWasFaster):
        mark_registered(payment_id=payment_id, seen_at=seen - timedelta(seconds=1), access=desk, note="x", at=at)
    refund_payment(payment_id=payment_id, seen_at=seen, access=desk, wish=WISH, at=at)
    with pytest.raises(NotAllowedNow):
        retry_registration(payment_id=payment_id, seen_at=seen_at(payment_id), access=desk, note="", at=at)
    assert Refund.objects.count() == 1
