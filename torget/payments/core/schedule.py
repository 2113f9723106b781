"""When a payment needs work next: the one place for every waiting time."""

from datetime import datetime, timedelta

from torget.payments.core.checkout import State

LEASE = timedelta(seconds=120)
"""How long a worker may hold a payment; afterwards another one takes over and asks what happened."""

CREATED_EXPIRES = timedelta(minutes=5)
"""The provider's page was never made known to the patron, so it cannot be paid."""

UNPAID_EXPIRES = timedelta(minutes=60)
"""After this an unpaid payment lets its fees go; money that comes later is still taken in."""

PENDING_ALARM = timedelta(days=7)
"""A payment that the provider has examined this long is on a work list too; it stays as it is, for money may come."""

REGISTRATION_TRIES_MAX = 12
"""With the delays below this is about a day and a half of a library system that is down."""

RECONCILIATION_TRIES_MAX = 10

SETTLE_TIME = timedelta(seconds=60)
"""How long after a lost answer the library system may still be working on the order."""

DIFFERENCE_PROVES = timedelta(minutes=5)
"""How long after an order a change of the account tells what became of it. Later the desk may have taken the same sum,
or the fees may have grown by as much, so a person looks. A lease and SETTLE_TIME fit in."""

REFUND_ANSWER_ALARM = timedelta(days=2)
"""A refund without the provider's final word goes to a person after this."""

EMAIL_REFUND_ALARM = timedelta(days=30)
"""A refund that the payer has to claim by the provider's e-mail; nobody tells its end, so a person looks after this."""

PROPOSAL_EXPIRES = timedelta(days=14)
"""A proposed refund that nobody has decided ends; it can be proposed again."""

REVERSAL_TRIES_MAX = 8
"""With the delays below this is about five hours; then the desk raises the fee by hand."""

_WAITS = {
    State.CREATED: CREATED_EXPIRES,
    State.REGISTERING: LEASE,
    State.UNCERTAIN: SETTLE_TIME,
    State.REFUNDING: LEASE,
    State.REFUND_PENDING: REFUND_ANSWER_ALARM,
}
_POLLS = tuple(timedelta(minutes=minutes) for minutes in (2, 5, 15, 60))
_LATE_POLLS = tuple(timedelta(hours=hours) for hours in (2, 6, 24, 48, 96, 168))
_RETRIES = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900, 1800, 3600))


def next_poll(state: State, created_at: datetime, now: datetime) -> datetime | None:
    """When to ask the provider again; None when it has been asked long enough.

    An open payment is asked after 2, 5, 15 and 60 minutes; one that ended unpaid still six times in a week, because
    the patron may go back to the provider's page and pay.
    """
    steps = _LATE_POLLS if state in (State.FAILED, State.EXPIRED) else _POLLS
    for step in steps:
        if created_at + step > now:
            return created_at + step
    if state is State.PENDING:
        return now + timedelta(hours=6)
    return None if state in (State.FAILED, State.EXPIRED) else now + timedelta(minutes=60)


def retry_delay(tries: int) -> timedelta:
    """How long to wait after the given number of fruitless tries (1, 2, …)."""
    return _RETRIES[min(max(tries, 1), len(_RETRIES)) - 1]


def work_after(
    state: State,
    *,
    created_at: datetime,
    now: datetime,
    tries: int = 0,
    by_email: bool = False,
    is_reserved: bool = False,
) -> datetime | None:
    """When a payment that has just come to this state needs work; None when it needs none."""
    if by_email and state is State.REFUND_PENDING:
        return now + EMAIL_REFUND_ALARM
    if is_reserved and state is State.PENDING:
        return now
    if state in (State.OPEN, State.PENDING, State.FAILED, State.EXPIRED):
        return next_poll(state, created_at, now)
    if state in (State.PAID, State.REFUND_DUE):
        return now + retry_delay(tries) if tries else now
    wait = _WAITS.get(state)
    return None if wait is None else now + wait
