"""Guardians: for whose cards somebody may pay besides their own, until when, and what they see of the loans."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from torget.payments.core.fees import AssessedFee
from torget.payments.core.ports import PatronIdentity

ANSWERS_BELOW = 15
"""Until this age the guardian answers for what the child borrows; from then on the young person must have agreed."""

UNKNOWN_AGE_LINK = timedelta(days=365)
"""How long a link holds where no date of birth is known; the card and the PIN make it anew."""


def birthday(born_on: date, age: int) -> date:
    """The day on which the age is reached; for whom was born on a leap day, 1 March."""
    try:
        return born_on.replace(year=born_on.year + age)
    except ValueError:
        return date(born_on.year + age, 3, 1)


def may_pay_for(child: PatronIdentity, *, age_limit: int, today: date, has_agreed: bool = False) -> bool:
    """`age_limit` is the municipality's, 0 for never; `has_agreed`: the child gave card and PIN for it.

    Without a date of birth, the library system's word that it is a child's card, or the agreement, is enough.
    """
    if age_limit == 0:
        return False
    has_agreed = has_agreed or child.shows_fees_to_guardian
    if child.born_on is None:
        return child.is_child or has_agreed
    if today >= birthday(child.born_on, age_limit):
        return False
    return has_agreed or today < birthday(child.born_on, ANSWERS_BELOW)


def link_ends_on(child: PatronIdentity, *, age_limit: int, today: date) -> date:
    return birthday(child.born_on, age_limit) if child.born_on else today + UNKNOWN_AGE_LINK


def without_titles(assessed: Sequence[AssessedFee]) -> list[AssessedFee]:
    """What a child borrows is the child's own secret: kind, amount, day and library stay, and nothing of the loan."""
    return [
        replace(one, fee=replace(one.fee, title=None, description="", due_date=None, returned_on=None))
        for one in assessed
    ]
