"""Reminders: who is reminded of which fees, when nothing is sent, and the life of a reminder as a table."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from torget.foundation.core.business_days import HELSINKI, holidays
from torget.foundation.core.money import Money, total
from torget.payments.core.fees import AssessedFee, NotPayable

_SUNDAY = 6


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"


class HeldBack(StrEnum):
    """Why nothing is sent."""

    PAID = "paid"  #: Nothing of it is open any more.
    IN_PAYMENT = "in_payment"  #: A payment is open, or the library is being told of one.
    ON_HOLD = "on_hold"  #: The patron has asked about it, and the question is open.
    TIME_GRANTED = "time_granted"  #: It was decided that it may be paid later.
    NOT_PAYABLE = "not_payable"  #: It cannot be paid online, or it still grows.
    TOO_YOUNG = "too_young"
    REMINDED_ENOUGH = "reminded_enough"
    REMINDED_LATELY = "reminded_lately"
    UNDER_LIMIT = "under_limit"
    CHILD = "child"  #: The card of a child, whose address may be anybody's.
    OPTED_OUT = "opted_out"
    NO_ADDRESS = "no_address"
    UNDELIVERABLE = "undeliverable"  #: The only address there is has sent a message back.
    PATRON_GONE = "patron_gone"


OF_THE_PERSON = frozenset({HeldBack.CHILD, HeldBack.OPTED_OUT, HeldBack.NO_ADDRESS, HeldBack.UNDELIVERABLE})
"""A reminder would be due; staff see in the log why none was sent."""


class ReminderState(StrEnum):
    PLANNED = "planned"  #: Due; goes out when it may, if it is still due then.
    SENDING = "sending"  #: Committed before the message leaves; never taken up again.
    SENT = "sent"
    HELD = "held"
    REFUSED = "refused"  #: The server or gateway said no for good.
    UNANSWERED = "unanswered"  #: Nobody knows whether it left; a person decides.
    BOUNCED = "bounced"  #: It came back.


class ReminderStep(StrEnum):
    BEGIN = "begin"
    HOLD = "hold"
    DELIVER = "deliver"
    NOT_SENT = "not_sent"  #: Surely not, so it may be tried again.
    REFUSE = "refuse"
    LOSE = "lose"
    BOUNCE = "bounce"
    AGAIN = "again"  #: A person wants it to be looked at once more.


STEPS: dict[tuple[ReminderState, ReminderStep], ReminderState] = {
    (ReminderState.PLANNED, ReminderStep.BEGIN): ReminderState.SENDING,
    (ReminderState.PLANNED, ReminderStep.HOLD): ReminderState.HELD,
    (ReminderState.SENDING, ReminderStep.DELIVER): ReminderState.SENT,
    (ReminderState.SENDING, ReminderStep.NOT_SENT): ReminderState.PLANNED,
    (ReminderState.SENDING, ReminderStep.REFUSE): ReminderState.REFUSED,
    (ReminderState.SENDING, ReminderStep.LOSE): ReminderState.UNANSWERED,
    (ReminderState.SENT, ReminderStep.BOUNCE): ReminderState.BOUNCED,
    (ReminderState.UNANSWERED, ReminderStep.BOUNCE): ReminderState.BOUNCED,
    (ReminderState.UNANSWERED, ReminderStep.AGAIN): ReminderState.PLANNED,
    (ReminderState.REFUSED, ReminderStep.AGAIN): ReminderState.PLANNED,
    (ReminderState.BOUNCED, ReminderStep.AGAIN): ReminderState.PLANNED,
}

OPEN_STATES = (ReminderState.PLANNED, ReminderState.SENDING)
LEFT_STATES = (ReminderState.SENT, ReminderState.UNANSWERED, ReminderState.BOUNCED)
"""The patron may have got a message."""
NEEDS_A_LOOK = (ReminderState.REFUSED, ReminderState.UNANSWERED, ReminderState.BOUNCED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingHours:
    """When messages may go out, by the clock in Finland: Monday to Saturday, never on a holiday or its eve."""

    opens: int = 9
    closes: int = 18

    def _may_send_on(self, day: date) -> bool:
        return day.weekday() != _SUNDAY and day not in holidays(day.year)

    def is_open(self, moment: datetime) -> bool:
        local = moment.astimezone(HELSINKI)
        return self._may_send_on(local.date()) and self.opens <= local.hour < self.closes

    def next_open(self, moment: datetime) -> datetime:
        """The moment itself if messages may go out then."""
        if self.is_open(moment):
            return moment
        local = moment.astimezone(HELSINKI)
        day = local.date() if local.hour < self.opens else local.date() + timedelta(days=1)
        while not self._may_send_on(day):
            day += timedelta(days=1)
        return datetime.combine(day, time(self.opens), HELSINKI)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a municipality has decided about its reminders."""

    least: Money
    days_after: int
    """So old is a fee before anybody is reminded of it."""
    days_between: int
    times_max: int
    """For each fee."""
    channels: tuple[Channel, ...]
    """In the order in which they are tried."""
    hours: SendingHours


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """What this patron has been reminded of by this municipality."""

    times: Mapping[str, int]
    """By fee reference."""
    last_at: datetime | None


def due_fees(
    *,
    assessed: Sequence[AssessedFee],
    payee: str,
    held: AbstractSet[str],
    time_to_pay: Mapping[str, date],
    terms: Terms,
    reminded: Reminded,
    now: datetime,
) -> list[AssessedFee] | HeldBack:
    """The fees of this payee that a reminder is due for. `held`: references of fees in an open payment."""
    today = now.astimezone(HELSINKI).date()
    own = [one for one in assessed if one.payee is not None and one.payee.municipality == payee]
    if not own:
        return HeldBack.PAID
    if any(one.fee.reference in held for one in own):
        return HeldBack.IN_PAYMENT
    payable = [one for one in own if one.is_payable]
    if not payable:
        asked = any(one.not_payable is NotPayable.ON_HOLD for one in own)
        return HeldBack.ON_HOLD if asked else HeldBack.NOT_PAYABLE
    ready = [one for one in payable if time_to_pay.get(one.fee.reference, date.min) < today]
    old = [one for one in ready if _is_old(one, today, terms.days_after)]
    left = [one for one in old if reminded.times.get(one.fee.reference, 0) < terms.times_max]
    sieved = ((HeldBack.TIME_GRANTED, ready), (HeldBack.TOO_YOUNG, old), (HeldBack.REMINDED_ENOUGH, left))
    for reason, passed in sieved:
        if not passed:
            return reason
    if reminded.last_at is not None and now - reminded.last_at < timedelta(days=terms.days_between):
        return HeldBack.REMINDED_LATELY
    return left if total([one.fee.outstanding for one in left]) >= terms.least else HeldBack.UNDER_LIMIT


def _is_old(one: AssessedFee, today: date, days: int) -> bool:
    """A system that tells no dates tells of no young fees either: then staff choose the cards."""
    return one.fee.incurred_on is None or one.fee.incurred_on + timedelta(days=days) <= today


def choose_channel(
    *, channels: Sequence[Channel], addresses: Mapping[Channel, str], undeliverable: AbstractSet[Channel]
) -> Channel | HeldBack:
    """The first that leads somewhere. `addresses`: '' where there is none."""
    known = [channel for channel in channels if addresses.get(channel)]
    if not known:
        return HeldBack.NO_ADDRESS
    return next((channel for channel in known if channel not in undeliverable), HeldBack.UNDELIVERABLE)
