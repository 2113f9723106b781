"""The life of a conversation as one table."""

from enum import StrEnum


class State(StrEnum):
    WAITING = "waiting"  #: for us; the clock runs
    ASKED = "asked"  #: for the person; the clock stands still
    CLOSED = "closed"


class Event(StrEnum):
    ANSWERED = "answered"  #: an answer that may not be the last one
    ANSWERED_LAST = "answered_last"
    ASKED = "asked"
    REPLIED = "replied"  #: the person wrote
    CLOSED = "closed"  #: without an answer, with the reason
    REOPENED = "reopened"
    PROMOTED = "promoted"  #: it became a registered matter


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.WAITING, Event.ANSWERED): State.WAITING,
    (State.WAITING, Event.ANSWERED_LAST): State.CLOSED,
    (State.WAITING, Event.ASKED): State.ASKED,
    (State.WAITING, Event.REPLIED): State.WAITING,
    (State.WAITING, Event.CLOSED): State.CLOSED,
    (State.ASKED, Event.ANSWERED): State.ASKED,
    (State.ASKED, Event.ANSWERED_LAST): State.CLOSED,
    (State.ASKED, Event.ASKED): State.ASKED,
    (State.ASKED, Event.REPLIED): State.WAITING,
    (State.ASKED, Event.CLOSED): State.CLOSED,
    (State.WAITING, Event.PROMOTED): State.CLOSED,
    (State.ASKED, Event.PROMOTED): State.CLOSED,
    (State.CLOSED, Event.REPLIED): State.WAITING,
    (State.CLOSED, Event.REOPENED): State.WAITING,
}


class NotPossible(Exception):
    """The conversation is in a state in which this cannot happen."""


def next_state(state: State, event: Event) -> State:
    """Raise NotPossible."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise NotPossible(f"{event} in {state}") from None
