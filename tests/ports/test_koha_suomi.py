"""Koha-Suomi's older payment interface beyond the port's suite: what its answers mean, and what it does not have."""

from collections.abc import Iterator

import pytest

from tests.ports.koha_world import KohaWorld, koha_world, outcome_of
from tests.ports.library_system_suite import new_patron, order_for, read
from torget.foundation.core.money import ZERO, Money
from torget.payments.core.ports import LibrarySystemUnavailable, RegistrationOutcome
from torget.sandbox.koha import Fault, KohaSettings


@pytest.fixture(scope="module")
def running() -> Iterator[KohaWorld]:
    with koha_world(KohaSettings(is_suomi=True)) as world:
        yield world


@pytest.fixture
def suomi(running: KohaWorld) -> Iterator[KohaWorld]:
    yield running
    running.sandbox.faults.clear()
    running.sandbox.settings.is_suomi = True
    running.sandbox.settings.permissions = KohaSettings().permissions


@pytest.mark.parametrize(
    ("fault", "outcome", "received"),
    [
        (Fault.ERROR_BEFORE, RegistrationOutcome.UNKNOWN, 0),
        (Fault.ERROR_AFTER, RegistrationOutcome.UNKNOWN, 255),
        (Fault.ERROR_BUT_BOOKED, RegistrationOutcome.UNKNOWN, 255),
        (Fault.NOT_JSON, RegistrationOutcome.UNKNOWN, 0),
        (Fault.MAINTENANCE, RegistrationOutcome.NOT_SENT, 0),
        (Fault.UNAUTHORIZED, RegistrationOutcome.BOOKED, 255),
    ],
)
def test_what_an_answer_means(suomi: KohaWorld, fault: Fault, outcome: RegistrationOutcome, received: int) -> None:
    suomi.sandbox.faults.fail_next(fault, path_contains="/payment")
    assert outcome_of(suomi, cents=255) == (outcome, Money(received))


def test_another_koha_is_a_wrong_setting_and_no_refusal(suomi: KohaWorld) -> None:
    patron = new_patron(255)
    suomi.add(patron)
    suomi.sandbox.settings.is_suomi = False
    assert outcome_of(suomi) == (RegistrationOutcome.NOT_SENT, ZERO)
    with pytest.raises(LibrarySystemUnavailable):
        suomi.library.authenticate(card_number=patron.card_number, pin=patron.pin)


def test_without_our_own_right_nobody_is_told_that_the_pin_is_wrong(suomi: KohaWorld) -> None:
    patron = new_patron(255)
    suomi.add(patron)
    suomi.sandbox.settings.permissions = frozenset()
    with pytest.raises(LibrarySystemUnavailable):
        suomi.library.authenticate(card_number=patron.card_number, pin=patron.pin)
    assert outcome_of(suomi) == (RegistrationOutcome.NOT_SENT, ZERO)


def test_the_oldest_fees_are_settled_first(suomi: KohaWorld) -> None:
    """Why patrons of such a library pay everything: a part would settle fees that nobody chose."""
    patron = new_patron(115, 255)
    snapshot = read(suomi, patron, suomi.add(patron))
    newest = order_for(snapshot, only=(snapshot.fees[1].reference,))
    assert suomi.library.register(newest).outcome is RegistrationOutcome.BOOKED
    left = read(suomi, patron, snapshot.patron.reference).fees
    assert [(fee.reference, fee.outstanding.cents) for fee in left] == [(snapshot.fees[1].reference, 115)]
