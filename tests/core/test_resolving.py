"""Which way out is safe: every action against every state and history that matters."""

from dataclasses import replace

import pytest

from torget.foundation.core.money import Money
from torget.payments.core.checkout import State
from torget.payments.core.refunding import PayeePart, needs_second_person, wish_was_registered
from torget.payments.core.resolving import (
    Action,
    LinesDiffer,
    LinesNotRefundable,
    LineStanding,
    RefundStanding,
    Standing,
    allowed_actions,
    cents_left,
)

RETRY, REGISTERED = Action.RETRY, Action.MARK_REGISTERED
REFUND, REFUNDED, NOT_REFUNDED = Action.REFUND, Action.MARK_REFUNDED, Action.MARK_NOT_REFUNDED
STAND = Action.LET_STAND
#: What may be done about money that nobody has taken anywhere yet.
ALL = frozenset({RETRY, REGISTERED, REFUND, REFUNDED})


def standing(
    state: State = State.ATTENTION,
    *,
    booked: str = "--",
    refunds: tuple[tuple[str, tuple[int, ...]], ...] = (),
    last_outcome: str = "",
    can_find: bool = False,
    is_paid: bool = True,
    by_email: bool = False,
    no_more: bool = False,
    part: int = 100,
) -> Standing:
    """Lines of 100 as a picture, b booked, g going back, - neither; refunds as (state, positions) of `part` each."""
    return Standing(
        state=state,
        is_paid=is_paid,
        lines=tuple(
            LineStanding(position=place, amount=Money(100), is_booked=mark == "b", goes_back=mark == "g")
            for place, mark in enumerate(booked, 1)
        ),
        refunds=tuple(
            RefundStanding(state=name, cents=dict.fromkeys(places, part), by_email=by_email) for name, places in refunds
        ),
        provider_takes_no_refund=no_more,
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
        (standing(refunds=(("due", (1, 2)),)), {REFUNDED, NOT_REFUNDED}),
        (standing(refunds=(("asked", (1,)),)), {REFUNDED, NOT_REFUNDED}),
        (standing(refunds=(("pending", (1,)),)), {REFUNDED, NOT_REFUNDED}),
        (standing(refunds=(("refunded", (1,)),)), {REFUND, REFUNDED}),
        (standing(refunds=(("refunded", (1, 2)),)), {STAND}),
        # A refund that failed or was never agreed to sent nothing.
        (standing(refunds=(("failed", (1, 2)),)), ALL),
        (standing(refunds=(("rejected", (1, 2)),)), ALL),
        (standing(refunds=(("withdrawn", (1, 2)),)), ALL),
        (standing(refunds=(("expired", (1, 2)),)), ALL),
        # While a second person is asked, nothing else happens.
        (standing(refunds=(("proposed", (1,)),)), set()),
        (standing(booked="bb"), {REFUND, REFUNDED, STAND}),
        (standing(booked="bg"), {REFUND, REFUNDED}),
        # Told fee by fee, the library system has one for certain, and of the other nobody knows.
        (standing(booked="b-", last_outcome="unbooked"), ALL),
        (standing(booked="b-", last_outcome="unknown"), ALL - {RETRY}),
        (standing(booked="b-", refunds=(("refunded", (2,)),)), {REFUND, REFUNDED, STAND}),
        (standing(is_paid=False), set()),
        # Of a provider that cannot be asked a person may say what its books have.
        *(
            (replace(standing(state, is_paid=False), provider_cannot_be_asked=True), {Action.MARK_PAID})
            for state in (State.OPEN, State.PENDING, State.FAILED, State.EXPIRED)
        ),
        (replace(standing(State.REGISTERED, booked="bb"), provider_cannot_be_asked=True), {REFUND}),
        (standing(State.REGISTERED, booked="bb"), {REFUND}),
        (standing(State.REGISTERED, booked="bb", refunds=(("refunded", (1,)),)), {REFUND}),
        (standing(State.REGISTERED, booked="bb", refunds=(("refunded", (1, 2)),)), set()),
        (standing(State.REGISTERED, booked="bb", refunds=(("proposed", (1,)),)), set()),
        # Another line of the same payment, or more of the same line, later.
        (standing(State.REFUNDED, booked="bb", refunds=(("refunded", (1,)),)), {REFUND}),
        (standing(State.REFUNDED, booked="b-", refunds=(("refunded", (2,)),)), {REFUND}),
        (standing(State.REFUNDED, booked="bb", refunds=(("refunded", (1, 2)),)), set()),
        (standing(State.REFUNDED, booked="bb", refunds=(("refunded", (1, 2)),), part=99), {REFUND}),
        # The provider takes one refund, or none so late: the money goes back by another way.
        (standing(State.REGISTERED, booked="bb", no_more=True), {REFUNDED}),
        (standing(no_more=True), ALL - {REFUND}),
        # The provider may still say how a refund ended, unless it is one by e-mail.
        (standing(State.REFUND_PENDING, refunds=(("pending", (1,)),)), set()),
        (standing(State.REFUND_PENDING, refunds=(("pending", (1,)),), by_email=True), {REFUNDED, NOT_REFUNDED}),
    ],
)
def test_allowed_actions(case: Standing, allowed: set[Action]) -> None:
    assert allowed_actions(case) == allowed


@pytest.mark.parametrize("state", sorted(set(State) - {State.ATTENTION, State.REGISTERED, State.REFUNDED}))
def test_nothing_while_torget_itself_is_at_it(state: State) -> None:
    assert allowed_actions(standing(state)) == frozenset()


def test_what_is_left_is_without_money_on_its_way_or_asked_for() -> None:
    refunds = (("failed", (1,)), ("pending", (2,)), ("proposed", (3,)), ("refunded", (3,)))
    assert cents_left(standing(booked="---", refunds=refunds, part=40)) == {1: 100, 2: 60, 3: 20}
    assert cents_left(standing(refunds=(("refunded", (1,)),))) == {2: 100}


def test_a_refund_is_of_booked_or_of_unbooked_lines() -> None:
    mixed = standing(booked="b-b")
    assert wish_was_registered(mixed, {1: 1, 3: 100}) is True
    assert wish_was_registered(mixed, {2: 100}) is False
    with pytest.raises(LinesDiffer):
        wish_was_registered(mixed, {1: 100, 2: 100})


@pytest.mark.parametrize("cents", [{}, {3: 100}, {1: 100, 3: 1}, {1: 0}, {1: -1}, {1: 101}])
def test_amounts_that_cannot_be_refunded(cents: dict[int, int]) -> None:
    with pytest.raises(LinesNotRefundable):
        wish_was_registered(standing(), cents)


def test_no_more_than_what_is_left_of_a_line() -> None:
    rest = standing(refunds=(("refunded", (1,)), ("pending", (1,))), part=30)
    assert wish_was_registered(rest, {1: 40}) is False
    with pytest.raises(LinesNotRefundable):
        wish_was_registered(rest, {1: 41})


@pytest.mark.parametrize(
    ("parts", "needed"),
    [
        ([(5000, 0, 5000)], False),
        ([(5001, 0, 5000)], True),
        # A large refund cannot be cut into small ones.
        ([(1, 5000, 5000)], True),
        ([(1, 0, 0)], True),
        # Each payee's limit is for its own money.
        ([(4000, 0, 5000), (4000, 0, 5000)], False),
        ([(100, 0, 5000), (100, 0, 50)], True),
    ],
)
def test_above_the_limit_a_second_person_is_needed(parts: list[tuple[int, int, int]], needed: bool) -> None:
    found = [
        PayeePart(municipality_id=number, cents=cents, refunded_before_cents=before, limit_cents=limit)
        for number, (cents, before, limit) in enumerate(parts)
    ]
    assert needs_second_person(found) is needed
