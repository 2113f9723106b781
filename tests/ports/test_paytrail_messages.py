"""Returns and callbacks as the sandbox's worst days send them."""

import dataclasses
from collections.abc import Iterator

import pytest

from tests.ports.payment_provider_suite import new_order, new_refund, paid
from tests.ports.paytrail_world import ORDINARY, SUOMI_FI, PaytrailWorld
from torget.connectors.payment_providers.paytrail.messages import parse_time
from torget.foundation.core.money import Money
from torget.payments.core.ports import BadMessage, IncomingMessage, PaymentStatus, ProviderRefused, RefundStatus
from torget.sandbox.paytrail.hostile import HOSTILE, TRUE_ONES

BELIEVED_BUT_DIFFERENT = ("signed_other_amount", "signed_other_currency", "signed_other_stamp", "replay")
BAD = tuple(name for name in HOSTILE if name not in {*TRUE_ONES, *BELIEVED_BUT_DIFFERENT})


@pytest.fixture
def world() -> Iterator[PaytrailWorld]:
    world = PaytrailWorld(ORDINARY)
    yield world
    world.close()


def hostile_callback(world: PaytrailWorld, name: str) -> IncomingMessage:
    aftermath = world.outcome(world.provider.create(new_order(world)), outcome="pay", hostile=[name])
    hostile, true = aftermath.callbacks
    assert world.provider.read_message(true).status is PaymentStatus.PAID
    assert hostile.query != true.query
    return hostile


def test_an_order_without_email_is_refused(world: PaytrailWorld) -> None:
    with pytest.raises(ProviderRefused):
        world.provider.create(dataclasses.replace(new_order(world), email=""))


@pytest.mark.parametrize("name", BAD)
def test_a_hostile_message_changes_nothing(world: PaytrailWorld, name: str) -> None:
    with pytest.raises(BadMessage):
        world.provider.read_message(hostile_callback(world, name))


@pytest.mark.parametrize("name", BAD)
def test_a_hostile_return_changes_nothing(world: PaytrailWorld, name: str) -> None:
    created = world.provider.create(new_order(world))
    returned = world.outcome(created, outcome="pay", hostile_redirect=name).returned
    assert returned is not None
    with pytest.raises(BadMessage):
        world.provider.read_message(returned)


@pytest.mark.parametrize("name", TRUE_ONES)
def test_a_strange_but_true_message_is_believed(world: PaytrailWorld, name: str) -> None:
    message = world.provider.read_message(hostile_callback(world, name))
    assert (message.status, message.amount) == (PaymentStatus.PAID, Money(1090))


def test_what_is_signed_but_not_as_ordered_is_told_as_it_is(world: PaytrailWorld) -> None:
    said = world.provider.read_message(hostile_callback(world, "signed_other_amount"))
    assert said.amount == Money(1091)
    said = world.provider.read_message(hostile_callback(world, "signed_other_currency"))
    assert said.currency == "SEK"
    said = world.provider.read_message(hostile_callback(world, "signed_other_stamp"))
    assert said.stamp == "somebody-elses-stamp"


def test_a_replayed_message_names_its_own_payment(world: PaytrailWorld) -> None:
    first = paid(world, new_order(world))
    second = world.provider.create(new_order(world))
    replayed = world.outcome(second, outcome="decline", hostile=["replay"]).callbacks[0]
    said = world.provider.read_message(replayed)
    assert said.status is PaymentStatus.PAID
    assert said.provider_reference == first.provider_reference


def test_pending_comes_to_the_success_address_and_is_not_paid(world: PaytrailWorld) -> None:
    for outcome in ("pending", "delayed"):
        aftermath = world.outcome(world.provider.create(new_order(world)), outcome=outcome)
        assert aftermath.returned is not None
        assert world.provider.read_message(aftermath.returned).status is PaymentStatus.PENDING


def test_fail_then_ok_copies_and_a_stale_pending(world: PaytrailWorld) -> None:
    created = world.provider.create(new_order(world))
    aftermath = world.outcome(created, outcome="pay_after_cancel", copies=2, stale_pending=True)
    said = [world.provider.read_message(message).status for message in aftermath.callbacks]
    paid_, failed, pending = PaymentStatus.PAID, PaymentStatus.FAILED, PaymentStatus.PENDING
    assert said == [failed, paid_, pending, failed, paid_]


def test_only_success_callbacks_of_suomi_fi_tell_the_settlement() -> None:
    world = PaytrailWorld(SUOMI_FI)
    created = world.provider.create(new_order(world))
    aftermath = world.outcome(created, outcome="pay")
    assert aftermath.returned is not None
    assert world.provider.read_message(aftermath.returned).settlement_reference == ""
    told = world.provider.read_message(aftermath.callbacks[0]).settlement_reference
    assert told == world.provider.status(provider_reference=created.provider_reference).settlement_reference
    first = world.today()
    world.days_pass(2)
    (settlement,) = world.provider.settlements(first=first, last=world.today())
    assert settlement.reference == told
    world.close()


def test_a_refund_without_balance_has_no_identifier(world: PaytrailWorld) -> None:
    order = new_order(world)
    created = paid(world, order)
    world.sandbox.knobs.turn(refund="insufficient")
    refund = new_refund(order, created, order.amount)
    assert world.provider.refund(refund).status is RefundStatus.PENDING
    (message,) = world.refund_callbacks()
    said = world.provider.read_refund_message(message)
    assert (said.status, said.provider_reference, said.stamp) == (RefundStatus.FAILED, "", refund.refund_stamp)


def test_a_refund_message_may_lack_the_stamp_but_not_the_truth(world: PaytrailWorld) -> None:
    order = new_order(world)
    created = paid(world, order)
    world.sandbox.knobs.turn(refund_callback_has_stamp=False)
    world.provider.refund(new_refund(order, created, order.amount))
    (message,) = world.refund_callbacks()
    assert world.provider.read_refund_message(message).stamp == ""
    changed = tuple((name, "1" if name == "checkout-amount" else value) for name, value in message.query)
    with pytest.raises(BadMessage):
        world.provider.read_refund_message(dataclasses.replace(message, query=changed))


def test_a_refund_message_in_an_unknown_word_is_bad(world: PaytrailWorld) -> None:
    with pytest.raises(BadMessage, match="status"):
        world.provider.read_refund_message(hostile_callback(world, "unknown_status"))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2019-01-06T13:43:32.780Z", "2019-01-06T13:43:32.780000+00:00"),
        ("2019-01-06T013:43:32.780Z", "2019-01-06T13:43:32.780000+00:00"),
        ("2019-01-08", "2019-01-08T00:00:00+02:00"),
        ("2019-01-08T10:00:00", "2019-01-08T10:00:00+00:00"),
        ("eilen", None),
        ("", None),
        (None, None),
    ],
)
def test_times_are_read_defensively(text: str | None, read: str | None) -> None:
    found = parse_time(text)
    assert (None if found is None else found.isoformat()) == read
