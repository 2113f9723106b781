"""A crash can strike at the outside calls of every library system, whatever client its connector speaks through."""

import pytest

from tests.libraries import KINDS, library_side
from tests.simulation.crashes import CrashPoint
from tests.world import running_world
from torget.payments.core.ports import WrongCredentials
from torget.payments.fees.library_systems import library_system


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_to_the_library_passes_crash_points(committed_db: None, kind: str) -> None:
    with running_world(library_side(kind, seed=1)):
        connector = library_system("helle")
        counting = CrashPoint(None)
        with counting.armed(), pytest.raises(WrongCredentials):
            connector.authenticate(card_number="26380000000000", pin="0000")
        assert counting.passed >= 2
