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
    MARK_REFUNDED = "mark_refunded"  #: A person saw that the money went back, by the open refund or by another way.
    MARK_NOT_REFUNDED = "mark_not_refunded"  #: A person saw at the provider that the open refund did not happen.
    MARK_PAID = "mark_paid"  #: A person saw at a provider that tells nothing by itself that it has the money.
    LET_STAND = "let_stand"  #: No more money goes back: what the library system has is right.


EVENT_OF_ACTION = {
    Action.RETRY: Event.STAFF_RETRIED,
    Action.MARK_REGISTERED: Event.STAFF_REGISTERED,
    Action.REFUND: Event.REFUND_DECIDED,
    Action.MARK_REFUNDED: Event.STAFF_REFUNDED,
    Action.MARK_NOT_REFUNDED: Event.STAFF_NOT_REFUNDED,
    Action.MARK_PAID: Event.PROVIDER_PAID,
    Action.LET_STAND: Event.STAFF_LET_STAND,
}

OPEN_REFUND_STATES = frozenset({"due", "asked", "pending"})
"""Money is on its way back."""

VOID_REFUND_STATES = frozenset({"failed", "rejected", "withdrawn", "expired"})
"""No money went back and none will."""

_SURE_OUTCOMES = frozenset({"", "refused", "not_sent", "unbooked"})
"""After these of the last order (or none), a new one cannot book twice. An order still in flight ('') is looked into by
the procedure itself before it sends another."""


class LinesNotRefundable(ValueError):
    """A chosen line is not of this payment, or less is left of it than was chosen."""


class LinesDiffer(ValueError):
    """Some chosen lines are in the library system and some are not; their books differ, so refund them one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStanding:
    position: int
    amount: Money
    is_booked: bool
    goes_back: bool = False
    """It was found to be not open any more; its money goes back, or should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundStanding:
    state: str
    cents: Mapping[int, int]
    """By line position."""
    by_email: bool = False


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
    provider_takes_no_refund: bool = False
    """The provider takes none at all, took the one that it takes, or the payment is too old for it."""
    provider_cannot_be_asked: bool = False
    """The provider has no status query, so a person may look into its books instead."""

    @property
    def live_refunds(self) -> tuple[RefundStanding, ...]:
        """Money that went back, is on its way, or waits for a second person."""
        return tuple(refund for refund in self.refunds if refund.state not in VOID_REFUND_STATES)

    @property
    def has_open_refund(self) -> bool:
        return any(refund.state in OPEN_REFUND_STATES for refund in self.refunds)

    @property
    def has_proposal(self) -> bool:
        return any(refund.state == "proposed" for refund in self.refunds)

    @property
    def waits_for_the_payer(self) -> bool:
        """The provider wrote to the payer; nobody tells us what came of it."""
        return any(refund.state == "pending" and refund.by_email for refund in self.refunds)


def cents_left(standing: Standing) -> dict[int, int]:
    """By line position, what neither went back nor is on its way nor proposed; without lines of which nothing is."""
    gone: dict[int, int] = {}
    for refund in standing.live_refunds:
        for position, cents in refund.cents.items():
            gone[position] = gone.get(position, 0) + cents
    left = {line.position: line.amount.cents - gone.get(line.position, 0) for line in standing.lines}
    return {position: cents for position, cents in left.items() if cents > 0}


def _may_retry(standing: Standing) -> bool:
    """Never once money went back, and never where a new order could book what a lost one has booked already."""
    if standing.live_refunds or _is_judged_in_part(standing):
        return False
    return standing.last_outcome in _SURE_OUTCOMES or standing.can_find_registration


def _may_mark_registered(standing: Standing) -> bool:
    """A payment that is in the books in part cannot be made whole: its other part is to be refunded."""
    going_back = sum(line.goes_back for line in standing.lines)
    is_whole = going_back in (0, len(standing.lines))
    return is_whole and not standing.live_refunds and not _is_judged_in_part(standing)


def _is_judged_in_part(standing: Standing) -> bool:
    """All is booked, or some is and the rest goes back.

    Told fee by fee or card by card, the library systems may have some for certain while nobody has judged the rest:
    that can be told.
    """
    is_unjudged = any(not line.is_booked and not line.goes_back for line in standing.lines)
    return not is_unjudged and any(line.is_booked for line in standing.lines)


def _may_refund(standing: Standing) -> bool:
    """One at a time, so that what is left is certain."""
    is_busy = standing.has_open_refund or standing.has_proposal
    return not is_busy and not standing.provider_takes_no_refund and bool(cents_left(standing))


def _may_mark_refunded(standing: Standing) -> bool:
    if standing.state is State.REFUND_PENDING:
        return standing.waits_for_the_payer
    if standing.state is not State.ATTENTION and not standing.provider_takes_no_refund:
        return False
    return standing.has_open_refund or (not standing.has_proposal and bool(cents_left(standing)))


def _may_mark_not_refunded(standing: Standing) -> bool:
    """While the provider may still tell us itself, nobody has to."""
    if standing.state is State.REFUND_PENDING:
        return standing.waits_for_the_payer
    return standing.has_open_refund


def _may_let_stand(standing: Standing) -> bool:
    """Every cent is in the library system or has gone back."""
    left = cents_left(standing)
    is_settled = all(line.is_booked or line.position not in left for line in standing.lines)
    return is_settled and not standing.has_open_refund and not standing.has_proposal


# Not among them: MARK_PAID, which is about money that has not come yet.
_CHECKS = {
    Action.RETRY: _may_retry,
    Action.MARK_REGISTERED: _may_mark_registered,
    Action.REFUND: _may_refund,
    Action.MARK_REFUNDED: _may_mark_refunded,
    Action.MARK_NOT_REFUNDED: _may_mark_not_refunded,
    Action.LET_STAND: _may_let_stand,
}


def allowed_actions(standing: Standing) -> frozenset[Action]:
    """The safe ones. Of a payment whose money never came, only that it did, where nobody else can tell."""
    if not standing.is_paid:
        can_mark = standing.provider_cannot_be_asked and next_state(standing.state, Event.PROVIDER_PAID) is not None
        return frozenset({Action.MARK_PAID}) if can_mark else frozenset()
    return frozenset(
        action
        for action, is_safe in _CHECKS.items()
        if next_state(standing.state, EVENT_OF_ACTION[action]) is not None and is_safe(standing)
    )
