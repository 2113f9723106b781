"""What may have gone out since the moment restored to is put in doubt; nothing is sent again."""

from datetime import timedelta

from tests.world import World, make_fee, make_patron
from torget.payments.checkout.after_restore import NUMBERS_SKIPPED, Restored, settle_after_restore
from torget.payments.checkout.models import Payment
from torget.payments.core.checkout import State


def settle(world: World) -> Restored:
    return settle_after_restore(restored_to=world.now, at=world.now + timedelta(seconds=1), actor="operator")


def pay_two(world: World) -> list[int]:
    """One patron, two payees with an account each."""
    patron = make_patron(1, make_fee(11, 100), make_fee(12, 200, branch="RAS/PK"))
    world.add(patron)
    started = world.start(patron)
    for payment_id in started.payment_ids:
        url = world.at_provider(payment_id, "pay")
        assert url is not None
        world.come_back(url)
    return list(started.payment_ids)


def test_two_payments_of_one_patron_are_not_both_guessed_at(world: World) -> None:
    first, second = pay_two(world)
    done = settle(world)
    assert (done.in_doubt, done.for_a_person) == (1, 1)
    for _ in range(2):
        world.wait(minutes=5)
        world.work()
    states = {pk: world.payment(pk).state for pk in (first, second)}
    # The marker is surely not in the library system, so the first is registered after all.
    assert states == {first: State.REGISTERED, second: State.ATTENTION}
    assert len(world.credits()) == 1


def test_a_refund_that_may_have_gone_out_waits_for_the_providers_word(world: World) -> None:
    first, _second = pay_two(world)
    world.koha.store.write("UPDATE account_lines SET amount_outstanding = 0")
    Payment.objects.exclude(id=first).update(next_at=None)
    from torget.payments.checkout import worker

    while world.payment(first).state is not State.REFUND_DUE:
        assert worker.work_once(world.clock) is not None
    done = settle(world)
    assert done.refunds_in_doubt == 1
    assert world.payment(first).state is State.REFUND_PENDING


def test_numbers_are_skipped_once_for_a_restore(world: World) -> None:
    before = pay_two(world)
    settle(world)
    settle(world)
    patron = make_patron(2, make_fee(21, 100))
    world.add(patron)
    (after,) = world.start(patron).payment_ids
    assert before[-1] + NUMBERS_SKIPPED < after < before[-1] + 2 * NUMBERS_SKIPPED
