"""The clock of a conversation, its states, and identity codes in free text."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torget.foundation.core.business_days import HELSINKI
from torget.foundation.core.identity_codes import MASK, has_identity_code, mask_identity_codes
from torget.service.core.clock import Clock, Haste, haste
from torget.service.core.states import TRANSITIONS, Event, NotPossible, State, next_state


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


def due(started: str, hours: int) -> str:
    found = Clock(allowed=timedelta(hours=hours)).started(at(started)).due_at
    assert found is not None
    return found.astimezone(HELSINKI).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("started", "hours", "expected"),
    [
        ("2026-11-24 09:00", 4, "2026-11-24 13:00"),
        ("2026-11-24 15:00", 4, "2026-11-25 11:00"),
        ("2026-11-27 15:59", 8, "2026-11-30 15:59"),  # over a weekend
        ("2026-11-28 12:00", 8, "2026-11-30 16:00"),  # on a Saturday
        ("2026-06-18 14:00", 8, "2026-06-22 14:00"),  # Midsummer Eve is a Friday
        ("2026-12-30 14:00", 16, "2027-01-04 14:00"),  # New Year
        ("2026-12-23 12:00", 8, "2026-12-28 12:00"),  # Christmas
        ("2027-01-05 15:00", 2, "2027-01-07 09:00"),  # Epiphany
    ],
)
def test_an_answer_is_due_in_office_hours(started: str, hours: int, expected: str) -> None:
    assert due(started, hours) == expected


def test_the_clock_stands_still_while_the_person_is_asked() -> None:
    clock = Clock(allowed=timedelta(hours=8)).started(at("2026-11-24 09:00")).stopped(at("2026-11-24 12:00"))
    assert clock.due_at is None
    assert clock.used == timedelta(hours=3)
    again = clock.started(at("2026-12-01 08:00"))
    assert again.due_at == at("2026-12-01 13:00")
    assert again.stopped(at("2026-12-24 12:00")).started(at("2026-12-28 08:00")).due_at == at("2026-12-28 08:00")


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_stopping_never_shortens_the_time(first: int, pause: int, second: int) -> None:
    start = at("2026-06-15 07:00")
    asked = start + timedelta(hours=first)
    back = asked + timedelta(hours=pause)
    plain = Clock(allowed=timedelta(hours=40)).started(start)
    paused = plain.stopped(asked).started(back)
    assert plain.due_at is not None
    assert paused.due_at is not None
    assert paused.due_at >= min(plain.due_at, back)
    end = back + timedelta(hours=second)
    assert paused.stopped(end).used <= plain.stopped(end).used


def test_haste_is_told_by_office_time() -> None:
    until = at("2026-11-30 09:00")
    assert haste(None, until) is Haste.STOPPED
    assert haste(until, at("2026-11-27 10:00")) is Haste.IN_TIME
    assert haste(until, at("2026-11-27 14:00")) is Haste.DUE
    assert haste(until, at("2026-11-30 09:01")) is Haste.OVERDUE


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_every_event_in_every_state_leads_somewhere_or_is_refused(state: State, event: Event) -> None:
    if (state, event) in TRANSITIONS:
        assert next_state(state, event) is TRANSITIONS[state, event]
    else:
        with pytest.raises(NotPossible):
            next_state(state, event)


def test_a_closed_conversation_takes_only_what_opens_it() -> None:
    possible = {event for state, event in TRANSITIONS if state is State.CLOSED}
    assert possible == {Event.REPLIED, Event.REOPENED}


@pytest.mark.parametrize(
    "code", ["010190-123A", "131052-308T", "010101A123N", "311299+9999", "010203Y123X", "010190 - 123A"]
)
def test_identity_codes_are_masked(code: str) -> None:
    text = f"Min kod är {code}, tack."
    assert mask_identity_codes(text) == f"Min kod är {MASK}, tack."
    assert has_identity_code(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24",
        "+358 40 123 4567",
        "26380000000014",
        "FI21 1234 5600 0007 85",
        "12345-678",
        "321390-123A",
        "RF18 5390",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert mask_identity_codes(text) == text
