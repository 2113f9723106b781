"""Forgiving a fee in the library system, and keeping a fee on hold, against the sandbox Koha."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.libraries import KINDS, library_side
from tests.network import LIBRARY
from tests.world import START, World, make_fee, make_patron, running_world
from torget.casework.core.procedure import EffectOrder, find_procedure
from torget.foundation.core.money import Money
from torget.payments.checkout.payable import load_payable
from torget.payments.checkout.waive import Waived, WaiverOrder, waive_fee
from torget.payments.checkout.waiver_model import Waiver
from torget.payments.core.fees import NotPayable, assess_fee
from torget.payments.fees.holds import end_hold, place_hold
from torget.payments.fees.library_systems import library_system
from torget.procedures.fee_dispute.effect import WAIVE, carry_out
from torget.sandbox.faults import Fault

PATRON = make_patron(7, make_fee(71, 115), make_fee(72, 255))
ORDER = WaiverOrder(
    key="decision:1:1",
    library_system=LIBRARY,
    patron_reference="7",
    card_number=PATRON.card_number,
    fee_reference="71",
    amount=Money(115),
)


def open_fees() -> dict[str, int]:
    found = library_system(LIBRARY).open_fees(patron_reference="7", card_number=PATRON.card_number)
    return {reference: amount.cents for reference, amount in found.items()}


def waivers_in_koha(world: World) -> int:
    return len(world.koha.store.rows("SELECT 1 FROM account_lines WHERE credit_type = 'FORGIVEN'"))


def test_a_fee_is_forgiven_once(world: World) -> None:
    world.add(PATRON)
    assert waive_fee(ORDER, at=START).result is Waived.BOOKED
    assert waive_fee(ORDER, at=START).result is Waived.BOOKED
    assert open_fees() == {"72": 255}
    assert waivers_in_koha(world) == 1


def test_a_part_is_forgiven(world: World) -> None:
    world.add(PATRON)
    assert waive_fee(replace(ORDER, amount=Money(15)), at=START).result is Waived.BOOKED
    assert open_fees() == {"71": 100, "72": 255}


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.ERROR_AFTER, Fault.MALFORMED])
def test_a_lost_answer_is_looked_up_and_never_sent_again(world: World, fault: Fault) -> None:
    world.add(PATRON)
    world.koha.faults.fail_next(fault, method="POST", path_contains="/credits")
    assert waive_fee(ORDER, at=START).result is Waived.LATER
    assert waive_fee(ORDER, at=START).result is Waived.LATER
    assert waive_fee(ORDER, at=START + timedelta(minutes=3)).result is Waived.BOOKED
    assert waivers_in_koha(world) == 1


def test_an_order_that_never_arrived_is_sent_again(world: World) -> None:
    world.add(PATRON)
    world.koha.faults.fail_next(Fault.DROP_BEFORE, method="POST", path_contains="/credits")
    later = START + timedelta(minutes=3)
    assert [waive_fee(ORDER, at=at).result for at in (START, later, later)] == [
        Waived.LATER,
        Waived.LATER,
        Waived.BOOKED,
    ]
    assert waivers_in_koha(world) == 1


def test_a_worker_that_died_after_sending_finds_out(world: World) -> None:
    world.add(PATRON)
    assert waive_fee(ORDER, at=START).result is Waived.BOOKED
    Waiver.objects.update(state="sending")
    assert waive_fee(ORDER, at=START + timedelta(minutes=3)).result is Waived.BOOKED
    assert waivers_in_koha(world) == 1


def test_a_fee_that_was_paid_meanwhile_is_not_open(world: World) -> None:
    world.add(PATRON)
    (payment_id,) = world.start(PATRON, 71).payment_ids
    assert waive_fee(ORDER, at=START).result is Waived.LATER
    url = world.at_provider(payment_id, "pay")
    assert url
    world.come_back(url)
    world.work()
    assert waive_fee(ORDER, at=START).result is Waived.NOT_OPEN
    assert waivers_in_koha(world) == 0


def test_a_fee_on_hold_says_so_until_the_question_is_answered(world: World) -> None:
    world.add(PATRON)
    fee = {"library_system": LIBRARY, "patron_reference": "7", "fee_reference": "71"}
    assert place_hold(**fee, origin="conversation:1", at=START)
    assert not place_hold(**fee, origin="conversation:2", at=START)
    assert reasons() == {"71": NotPayable.ON_HOLD, "72": None}
    assert end_hold(origin="conversation:2", at=START) == 0
    assert end_hold(origin="conversation:1", at=START) == 1
    assert reasons() == {"71": None, "72": None}


def reasons() -> dict[str, NotPayable | None]:
    account = library_system(LIBRARY).account(patron_reference="7", card_number=PATRON.card_number)
    payable = load_payable(library_system=LIBRARY, patron_reference="7")
    policy = payable.configured.policy
    found = [assess_fee(fee, account.patron, policy, on_hold=payable.on_hold) for fee in account.fees]
    return {one.fee.reference: one.not_payable for one in found}


@pytest.mark.parametrize("kind", KINDS)
def test_a_decision_to_forgive_over_every_library_system(committed_db: None, kind: str) -> None:
    """Forgiven once where the system can; else a person reads in the matter that it must be done at the desk."""
    with running_world(library_side(kind, 1)) as world:
        world.add(PATRON)
        library = library_system(LIBRARY)
        reference = world.library.reference(PATRON)
        account = library.account(patron_reference=reference, card_number=PATRON.card_number)
        fee = min(account.fees, key=lambda one: one.outstanding.cents)
        payload = {
            "library_system": LIBRARY,
            "patron_reference": reference,
            "card_number": PATRON.card_number,
            "fee_reference": fee.reference,
            "cents": 115,
        }
        order = EffectOrder(key="decision:1:1", kind=WAIVE, payload=payload)
        answers = [carry_out(order, at=world.now) for _ in range(2)]
        forgiven = [cents for sums in world.library.waivers().values() for cents in sums]
        left = library.open_fees(patron_reference=reference, card_number=PATRON.card_number)
    if library.capabilities.can_waive:
        assert (answers[0].outcome, forgiven, sum(one.cents for one in left.values())) == ("done", [115], 255)
    else:
        assert (answers[0].outcome, forgiven, sum(one.cents for one in left.values())) == ("human", [], 370)
        assert (
            find_procedure("fee_dispute").words[answers[0].detail]["sv"]
            == "bibliotekssystemet kan inte efterskänka en avgift"
        )
    assert answers[0].outcome == answers[1].outcome
