"""Payment links: what state one is in, and the proof by which its holder sees more than a sum."""

import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from torget.foundation.core.business_days import HELSINKI
from torget.payments.core.checkout import UNPAID, State
from torget.payments.core.fees import AssessedFee

PROOF_LENGTH = 4
WRONG_TRIES_MAX = 10
"""Over the whole life of a link; whoever guesses from a stolen letter has one chance in a thousand."""

LETTER_DAYS = 30
LETTER_DAYS_MAX = 90


class LinkState(StrEnum):
    OPEN = "open"  #: Can be paid.
    STARTED = "started"  #: Somebody is at the payment service; can still be gone on with.
    PAID = "paid"  #: The money of one checkout came in whole.
    REVOKED = "revoked"  #: The library took it back.
    LOCKED = "locked"  #: Too many wrong tries at the card number.
    EXPIRED = "expired"  #: The last day has passed.


def link_state(
    *,
    checkouts: Sequence[Sequence[State]],
    is_revoked: bool,
    wrong_tries: int,
    expires_at: datetime,
    now: datetime,
) -> LinkState:
    """`checkouts`: the states of the payments of each checkout that began from the link. Money goes before all else."""
    ended_unpaid = (State.FAILED, State.EXPIRED)
    if any(states and UNPAID.isdisjoint(states) for states in checkouts):
        return LinkState.PAID
    if is_revoked:
        return LinkState.REVOKED
    if wrong_tries >= WRONG_TRIES_MAX:
        return LinkState.LOCKED
    if now >= expires_at:
        return LinkState.EXPIRED
    if any(state not in ended_unpaid for states in checkouts for state in states):
        return LinkState.STARTED
    return LinkState.OPEN


def end_of_day(day: date) -> datetime:
    """A link holds through its last day, by the clock in Finland."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=HELSINKI)


def last_day(expires_at: datetime) -> date:
    return (expires_at.astimezone(HELSINKI) - timedelta(microseconds=1)).date()


def is_proof(text: str, card_number: str) -> bool:
    """Whether the text is the end of the card number; spaces and the case of letters do not matter."""
    wanted = "".join(card_number.split()).casefold()[-PROOF_LENGTH:]
    given = "".join(text.split()).casefold()
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())


def without_loans(assessed: Sequence[AssessedFee]) -> list[AssessedFee]:
    """The same fees without anything that tells what was borrowed, or when."""
    return [
        replace(
            one,
            fee=replace(
                one.fee,
                title=None,
                description="",
                incurred_on=None,
                due_date=None,
                returned_on=None,
                charged=one.fee.outstanding,
            ),
        )
        for one in assessed
    ]
