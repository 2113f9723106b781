"""FOLIO beyond the port's suite: actions before accounts, even splits, tokens that lapse, and what its answers mean."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.libraries import FOLIO_OPTIONS
from tests.ports.fee_worlds import FolioWorld, folio_world
from tests.ports.library_system_suite import new_patron, order_for, read, register
from torget.foundation.core.money import ZERO, Money
from torget.payments.core.ports import LibrarySystemUnavailable, RegistrationOutcome, WrongCredentials
from torget.sandbox.faults import Fault
from torget.sandbox.folio import FolioSettings
from torget.sandbox.folio.app import uuid_of


@pytest.fixture(scope="module")
def running() -> Iterator[FolioWorld]:
    with folio_world() as world:
        yield world


@pytest.fixture
def world(running: FolioWorld) -> Iterator[FolioWorld]:
    yield running
    running.sandbox.faults.clear()
    for name in FolioSettings.__slots__:
        setattr(running.sandbox.settings, name, getattr(FolioSettings(), name))


@pytest.mark.parametrize(
    ("fault", "outcome", "received", "owed"),
    [
        (Fault.ERROR_BEFORE, RegistrationOutcome.UNKNOWN, 0, 255),
        (Fault.ERROR_AFTER, RegistrationOutcome.UNKNOWN, 255, 0),
        (Fault.ERROR_BUT_BOOKED, RegistrationOutcome.UNKNOWN, 255, 255),
        (Fault.NOT_JSON, RegistrationOutcome.UNKNOWN, 0, 255),
        (Fault.UNAUTHORIZED, RegistrationOutcome.BOOKED, 255, 0),
    ],
)
def test_what_an_answer_means(
    world: FolioWorld, fault: Fault, outcome: RegistrationOutcome, received: int, owed: int
) -> None:
    patron = new_patron(255)
    snapshot = read(world, patron, world.add(patron))
    world.sandbox.faults.fail_next(fault, path_contains="/pay")
    assert world.library.register(order_for(snapshot)).outcome is outcome
    assert world.received(patron.card_number) == Money(received)
    assert world.owed(patron.card_number) == Money(owed)


def test_an_action_whose_account_stayed_open_is_found_by_our_mark(world: FolioWorld) -> None:
    patron = new_patron(255)
    snapshot = read(world, patron, world.add(patron))
    order = order_for(snapshot)
    world.sandbox.faults.fail_next(Fault.ERROR_BUT_BOOKED, path_contains="/pay")
    world.library.register(order)
    found = world.library.find_registration(patron_reference=snapshot.patron.reference, marker=order.marker)
    assert found is not None
    assert found.fees == {snapshot.fees[0].reference: Money(255)}
    assert len(read(world, patron, snapshot.patron.reference).fees) == 1


def test_a_fee_that_has_grown_is_paid_as_it_was_and_its_neighbour_wholly(world: FolioWorld) -> None:
    """In one bulk payment FOLIO would split the sum evenly and leave both open; so each account is paid by itself."""
    patron = new_patron(1000, 100)
    snapshot = read(world, patron, world.add(patron))
    order = order_for(snapshot)
    world.sandbox.books.grow(patron.fees[0].fee_id, 200)
    assert register(world.library, order) == {RegistrationOutcome.BOOKED}
    left = read(world, patron, snapshot.patron.reference).fees
    assert [fee.outstanding.cents for fee in left] == [200]


def test_the_sandbox_splits_a_bulk_payment_evenly(world: FolioWorld) -> None:
    patron = new_patron(1200, 200)
    world.add(patron)
    with httpx.Client(base_url=world.address, trust_env=False, headers={"x-okapi-tenant": "helle"}) as client:
        me = {"tenant": "helle", "username": "torget", "password": "sandbox-secret"}
        token = client.post("/authn/login-with-expiry", content=json.dumps(me)).cookies["folioAccessToken"]
        body = {
            "amount": "3.00",
            "notifyPatron": False,
            "servicePointId": FOLIO_OPTIONS["service_point_id"],
            "userName": "torget",
            "paymentMethod": "Online",
            "accountIds": [uuid_of(fee.fee_id) for fee in patron.fees],
        }
        client.post("/accounts-bulk/pay", content=json.dumps(body), headers={"x-okapi-token": token}).raise_for_status()
    paid = [payment["cents"] for payment in world.sandbox.books.payments_of(patron.card_number)]
    assert sorted(paid) == [150, 150]


def test_a_token_that_lapsed_is_asked_for_anew(world: FolioWorld) -> None:
    patron = new_patron(255)
    snapshot = read(world, patron, world.add(patron))
    world.sandbox.revoke_tokens()
    assert world.library.register(order_for(snapshot)).outcome is RegistrationOutcome.BOOKED


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"tenant": "other"}])
def test_our_own_wrong_credentials_are_nobodys_wrong_pin(world: FolioWorld, wrong: dict[str, Any]) -> None:
    patron = new_patron(255)
    snapshot = read(world, patron, world.add(patron))
    stranger = world.connect(world.address, **wrong)
    with pytest.raises(LibrarySystemUnavailable):
        stranger.authenticate(card_number=patron.card_number, pin=patron.pin)
    assert stranger.register(order_for(snapshot)).outcome is RegistrationOutcome.NOT_SENT


def test_without_the_module_nothing_was_refused(world: FolioWorld) -> None:
    patron = new_patron(255)
    snapshot = read(world, patron, world.add(patron))
    world.sandbox.settings.is_module_away = True
    assert world.library.register(order_for(snapshot)).outcome is RegistrationOutcome.NOT_SENT
    assert world.received(patron.card_number) == ZERO


def test_a_tenant_without_pins_takes_the_patrons_password(world: FolioWorld) -> None:
    patron = new_patron(255)
    reference = world.add(patron)
    library = world.connect(world.address, signs_in_by="password")
    assert library.authenticate(card_number=patron.card_number, pin=patron.pin).reference == reference
    with pytest.raises(WrongCredentials):
        library.authenticate(card_number=patron.card_number, pin="0000")


def test_a_fee_that_is_suspended_cannot_be_paid_online(world: FolioWorld) -> None:
    patron = new_patron(255)
    reference = world.add(replace(patron, fees=(replace(patron.fees[0], kind="CLAIMED"),)))
    (fee,) = read(world, patron, reference).fees
    assert (fee.kind, fee.is_barred) == ("CLAIMED", True)


def test_a_fee_is_never_told_twice(world: FolioWorld) -> None:
    patron = new_patron(255)
    snapshot = read(world, patron, world.add(patron))
    order = order_for(snapshot)
    assert world.library.register(order).outcome is RegistrationOutcome.BOOKED
    assert world.library.register(order).outcome is RegistrationOutcome.REFUSED
