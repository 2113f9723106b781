"""What a refund by staff may be: how much of which line, for what reason, and when a second person must agree."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from torget.payments.core.resolving import LinesDiffer, LinesNotRefundable, Standing, cents_left


class RefundCategory(StrEnum):
    """Why money goes back; the words stand on the staff's pages and in the reports."""

    WRONG_FEE = "wrong_fee"  #: There should have been no such fee, or a smaller one.
    ITEM_FOUND = "item_found"  #: A lost item came back.
    GOODWILL = "goodwill"  #: The fee was right and the library lets it go.
    PAID_BY_MISTAKE = "paid_by_mistake"  #: The patron did not mean to pay this.
    PAID_TWICE = "paid_twice"  #: The fee was paid by another way too.
    OTHER = "other"


class FeeAfterwards(StrEnum):
    """What becomes of the fee in the library system when its money has gone back."""

    STAYS_PAID = "stays_paid"  #: Nothing is owed: the fee was wrong, was let go, or was paid by another way too.
    OPENS_AGAIN = "opens_again"  #: The patron still owes it.


USUALLY: Mapping[RefundCategory, FeeAfterwards] = {
    RefundCategory.WRONG_FEE: FeeAfterwards.STAYS_PAID,
    RefundCategory.ITEM_FOUND: FeeAfterwards.STAYS_PAID,
    RefundCategory.GOODWILL: FeeAfterwards.STAYS_PAID,
    RefundCategory.PAID_BY_MISTAKE: FeeAfterwards.OPENS_AGAIN,
    RefundCategory.PAID_TWICE: FeeAfterwards.STAYS_PAID,
}
"""What mostly follows from a reason. A person chooses; the page only explains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundWish:
    """What an employee asks for."""

    cents: Mapping[int, int]
    """By line position; none is zero."""
    category: RefundCategory
    reason: str
    fee: FeeAfterwards = FeeAfterwards.STAYS_PAID
    email: str = ""
    """Where the provider writes, when the method of payment knows no other way and the patron gave no address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeePart:
    """One municipality's part of a refund."""

    municipality_id: int
    cents: int
    refunded_before_cents: int
    """Of the same payment, by whatever way: else a large refund could be cut into small ones."""
    limit_cents: int


def wish_was_registered(standing: Standing, cents: Mapping[int, int]) -> bool:
    """Whether the money is of lines in the library system. Raise LinesNotRefundable or LinesDiffer."""
    left = cents_left(standing)
    if not cents or any(not 0 < part <= left.get(position, 0) for position, part in cents.items()):
        raise LinesNotRefundable
    kinds = {line.is_booked for line in standing.lines if line.position in cents}
    if len(kinds) > 1:
        raise LinesDiffer
    return kinds.pop()


def needs_second_person(parts: Iterable[PayeePart]) -> bool:
    """Each payee's own limit holds for its own money."""
    return any(part.cents + part.refunded_before_cents > part.limit_cents for part in parts)


def cents_by_payee(payees: Mapping[int, int], cents: Mapping[int, int]) -> dict[int, int]:
    """Sums by payee of cents by line position; `payees` by line position."""
    sums: dict[int, int] = defaultdict(int)
    for position, part in cents.items():
        sums[payees[position]] += part
    return dict(sums)
