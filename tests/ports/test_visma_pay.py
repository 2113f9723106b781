"""Visma Pay: the public examples of its authcode, the sandbox's worst days, and what is asked before it is believed."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.ports.payment_provider_suite import Choice, new_order, new_refund, paid
from tests.ports.visma_pay_world import ACCOUNT, VismaPayWorld
from torget.connectors.payment_providers.visma_pay.provider import VismaPay
from torget.connectors.payment_providers.visma_pay.signature import BadAuthcode, authcode, verify_return
from torget.foundation.core.money import Money
from torget.payments.core.ports import BadMessage, PaymentStatus, ProviderRefused, ProviderUnavailable, RefundStatus
from torget.sandbox.visma_pay.authcodes import authcode_of
from torget.sandbox.visma_pay.messages import HOSTILE, TRUE_ONES, signed

VECTORS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("visma_pay_vectors.json").read_text(encoding="utf-8")
)["vectors"]
BAD = tuple(name for name in HOSTILE if name not in {*TRUE_ONES, "signed_other_order"})
FIELDS = some.text(some.characters(codec="utf-8", exclude_characters="|"), max_size=20)


@pytest.fixture
def world() -> Iterator[VismaPayWorld]:
    world = VismaPayWorld()
    yield world
    world.close()


def test_all_the_vectors_are_here() -> None:
    assert len(VECTORS) == 4


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_vector(vector: dict[str, Any]) -> None:
    fields = vector["string_to_sign"].split("|")
    assert authcode(vector["secret"], *fields) == vector["expected"]
    assert authcode_of(vector["secret"], fields) == vector["expected"]


@given(some.lists(FIELDS, min_size=1, max_size=5), FIELDS)
def test_the_sandbox_and_the_connector_agree(fields: list[str], key: str) -> None:
    assert authcode(key, *fields) == authcode_of(key, fields)


@pytest.mark.parametrize("field", ["a|b", "|", "\ud800"])
def test_what_could_be_read_in_two_ways_is_not_signed(field: str) -> None:
    with pytest.raises(BadAuthcode):
        authcode("key", "a", field)


def test_the_public_return_is_believed_and_no_other() -> None:
    values = {"RETURN_CODE": "0", "ORDER_NUMBER": "123", "SETTLED": "1", "AUTHCODE": VECTORS[3]["expected"]}
    verify_return("private_key", values)
    for changed in ({**values, "RETURN_CODE": "1"}, {**values, "CONTACT_ID": "1"}, {**values, "AUTHCODE": ""}):
        with pytest.raises(BadAuthcode):
            verify_return("private_key", changed)


@pytest.mark.parametrize("name", BAD)
def test_a_hostile_message_changes_nothing(world: VismaPayWorld, name: str) -> None:
    created = world.provider.create(new_order(world))
    aftermath = world.outcome(created, outcome="pay", hostile=[name], hostile_redirect=name)
    assert aftermath.returned is not None
    for message in (aftermath.returned, aftermath.callbacks[0]):
        with pytest.raises(BadMessage):
            world.provider.read_message(message)
    assert world.provider.read_message(aftermath.callbacks[1]).status is PaymentStatus.PAID


@pytest.mark.parametrize("name", TRUE_ONES)
def test_a_strange_but_true_message_is_believed(world: VismaPayWorld, name: str) -> None:
    created = world.provider.create(new_order(world))
    (strange, _) = world.outcome(created, outcome="pay", hostile=[name]).callbacks
    said = world.provider.read_message(strange)
    assert (said.status, said.amount) == (PaymentStatus.PAID, None)


def test_a_code_without_its_neighbour_is_only_pending(world: VismaPayWorld) -> None:
    """Without SETTLED nobody says whether the money was captured; asking tells."""
    message = world.choose(world.provider.create(new_order(world)), "pay").callbacks[0]
    values = {name: value for name, value in message.query if name not in ("SETTLED", "AUTHCODE", "lang")}
    query = tuple(signed(values, "private_key"))
    said = world.provider.read_message(dataclasses.replace(message, query=query))
    assert said.status is PaymentStatus.PENDING


def test_what_is_only_authorised_is_captured(world: VismaPayWorld) -> None:
    created = world.provider.create(new_order(world))
    (told,) = world.outcome(created, outcome="reserve").callbacks
    assert world.provider.read_message(told).status is PaymentStatus.RESERVED
    assert isinstance(world.provider, VismaPay)
    for _ in range(2):
        world.provider.capture(provider_reference=created.provider_reference, amount=Money(1090))
        assert world.provider.status(provider_reference=created.provider_reference).status is PaymentStatus.PAID


def test_a_refund_that_the_payer_must_claim_is_pending(world: VismaPayWorld) -> None:
    order = new_order(world)
    created = paid(world, order)
    world.refunds_go("pending_ok")
    answer = world.provider.refund(new_refund(order, created, order.amount))
    assert answer.status is RefundStatus.PENDING


def test_wrong_credentials_are_refused(world: VismaPayWorld) -> None:
    for account, secret in ((ACCOUNT, "not-it"), ("nobody", "private_key")):
        wrong = VismaPay(account=account, secret=secret, base_url="", client=world.client)
        with pytest.raises(ProviderRefused):
            wrong.create(new_order(world))


def test_maintenance_and_a_wrong_clock(world: VismaPayWorld) -> None:
    world.sandbox.knobs.turn(outage={"kind": "maintenance", "count": 1})
    with pytest.raises(ProviderUnavailable, match="10"):
        world.provider.create(new_order(world))
    late = VismaPay(
        account=ACCOUNT,
        secret="private_key",
        base_url="",
        client=world.client,
        now=lambda: world.sandbox.clock.now() - 3000,
    )
    with pytest.raises(ProviderRefused, match="15 minutes"):
        late.create(new_order(world))


@pytest.mark.parametrize("choice", ["pay", "cancel"])
def test_a_method_in_the_status_is_kept(world: VismaPayWorld, choice: Choice) -> None:
    created = world.provider.create(new_order(world))
    world.choose(created, choice)
    said = world.provider.status(provider_reference=created.provider_reference)
    assert said.method == ("osuuspankki" if choice == "pay" else "")
