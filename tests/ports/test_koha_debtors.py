"""Koha's list of patrons as a list of those who owe: whole over many pages, each once, and only where it is offered."""

import pytest

from tests.ports.koha_world import koha_world
from tests.ports.library_system_suite import new_patron
from torget.connectors.library_systems.koha.debtors import PATRONS_PER_PAGE
from torget.foundation.core.money import Money
from torget.payments.core.debtors import CannotListDebtors, ListsDebtors
from torget.payments.core.ports import LibrarySystemUnavailable
from torget.sandbox.koha import Fault, KohaSettings
from torget.sandbox.population import SandboxPopulation


def test_everybody_who_owes_enough_once_and_over_all_pages() -> None:
    patrons = [new_patron(*((300, 210 + number % 2 * -1) if number % 3 else ())) for number in range(450)]
    with koha_world() as world:
        world.sandbox.load(SandboxPopulation(patrons=tuple(patrons), items=()))
        assert isinstance(world.library, ListsDebtors)
        found = list(world.library.debtors(at_least=Money(510)))
        assert len(patrons) > 2 * PATRONS_PER_PAGE
        expected = {patron.card_number for patron in patrons if patron.outstanding_cents >= 510}
        assert [one.card_number for one in found] == sorted(expected)
        assert {one.owes for one in found} == {Money(510)}
        world.sandbox.faults.fail_next(Fault.MALFORMED)
        with pytest.raises(LibrarySystemUnavailable):
            list(world.library.debtors(at_least=Money(1)))


def test_a_koha_that_tells_no_balances() -> None:
    with koha_world(KohaSettings(is_old=True)) as world:
        world.add(new_patron(300))
        with pytest.raises(CannotListDebtors):
            list(world.library.debtors(at_least=Money(1)))
