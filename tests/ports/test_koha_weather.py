"""Every fault by chance, over many payments: what the connector says must agree with the sandbox's own books."""

import random
import time
from collections import Counter

import pytest

from tests.ports.koha_world import READ_SECONDS, KohaWorld
from tests.ports.library_system_suite import new_patron
from torget.foundation.core.money import Money
from torget.payments.core.ports import RegistrationLine, RegistrationOrder, RegistrationOutcome
from torget.sandbox.koha import Fault
from torget.sandbox.population import SandboxPatron

# Short enough that the late ones are over before the books are compared.
LATE_SECONDS = READ_SECONDS + 0.1


def pay(helle: KohaWorld, cents: int) -> tuple[SandboxPatron, RegistrationOrder, RegistrationOutcome]:
    patron = new_patron(cents, 100)
    helle.add(patron)
    order = RegistrationOrder(
        marker=f"weather-{patron.patron_id}",
        marker_number=patron.patron_id,
        patron_reference=str(patron.patron_id),
        card_number=patron.card_number,
        lines=(RegistrationLine(fee_reference=str(patron.fees[0].fee_id), amount=Money(cents)),),
    )
    return patron, order, helle.library.register(order).outcome


@pytest.mark.parametrize("seed", [1, 2])
def test_every_outcome_agrees_with_the_books(helle: KohaWorld, seed: int) -> None:
    dice = random.Random(seed)
    for number, fault in enumerate(Fault):
        is_slow = fault in {Fault.LATE, Fault.DELAY}
        helle.sandbox.faults.fail_by_chance(
            fault,
            probability=0.01 if is_slow else 0.08,
            seed=seed * 100 + number,
            seconds=LATE_SECONDS if is_slow else 0.0,
            path_contains="credits",
            method="POST",
        )
    payments = [pay(helle, dice.choice((15, 115, 255, 435, 460))) for _ in range(120)]
    helle.sandbox.faults.clear()
    time.sleep(0.3)

    for patron, order, outcome in payments:
        booked = helle.credits(patron.card_number)
        assert len(booked) <= 1
        found = helle.library.find_registration(patron_reference=order.patron_reference, marker=order.marker)
        assert (found.amount if found else Money(0)) == helle.received(patron.card_number)
        if outcome is RegistrationOutcome.BOOKED:
            assert found is not None
            assert found.amount == order.amount
        elif outcome is not RegistrationOutcome.UNKNOWN:
            assert found is None
    outcomes = Counter(outcome for _, _, outcome in payments)
    assert set(outcomes) == set(RegistrationOutcome) - {RegistrationOutcome.REFUSED}
