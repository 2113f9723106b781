"""What a person may do about a payment: which way out is safe in which state and after which history."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from torget.foundation.core.money import Money
from torget.payments.core.checkout import Event, State, next_state


class Action(StrEnum):
    RETRY = "retry"  #: Tell the library system again; the procedure asks it first what it has.
    MARK_REGISTERED = "mark_registered"  #: A person saw the payment in the library system, or put it there.
    REFUND = "refund"  #: Ask the provider to pay back.
    MARK_REFUNDED = "mark_refunded"  #: A person saw that the money went back by another way.


EVENT_OF_ACTION = {
    Action.RETRY: Event.STAFF_RETRIED,
    Action.MARK_REGISTERED: Event.STAFF_REGISTERED,
    Action.REFUND: Event.REFUND_DECIDED,
    Action.MARK_REFUNDED: Event.STAFF_REFUNDED,
}

OPEN_REFUND_STATES = frozenset({"due", "asked", "pending"})

_SURE_OUTCOMES = frozenset({"", "refused", "not_sent", "unbooked"})
"""After these of the last order (or none), a new one cannot book twice. An order still in flight ('') is looked into by
the procedure itself before it sends another."""


class LinesNotRefundable(ValueError):
    """A chosen line is not of this payment, or its money went back or is on its way."""


class LinesDiffer(ValueError):
    """Some chosen lines are in the library system and some are not; their books differ, so refund them one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStanding:
    position: int
    amount: Money
    is_booked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundStanding:
    state: str
    cents: Mapping[int, int]
    """By line position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All that decides which actions are safe."""

    state: State
    is_paid: bool
    lines: tuple[LineStanding, ...]
    refunds: tuple[RefundStanding, ...] = ()
    last_outcome: str = ""
    """Of the last order to the library system; '' when there was none."""
    can_find_registration: bool = False
    """The library system can be asked for our marker."""

    @property
    def live_refunds(self) -> tuple[RefundStanding, ...]:
        return tuple(refund for refund in self.refunds if refund.state != "failed")

    @property
    def has_open_refund(self) -> bool:
        return any(refund.state in OPEN_REFUND_STATES for refund in self.refunds)


def lines_left(standing: Standing) -> frozenset[int]:
    """Positions none of whose money went back or is on its way."""
    gone = {position for refund in standing.live_refunds for position in refund.cents}
    return frozenset(line.position for line in standing.lines if line.position not in gone)


def refund_was_registered(standing: Standing, positions: frozenset[int]) -> bool:
    """Whether the chosen lines are in the library system. Raise LinesNotRefundable or LinesDiffer."""
    if not positions or not positions <= lines_left(standing):
        raise LinesNotRefundable
    kinds = {line.is_booked for line in standing.lines if line.position in positions}
    if len(kinds) > 1:
        raise LinesDiffer
    return kinds.pop()


def _may_retry(standing: Standing) -> bool:
    """Never once money went back, and never where a new order could book what a lost one has booked already."""
    if standing.live_refunds or any(line.is_booked for line in standing.lines):
        return False
    return standing.last_outcome in _SURE_OUTCOMES or standing.can_find_registration


def _may_mark_registered(standing: Standing) -> bool:
    """A payment that is in the books in part cannot be made whole: its other part is to be refunded."""
    return not standing.live_refunds and len({line.is_booked for line in standing.lines}) == 1


def _may_refund(standing: Standing) -> bool:
    return not standing.has_open_refund and bool(lines_left(standing))


def _may_mark_refunded(standing: Standing) -> bool:
    return standing.has_open_refund or bool(lines_left(standing))


_CHECKS = {
    Action.RETRY: _may_retry,
    Action.MARK_REGISTERED: _may_mark_registered,
    Action.REFUND: _may_refund,
    Action.MARK_REFUNDED: _may_mark_refunded,
}


def allowed_actions(standing: Standing) -> frozenset[Action]:
    """The safe ones. Nothing at all for a payment whose money never came."""
    if not standing.is_paid:
        return frozenset()
    return frozenset(
        action
        for action, is_safe in _CHECKS.items()
        if next_state(standing.state, EVENT_OF_ACTION[action]) is not None and is_safe(standing)
    )
