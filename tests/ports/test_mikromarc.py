"""Mikromarc beyond the suite: debtors, pages that lead astray, debts that cannot be paid, what answers mean."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.ports.fee_worlds import MikromarcWorld, mikromarc_world
from tests.ports.library_system_suite import new_patron, order_for, read
from torget.foundation.core.money import ZERO, Money
from torget.payments.core.ports import LibrarySystemUnavailable, RegistrationOutcome, WrongCredentials
from torget.sandbox.faults import Fault
from torget.sandbox.mikromarc import MikromarcSettings
from torget.sandbox.population import SandboxItem


@pytest.fixture(scope="module")
def running() -> Iterator[MikromarcWorld]:
    with mikromarc_world() as world:
        yield world


@pytest.fixture
def world(running: MikromarcWorld) -> Iterator[MikromarcWorld]:
    yield running
    running.sandbox.faults.clear()
    for name in MikromarcSettings.__slots__:
        setattr(running.sandbox.settings, name, getattr(MikromarcSettings(), name))


def test_a_debtor_who_is_barred_comes_in_to_pay(world: MikromarcWorld) -> None:
    patron = replace(new_patron(500), banned_until_paid=True)
    reference = world.add(patron)
    identity = world.library.authenticate(card_number=patron.card_number, pin=patron.pin)
    assert (identity.reference, identity.loan_ban) == (reference, True)
    with pytest.raises(WrongCredentials):
        world.library.authenticate(card_number=patron.card_number, pin="0000")


def test_a_wrong_password_of_ours_is_nobodys_wrong_pin(world: MikromarcWorld) -> None:
    patron = new_patron(500)
    snapshot = read(world, patron, world.add(patron))
    stranger = world.connect(world.address, password="wrong")
    with pytest.raises(LibrarySystemUnavailable):
        stranger.authenticate(card_number=patron.card_number, pin=patron.pin)
    assert stranger.register(order_for(snapshot)).outcome is RegistrationOutcome.NOT_SENT
    assert world.received(patron.card_number) == ZERO


@pytest.mark.parametrize("size", [2, 3, 7])
def test_pages_are_counted_by_us(world: MikromarcWorld, size: int) -> None:
    world.sandbox.settings.page_size = size
    patron = new_patron(*([20] * 7))
    snapshot = read(world, patron, world.add(patron))
    assert len({fee.reference for fee in snapshot.fees}) == 7


def test_a_page_that_comes_again_is_no_answer(world: MikromarcWorld) -> None:
    world.sandbox.settings.page_size, world.sandbox.settings.repeats_pages = 2, True
    patron = new_patron(20, 20, 20)
    with pytest.raises(LibrarySystemUnavailable, match="same page"):
        read(world, patron, world.add(patron))


def test_a_debt_that_cannot_be_paid_online_has_a_kind_of_its_own(world: MikromarcWorld) -> None:
    patron = new_patron(115, 255)
    lost = replace(patron.fees[1], kind="11", item_id=9_000_001)
    item = SandboxItem(item_id=9_000_001, title="Sinuhe", home_branch="PRV/PK", barcode="1")
    reference = world.add(replace(patron, fees=(patron.fees[0], lost)), items=(item,))
    fees = read(world, patron, reference).fees
    assert [(fee.kind, fee.is_barred, fee.title) for fee in fees] == [
        ("OVERDUE", False, None),
        ("11", True, "Sinuhe"),
    ]
    assert fees[0].fee_branch == "PRV/PK"


@pytest.mark.parametrize(
    ("fault", "outcome", "received"),
    [
        (Fault.ERROR_BEFORE, RegistrationOutcome.UNKNOWN, 0),
        (Fault.ERROR_AFTER, RegistrationOutcome.UNKNOWN, 255),
        (Fault.NOT_JSON, RegistrationOutcome.UNKNOWN, 0),
        (Fault.MAINTENANCE, RegistrationOutcome.UNKNOWN, 0),
        (Fault.UNAUTHORIZED, RegistrationOutcome.NOT_SENT, 0),
    ],
)
def test_what_an_answer_means(world: MikromarcWorld, fault: Fault, outcome: RegistrationOutcome, received: int) -> None:
    patron = new_patron(255)
    snapshot = read(world, patron, world.add(patron))
    world.sandbox.faults.fail_next(fault)
    assert world.library.register(order_for(snapshot)).outcome is outcome
    assert world.received(patron.card_number) == Money(received)


def test_the_second_telling_of_a_fee_is_refused_by_what_is_open(world: MikromarcWorld) -> None:
    patron = new_patron(255)
    snapshot = read(world, patron, world.add(patron))
    order = order_for(snapshot)
    assert world.library.register(order).outcome is RegistrationOutcome.BOOKED
    assert world.library.register(order).outcome is RegistrationOutcome.REFUSED
    (payment,) = world.sandbox.books.payments_of(patron.card_number)
    assert payment["marker"] == str(order.marker_number)
