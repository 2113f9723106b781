"""Whole payments between the sandboxes: every way they can go ends well or on somebody's work list."""

from tests.world import World, make_fee, make_patron
from torget.foundation.core.money import Money
from torget.payments.checkout.models import Payment, PaymentEvent, PaymentLine, Receipt, Refund
from torget.payments.core.checkout import State
from torget.payments.ledger.models import Posting


def balances() -> dict[str, int]:
    sums: dict[str, int] = {}
    for account, cents in Posting.objects.values_list("account", "amount_cents"):
        sums[account] = sums.get(account, 0) + cents
    return {account: cents for account, cents in sums.items() if cents}


def state_of(payment_id: int) -> State:
    return State(Payment.objects.get(id=payment_id).state)


def test_paid_by_return_and_registered(world: World) -> None:
    patron = make_patron(1, make_fee(11, 115), make_fee(12, 255, "SIP/PK"))
    world.add(patron)
    (payment_id,) = world.start(patron).payment_ids
    url = world.at_provider(payment_id, "pay")
    assert url is not None
    world.come_back(url)
    assert state_of(payment_id) is State.PAID
    world.work()
    assert state_of(payment_id) is State.REGISTERED
    assert world.outstanding(1) == Money(0)
    assert world.credits() == [Money(370)]
    assert balances() == {"provider": 370, "income:3100": -370}
    assert Receipt.objects.get().payment_id == payment_id
    assert not PaymentLine.objects.filter(is_open=True).exists()
    assert [event.event for event in PaymentEvent.objects.order_by("id")] == [
        "started",
        "page_created",
        "provider_paid",
        "registration_started",
        "booked",
    ]


def test_the_callback_after_the_return_changes_nothing(world: World) -> None:
    patron = make_patron(1, make_fee(11, 115))
    world.add(patron)
    (payment_id,) = world.start(patron).payment_ids
    url = world.at_provider(payment_id, "pay", copies=3)
    assert url is not None
    world.come_back(url)
    world.work()
    world.wait(hours=2)
    assert world.deliver_due() == 3
    world.work()
    assert world.credits() == [Money(115)]
    assert balances() == {"provider": 115, "income:3100": -115}


def test_nobody_tells_us_and_the_poll_finds_it(world: World) -> None:
    patron = make_patron(1, make_fee(11, 115))
    world.add(patron)
    (payment_id,) = world.start(patron).payment_ids
    assert world.at_provider(payment_id, "pay_unnoticed") is None
    world.wait(minutes=3)
    world.work()
    assert state_of(payment_id) is State.REGISTERED


def test_paid_after_it_failed(world: World) -> None:
    patron = make_patron(1, make_fee(11, 115))
    world.add(patron)
    (payment_id,) = world.start(patron).payment_ids
    url = world.at_provider(payment_id, "cancel")
    assert url is not None
    world.come_back(url)
    assert state_of(payment_id) is State.FAILED
    url = world.at_provider(payment_id, "pay")
    assert url is not None
    world.come_back(url)
    world.work()
    assert state_of(payment_id) is State.REGISTERED


def test_a_fee_that_went_away_is_paid_back(world: World) -> None:
    patron = make_patron(1, make_fee(11, 115), make_fee(12, 200))
    world.add(patron)
    (payment_id,) = world.start(patron).payment_ids
    url = world.at_provider(payment_id, "pay")
    world.koha.store.write("UPDATE account_lines SET amount_outstanding = 0 WHERE account_line_id = 12")
    assert url is not None
    world.come_back(url)
    world.work()
    world.wait(minutes=5)
    world.deliver_due()
    assert state_of(payment_id) is State.REFUNDED
    assert Refund.objects.get().amount_cents == 200
    assert world.credits() == [Money(115)]
    assert balances() == {"provider": 115, "income:3100": -115}


def test_error_but_booked_is_found_by_the_marker(world: World) -> None:
    from torget.sandbox.koha import Fault

    patron = make_patron(1, make_fee(11, 115))
    world.add(patron)
    (payment_id,) = world.start(patron).payment_ids
    url = world.at_provider(payment_id, "pay")
    assert url is not None
    world.come_back(url)
    world.koha.faults.fail_next(Fault.ERROR_BUT_BOOKED, method="POST", path_contains="/credits")
    world.work()
    assert state_of(payment_id) is State.UNCERTAIN
    world.wait(minutes=2)
    world.work()
    # The money lies as a credit and the fee is open: that is for a person, and never booked a second time.
    assert state_of(payment_id) is State.ATTENTION
    payment = Payment.objects.get(id=payment_id)
    assert payment.attention_reason == "booked_but_not_settled"
    assert payment.attention_owner is not None
    assert world.credits() == [Money(115)]
