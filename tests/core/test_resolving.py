"""Which way out is safe: every action against every state and history that matters."""

import pytest

from torget.foundation.core.money import Money
from torget.payments.core.checkout import State
from torget.payments.core.resolving import (
    Action,
    LinesDiffer,
    LinesNotRefundable,
    LineStanding,
    RefundStanding,
    Standing,
    allowed_actions,
    lines_left,
    refund_was_registered,
)

RETRY, REGISTERED = Action.RETRY, Action.MARK_REGISTERED
REFUND, REFUNDED = Action.REFUND, Action.MARK_REFUNDED
ALL = frozenset(Action)


def standing(
    state: State = State.ATTENTION,
    *,
    booked: str = "--",
    refunds: tuple[tuple[str, tuple[int, ...]], ...] = (),
    last_outcome: str = "",
    can_find: bool = False,
    is_paid: bool = True,
) -> Standing:
    """Lines as a picture, 'b' for booked and '-' for not; refunds as (state, positions)."""
    return Standing(
        state=state,
        is_paid=is_paid,
        lines=tuple(
            LineStanding(position=place, amount=Money(100), is_booked=mark == "b")
            for place, mark in enumerate(booked, 1)
        ),
        refunds=tuple(RefundStanding(state=name, cents=dict.fromkeys(places, 100)) for name, places in refunds),
        last_outcome=last_outcome,
        can_find_registration=can_find,
    )


@pytest.mark.parametrize(
    ("case", "allowed"),
    [
        (standing(), ALL),
        (standing(last_outcome="refused"), ALL),
        (standing(last_outcome="not_sent"), ALL),
        (standing(last_outcome="unbooked"), ALL),
        # Nobody knows whether the order arrived, and the library system cannot be asked: a new order could be a second.
        (standing(last_outcome="unknown"), ALL - {RETRY}),
        (standing(last_outcome="found"), ALL - {RETRY}),
        (standing(last_outcome="unknown", can_find=True), ALL),
        # A refund is open or done: the fee must not be told as paid any more.
        (standing(refunds=(("due", (1, 2)),)), {REFUNDED}),
        (standing(refunds=(("asked", (1,)),)), {REFUNDED}),
        (standing(refunds=(("pending", (1,)),)), {REFUNDED}),
        (standing(refunds=(("refunded", (1,)),)), {REFUND, REFUNDED}),
        (standing(refunds=(("refunded", (1, 2)),)), set()),
        # A refund that failed sent nothing.
        (standing(refunds=(("failed", (1, 2)),)), ALL),
        (standing(booked="bb"), ALL - {RETRY}),
        (standing(booked="b-"), {REFUND, REFUNDED}),
        (standing(is_paid=False), set()),
        (standing(State.REGISTERED, booked="bb"), {REFUND}),
        (standing(State.REGISTERED, booked="bb", refunds=(("refunded", (1,)),)), {REFUND}),
        (standing(State.REGISTERED, booked="bb", refunds=(("refunded", (1, 2)),)), set()),
        # Another line of the same payment, later.
        (standing(State.REFUNDED, booked="bb", refunds=(("refunded", (1,)),)), {REFUND}),
        (standing(State.REFUNDED, booked="b-", refunds=(("refunded", (2,)),)), {REFUND}),
        (standing(State.REFUNDED, booked="bb", refunds=(("refunded", (1, 2)),)), set()),
    ],
)
def test_allowed_actions(case: Standing, allowed: set[Action]) -> None:
    assert allowed_actions(case) == allowed


@pytest.mark.parametrize("state", sorted(set(State) - {State.ATTENTION, State.REGISTERED, State.REFUNDED}))
def test_nothing_while_torget_itself_is_at_it(state: State) -> None:
    assert allowed_actions(standing(state)) == frozenset()


def test_lines_left_are_those_without_money_on_its_way() -> None:
    assert lines_left(standing(booked="---", refunds=(("failed", (1,)), ("pending", (2,))))) == {1, 3}


def test_a_refund_is_of_booked_or_of_unbooked_lines() -> None:
    mixed = standing(booked="b-b")
    assert refund_was_registered(mixed, frozenset({1, 3})) is True
    assert refund_was_registered(mixed, frozenset({2})) is False
    with pytest.raises(LinesDiffer):
        refund_was_registered(mixed, frozenset({1, 2}))


@pytest.mark.parametrize("positions", [frozenset(), frozenset({3}), frozenset({1, 3})])
def test_lines_that_cannot_be_refunded(positions: frozenset[int]) -> None:
    with pytest.raises(LinesNotRefundable):
        refund_was_registered(standing(), positions)


def test_a_line_is_refunded_once() -> None:
    with pytest.raises(LinesNotRefundable):
        refund_was_registered(standing(refunds=(("refunded", (1,)),)), frozenset({1}))
