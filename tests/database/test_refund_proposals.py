"""Above the limit a second person decides: another one, in time, and before any money moves."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests.database.staff import (
    access_of,
    balances,
    hire,
    pay_and_register,
    press,
    seen_at,
    settle,
    sign_in,
    state_of,
)
from tests.world import World, make_fee
from torget.foundation.audit.models import AuditEntry
from torget.foundation.cooperations.models import Municipality
from torget.payments.checkout.models import Payment, PaymentEvent, PaymentLine, Refund
from torget.payments.checkout.proposals import (
    SamePerson,
    approve_refund,
    expire_proposals,
    reject_refund,
    withdraw_refund,
)
from torget.payments.checkout.refund import refund_payment
from torget.payments.checkout.resolve import MayNotAct, NotAllowedNow, NoteRequired, SomebodyWasFaster
from torget.payments.core.checkout import State
from torget.payments.core.refunding import RefundCategory, RefundWish

BIG = 6000


def proposed(world: World, *, cents: int = BIG) -> tuple[int, Refund, Any]:
    """A payment of 60 euros of which the desk asks to refund so much; the payment, the proposal and who asked."""
    payment_id = pay_and_register(world, make_fee(11, BIG))
    asker = hire("library_desk", "porvoo")
    press(sign_in(asker), payment_id, "refund", note="wrong", amount_1=f"{cents / 100:.2f}", confirmed="1")
    return payment_id, Refund.objects.get(), asker


def test_nothing_moves_before_the_second_person_agrees(world: World) -> None:
    payment_id, refund, asker = proposed(world)
    assert (refund.state, refund.needs_second_person) == ("proposed", True)
    settle(world)
    assert state_of(payment_id) is State.REGISTERED
    assert Payment.objects.get().refunded_cents == 0
    finance = hire("finance", "porvoo")
    client = sign_in(finance)
    page = client.get("/staff/work-list/").content.decode()
    assert "library_desk of porvoo asks to refund" in page
    assert client.get("/staff/").context["counts"]["to_decide"] == 1
    assert "€60.00" in client.get(f"/staff/refunds/{refund.pk}/").content.decode()
    client.post(f"/staff/refunds/{refund.pk}/", {"note": "seen", "approve": ""})
    assert state_of(payment_id) is State.REFUND_DUE
    settle(world)
    assert (state_of(payment_id), balances()) == (State.REFUNDED, {})
    refund.refresh_from_db()
    assert (refund.requested_by, refund.decided_by) == (f"staff:{asker.pk}", f"staff:{finance.pk}")
    assert [entry.actor for entry in AuditEntry.objects.filter(action="approve refund")] == [f"staff:{finance.pk}"]
    events = [event.event for event in PaymentEvent.objects.filter(actor__startswith="staff").order_by("id")]
    assert events == ["refund_proposed", "refund_decided"]
    assert client.get("/staff/").context["counts"]["to_decide"] == 0


def test_never_the_same_person(world: World) -> None:
    _payment_id, refund, asker = proposed(world)
    at, access = timezone.now(), access_of(asker)
    for step in (approve_refund, reject_refund):
        with pytest.raises(SamePerson):
            step(refund_id=refund.pk, access=access, note="x", at=at)
    client = sign_in(asker)
    page = client.get(f"/staff/refunds/{refund.pk}/").content.decode()
    assert "Agree and refund" not in page
    assert "Withdraw the refund" in page
    client.post(f"/staff/refunds/{refund.pk}/", {"note": "x", "approve": ""})
    assert Refund.objects.get().state == "proposed"
    assert "asks to refund" not in client.get("/staff/work-list/").content.decode()
    with pytest.raises(IntegrityError, match="decided_by_another_person"), transaction.atomic():
        Refund.objects.update(state="due", decided_by=refund.requested_by)
    with pytest.raises(IntegrityError, match="above_the_limit_two_people"), transaction.atomic():
        Refund.objects.update(state="due")


def test_only_who_could_have_asked_decides(world: World) -> None:
    _payment_id, refund, _asker = proposed(world)
    others = [hire("finance", "sipoo"), hire("coordinator", "porvoo"), hire("operator")]
    for employee in others:
        with pytest.raises(MayNotAct):
            approve_refund(refund_id=refund.pk, access=access_of(employee), note="x", at=timezone.now())
    assert sign_in(others[0]).get(f"/staff/refunds/{refund.pk}/").status_code == 404
    page = sign_in(others[1]).get(f"/staff/refunds/{refund.pk}/").content.decode()
    assert "Your role does not let you decide" in page
    assert AuditEntry.objects.filter(action="approve refund refused").count() == 3


def test_a_no_carries_its_reason(world: World) -> None:
    payment_id, refund, _asker = proposed(world)
    finance = hire("finance", "porvoo")
    client = sign_in(finance)
    answer = client.post(f"/staff/refunds/{refund.pk}/", {"note": " ", "reject": ""})
    assert answer.status_code == 422
    with pytest.raises(NoteRequired):
        reject_refund(refund_id=refund.pk, access=access_of(finance), note="", at=timezone.now())
    client.post(f"/staff/refunds/{refund.pk}/", {"note": "the fee was right", "reject": ""})
    refund.refresh_from_db()
    assert (refund.state, refund.decision_note) == ("rejected", "the fee was right")
    assert state_of(payment_id) is State.REGISTERED
    assert "the fee was right" in client.get(f"/staff/payments/{payment_id}/").content.decode()


def test_who_asked_takes_it_back_and_asks_again(world: World) -> None:
    payment_id, refund, asker = proposed(world)
    with pytest.raises(MayNotAct):
        withdraw_refund(refund_id=refund.pk, access=access_of(hire("finance", "porvoo")), at=timezone.now())
    client = sign_in(asker)
    client.post(f"/staff/refunds/{refund.pk}/", {"withdraw": ""})
    assert Refund.objects.get().state == "withdrawn"
    with pytest.raises(SomebodyWasFaster):
        withdraw_refund(refund_id=refund.pk, access=access_of(asker), at=timezone.now())
    press(client, payment_id, "refund", note="less", amount_1="50.00", confirmed="1")
    assert [row.state for row in Refund.objects.order_by("id")] == ["withdrawn", "due"]


def test_it_ends_when_nobody_decides(world: World) -> None:
    payment_id, refund, _asker = proposed(world)
    now = timezone.now()
    assert expire_proposals(now + timedelta(days=13)) == 0
    late = now + timedelta(days=15)
    with pytest.raises(NotAllowedNow):
        approve_refund(refund_id=refund.pk, access=access_of(hire("finance", "porvoo")), note="", at=late)
    assert expire_proposals(late) == 1
    assert expire_proposals(late) == 0
    assert Refund.objects.get().state == "expired"
    assert state_of(payment_id) is State.REGISTERED


def test_two_people_who_agree_at_once_let_one_refund_go(world: World) -> None:
    payment_id, refund, _asker = proposed(world)
    people = [access_of(hire("finance", "porvoo")), access_of(hire("coordinator", "porvoo"))]
    people.append(people[0])
    gate, at = Barrier(3), timezone.now()

    def one(number: int) -> str:
        try:
            gate.wait(10)
            approve_refund(refund_id=refund.pk, access=people[number], note="", at=at)
        except (SomebodyWasFaster, NotAllowedNow, MayNotAct) as late:
            return type(late).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(one, range(3)))
    assert answers.count("done") == 1
    settle(world)
    assert Payment.objects.get(id=payment_id).refunded_cents == BIG
    assert PaymentLine.objects.get().refunded_cents == BIG


def test_small_refunds_do_not_add_up_past_the_limit(world: World) -> None:
    payment_id = pay_and_register(world, make_fee(11, BIG))
    client = sign_in(hire("finance", "porvoo"))
    press(client, payment_id, "refund", note="x", amount_1="50.00", confirmed="1")
    settle(world)
    question = press(client, payment_id, "refund", note="x", amount_1="0.01").content.decode()
    assert "A second person decides" in question
    press(client, payment_id, "refund", note="x", amount_1="0.01", confirmed="1")
    assert [row.state for row in Refund.objects.order_by("id")] == ["refunded", "proposed"]


def test_each_municipality_has_its_own_limit(world: World) -> None:
    Municipality.objects.filter(slug="porvoo").update(refund_limit_cents=100)
    Municipality.objects.filter(slug="sipoo").update(refund_limit_cents=0)
    payment_id = pay_and_register(world, make_fee(11, 115), make_fee(12, 255, "SIP/PK"))
    desk = hire("library_desk", "porvoo")
    page = sign_in(desk).get(f"/staff/payments/{payment_id}/refund/").content.decode()
    assert "Porvoo: refunds above €1.00 for one payment need a second person." in page
    assert "Sipoo: every refund needs a second person." in page
    for cents, needs in (({1: 100}, False), ({1: 1}, True), ({2: 1}, True)):
        plan = refund_payment(
            payment_id=payment_id,
            seen_at=seen_at(payment_id),
            access=access_of(desk),
            wish=RefundWish(cents=cents, category=RefundCategory.OTHER, reason="x"),
            at=timezone.now(),
        )
        assert plan.needs_second_person is needs
        if needs:
            withdraw_refund(refund_id=Refund.objects.latest("id").pk, access=access_of(desk), at=timezone.now())
        else:
            settle(world)
