"""What staff does about a payment: each way out, to its end in the books, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.database.staff import access_of, hire, pay, pay_and_register, pay_with_trouble, sign_in
from tests.world import World, make_fee
from torget.foundation.audit.models import AuditEntry
from torget.foundation.core.money import Money
from torget.payments.checkout.models import Payment, PaymentEvent, Refund
from torget.payments.checkout.resolve import (
    MayNotAct,
    NotAllowedNow,
    NoteRequired,
    SomebodyWasFaster,
    mark_registered,
    refund_payment,
    retry_registration,
)
from torget.payments.core.checkout import State
from torget.payments.ledger.models import Posting
from torget.sandbox.koha import Fault


def balances() -> dict[str, int]:
    sums: dict[str, int] = {}
    for account, cents in Posting.objects.values_list("account", "amount_cents"):
        sums[account] = sums.get(account, 0) + cents
    return {account: cents for account, cents in sums.items() if cents}


def state_of(payment_id: int) -> State:
    return State(Payment.objects.get(id=payment_id).state)


def seen_at(payment_id: int) -> Any:
    return Payment.objects.get(id=payment_id).changed_at


def press(client: Client, payment_id: int, action: str, **fields: Any) -> Any:
    """Open the page of the action, fill it in, and press."""
    path = f"/staff/payments/{payment_id}/{action}/"
    form = client.get(path).context["form"]
    values = {"seen_at": form.initial["seen_at"], **fields}
    if "lines" in form.initial:
        values.setdefault("lines", form.initial["lines"])
    return client.post(path, values, follow=True)


def catch_up(world: World) -> None:
    """The pages go by the machine's clock and the world by its own; nobody works before the pages have spoken."""
    behind = (timezone.now() - world.now).total_seconds()
    world.wait(seconds=max(behind, 0) + 60)


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
    assert "still marked" not in question.content.decode()
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
    assert "I have corrected it" not in client.get(f"/staff/payments/{payment_id}/").content.decode()


def test_refund_of_a_registered_fee_takes_the_income_back_and_stays_on_the_list(world: World) -> None:
    payment_id = pay_and_register(world, make_fee(11, 115), make_fee(12, 255, "SIP/PK"))
    client = sign_in(hire("library_desk", "porvoo"))
    press(client, payment_id, "refund", note="wrong fee", lines=[1], confirmed="1")
    catch_up(world)
    world.work()
    world.wait(minutes=5)
    world.deliver_due()
    world.work()
    assert state_of(payment_id) is State.REFUNDED
    assert balances() == {"provider": 255, "income:3100": -255}
    refund = Refund.objects.get()
    assert (refund.was_registered, refund.lines) == (True, {"1": 115})
    assert AuditEntry.objects.get(action="refund").detail["hint"]
    page = client.get(f"/staff/payments/{payment_id}/").content.decode()
    assert "still marked paid in the library system" in page
    assert client.get("/staff/").context["counts"]["to_correct"] == 1
    form = client.get(f"/staff/payments/{payment_id}/refund/").context["form"]
    assert [value for value, _label in form.fields["lines"].choices] == [2]
    finance = sign_in(hire("finance", "porvoo"))
    finance.post(f"/staff/refunds/{refund.pk}/corrected/", {"note": "x"})
    assert client.get("/staff/").context["counts"]["to_correct"] == 1
    client.post(f"/staff/refunds/{refund.pk}/corrected/", {"note": "voided the payment in Koha"})
    assert client.get("/staff/").context["counts"]["to_correct"] == 0
    assert client.get("/staff/work-list/").context["to_correct"] == []


def test_finance_of_one_payee_refunds_its_own_lines_only(world: World) -> None:
    payment_id = pay_and_register(world, make_fee(11, 115), make_fee(12, 255, "SIP/PK"))
    sipoo = hire("finance", "sipoo")
    client = sign_in(sipoo)
    form = client.get(f"/staff/payments/{payment_id}/refund/").context["form"]
    assert [value for value, _label in form.fields["lines"].choices] == [2]
    assert press(client, payment_id, "refund", note="x", lines=[1], confirmed="1").status_code == 422
    with pytest.raises(MayNotAct):
        refund_payment(
            payment_id=payment_id,
            seen_at=seen_at(payment_id),
            access=access_of(sipoo),
            reason="x",
            at=world.now,
            positions=frozenset({1}),
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
    assert balances() == {}
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
    refund_payment(payment_id=payment_id, seen_at=seen, access=desk, reason="x", at=at)
    with pytest.raises(NotAllowedNow):
        retry_registration(payment_id=payment_id, seen_at=seen_at(payment_id), access=desk, note="", at=at)
    assert Refund.objects.count() == 1
