"""The table of a payment's life: every state with every event."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from torget.payments.core.checkout import (
    EVENT_OF_STATUS,
    HOLDING,
    PATRON_LOCKING,
    TRANSITIONS,
    UNPAID,
    Event,
    State,
    next_state,
)
from torget.payments.core.ports import PaymentStatus
from torget.payments.core.schedule import next_poll, retry_delay, work_after

ENDS = {State.REGISTERED, State.REFUNDED, State.ATTENTION}
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_every_state_and_event_has_one_answer() -> None:
    for state, event in itertools.product(State, Event):
        assert next_state(state, event) == TRANSITIONS.get((state, event))


def test_every_state_can_be_reached_and_every_event_is_used() -> None:
    assert set(TRANSITIONS.values()) | {State.CREATED} == set(State)
    assert {event for _, event in TRANSITIONS} == set(Event)


@pytest.mark.parametrize("state", sorted(UNPAID))
def test_money_is_always_taken_in(state: State) -> None:
    assert next_state(state, Event.PROVIDER_PAID) is State.PAID


@pytest.mark.parametrize("event", [Event.PROVIDER_FAILED, Event.PROVIDER_PENDING, Event.TIMED_OUT, Event.WITHDRAWN])
def test_money_that_came_is_never_undone_by_a_late_word(event: Event) -> None:
    for state in set(State) - UNPAID:
        assert next_state(state, event) is None


def test_money_that_came_is_not_taken_in_twice() -> None:
    for state in set(State) - UNPAID:
        assert next_state(state, Event.PROVIDER_PAID) is None


def test_a_paid_payment_leaves_only_towards_the_library_the_payer_or_a_person() -> None:
    """From 'paid' every path ends well or with a human, and none returns to an unpaid state."""
    paid = set(State) - UNPAID
    assert all(to in paid for (state, _), to in TRANSITIONS.items() if state in paid)
    for state in paid - ENDS:
        reached, edge = {state}, {state}
        while edge:
            edge = {to for (origin, _), to in TRANSITIONS.items() if origin in edge} - reached
            reached |= edge
        assert reached & {State.REGISTERED, State.REFUNDED}
        assert State.ATTENTION in reached


def test_only_registering_and_reconciling_lock_the_patron() -> None:
    assert {State.REGISTERING, State.UNCERTAIN} == PATRON_LOCKING
    assert PATRON_LOCKING <= HOLDING


def test_each_word_of_a_provider_has_a_meaning() -> None:
    assert set(EVENT_OF_STATUS) == set(PaymentStatus)


def test_whatever_is_not_an_end_is_looked_at_again() -> None:
    for state in set(State) - ENDS:
        assert work_after(state, created_at=NOW, now=NOW) is not None
    for state in ENDS:
        assert work_after(state, created_at=NOW, now=NOW) is None


def test_an_open_payment_is_asked_for_after_2_5_15_and_60_minutes() -> None:
    asked, now = [], NOW
    for _ in range(4):
        due = next_poll(State.OPEN, NOW, now)
        assert due is not None
        asked.append((due - NOW).total_seconds() / 60)
        now = due
    assert asked == [2, 5, 15, 60]


def test_a_payment_that_ended_unpaid_is_asked_for_during_a_week_and_then_no_more() -> None:
    now, asked = NOW, 0
    while (due := next_poll(State.EXPIRED, NOW, now)) is not None:
        assert due > now
        now, asked = due, asked + 1
    assert asked == 6
    assert now - NOW == timedelta(days=7)


def test_tries_come_less_and_less_often() -> None:
    delays = [retry_delay(tries) for tries in range(1, 20)]
    assert delays == sorted(delays)
    assert retry_delay(0) == delays[0]
