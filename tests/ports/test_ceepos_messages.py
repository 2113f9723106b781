"""Returns and notifications as the sandbox's worst days send them, and what Ceepos refuses."""

import dataclasses
from collections.abc import Iterator

import pytest

from tests.ports.ceepos_world import VERSION_3, CeeposWorld
from tests.ports.payment_provider_suite import new_order
from torget.connectors.payment_providers.ceepos.provider import Ceepos
from torget.foundation.core.money import Money
from torget.payments.core.ports import BadMessage, IncomingMessage, PaymentStatus, ProviderRefused, ProviderUnavailable
from torget.sandbox.ceepos.messages import HOSTILE, TRUE_ONES

TOLD_AS_IT_IS = ("signed_other_amount", "signed_other_id", "replay")
BAD = tuple(name for name in HOSTILE if name not in {*TRUE_ONES, *TOLD_AS_IT_IS})


@pytest.fixture
def world() -> Iterator[CeeposWorld]:
    world = CeeposWorld()
    yield world
    world.close()


def hostile_callback(world: CeeposWorld, name: str) -> IncomingMessage:
    created = world.provider.create(new_order(world))
    hostile, true = world.outcome(created, outcome="pay", hostile=[name]).callbacks
    assert world.provider.read_message(true).status is PaymentStatus.PAID
    assert hostile.body != true.body
    return hostile


@pytest.mark.parametrize("name", BAD)
def test_a_hostile_message_changes_nothing(world: CeeposWorld, name: str) -> None:
    with pytest.raises(BadMessage):
        world.provider.read_message(hostile_callback(world, name))
    created = world.provider.create(new_order(world))
    returned = world.outcome(created, outcome="pay", hostile_redirect=name).returned
    assert returned is not None
    with pytest.raises(BadMessage):
        world.provider.read_message(returned)


def test_what_is_not_hashed_is_left_alone(world: CeeposWorld) -> None:
    said = world.provider.read_message(hostile_callback(world, "extra_unsigned"))
    assert (said.status, said.amount) == (PaymentStatus.PAID, Money(1090))


def test_what_is_hashed_but_not_as_ordered_is_told_as_it_is(world: CeeposWorld) -> None:
    assert world.provider.read_message(hostile_callback(world, "signed_other_amount")).amount == Money(1091)
    assert world.provider.read_message(hostile_callback(world, "signed_other_id")).stamp == "somebody-elses"


def test_a_reversal_at_the_till_reads_as_failed(world: CeeposWorld) -> None:
    """Whoever receives it keeps what is paid; the settlement shows what is missing."""
    created = world.provider.create(new_order(world))
    world.choose(created, "pay")
    (told,) = world.outcome(created, outcome="reverse").callbacks
    assert world.provider.read_message(told).status is PaymentStatus.FAILED


def test_wrong_credentials_are_refused(world: CeeposWorld) -> None:
    wrong = Ceepos(account=VERSION_3, secret="not-it", base_url="", client=world.client)
    with pytest.raises(ProviderRefused, match="99"):
        wrong.create(new_order(world))
    stranger = Ceepos(account="nobody", secret="123", base_url="", client=world.client)
    with pytest.raises(ProviderRefused, match="99"):
        stranger.create(new_order(world))


@pytest.mark.parametrize("kind", ["other_page", "system_error", "error_after", "drop_after"])
def test_an_answer_that_is_not_theirs_sends_nobody_anywhere(world: CeeposWorld, kind: str) -> None:
    world.sandbox.knobs.turn(outage={"kind": kind, "count": 1})
    with pytest.raises(ProviderUnavailable):
        world.provider.create(new_order(world))


def test_what_the_register_could_not_take_is_not_sent(world: CeeposWorld) -> None:
    order = new_order(world)
    faulty = [
        dataclasses.replace(order, email=""),
        dataclasses.replace(order, return_url="https://x.example/" + "a" * 300),
        dataclasses.replace(order, lines=(dataclasses.replace(order.lines[0], product_code="x" * 26),)),
        dataclasses.replace(order, lines=(dataclasses.replace(order.lines[0], product_code=""),)),
    ]
    for one in faulty:
        with pytest.raises(ProviderRefused, match="nothing was sent"):
            world.provider.create(one)


def test_there_is_no_account_for_several_payees() -> None:
    with pytest.raises(ValueError, match="several payees"):
        Ceepos(account="a", secret="b", base_url="https://x.example", is_aggregate=True)
