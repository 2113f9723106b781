"""Telling the library system: what may be booked, and what a lost answer turned out to mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from torget.foundation.core.money import ZERO, Money, total
from torget.payments.core.ports import RegistrationLine


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRegistration:
    book: tuple[RegistrationLine, ...]
    """Fees that still stand at the paid amount or more; each is booked with what was paid."""
    give_back: tuple[RegistrationLine, ...]
    """Fees that shrank or went away meanwhile; booking them would turn the money into something else."""


def plan_registration(
    paid: Iterable[RegistrationLine], open_now: Mapping[str, Money], *, can_choose_fees: bool
) -> PlannedRegistration:
    """Compare what was paid with what stands now, fee by fee.

    A fee that grew is booked with the paid amount and stays open for the rest. A system that cannot choose fees settles
    whatever it likes, so there everything is booked only while the whole open balance covers it.
    """
    lines = tuple(paid)
    if not can_choose_fees:
        balance = sum(amount.cents for amount in open_now.values())
        fits = sum(line.amount.cents for line in lines) <= balance
        return PlannedRegistration(book=lines if fits else (), give_back=() if fits else lines)
    fits_now = [line for line in lines if open_now.get(line.fee_reference, Money(0)) >= line.amount]
    return PlannedRegistration(book=tuple(fits_now), give_back=tuple(line for line in lines if line not in fits_now))


class Difference(StrEnum):
    BOOKED = "booked"  #: The account fell by exactly the order, line by line.
    UNBOOKED = "unbooked"  #: Nothing changed: the order did not arrive.
    UNCLEAR = "unclear"  #: Something else happened too; a human must look.


def judge_difference(
    ordered: Iterable[RegistrationLine],
    before: Mapping[str, int],
    now: Mapping[str, int],
    *,
    can_choose_fees: bool,
    credit: Money = ZERO,
) -> Difference:
    """What became of an order whose answer was lost, from the open cents by fee before it and now.

    Without line choice the system settles whatever it likes, so only the sum over the fees that stood before can be
    compared; a fee that came since says nothing. `credit` is what lies unapplied on the account now: a system that
    stores the money before it settles fees may have stopped in between, so no fee falls and the order did arrive.
    """
    lines = tuple(ordered)
    fell = _judge_fall(lines, before, now, can_choose_fees=can_choose_fees)
    if fell is Difference.UNBOOKED and credit >= total([line.amount for line in lines]):
        return Difference.UNCLEAR
    return fell


def _judge_fall(
    lines: tuple[RegistrationLine, ...], before: Mapping[str, int], now: Mapping[str, int], *, can_choose_fees: bool
) -> Difference:
    if not can_choose_fees:
        changes = [cents - now.get(reference, 0) for reference, cents in before.items()]
        if not any(changes):
            return Difference.UNBOOKED
        fell_only = all(change >= 0 for change in changes)
        is_order = fell_only and sum(changes) == sum(line.amount.cents for line in lines)
        return Difference.BOOKED if is_order else Difference.UNCLEAR
    falls = [before.get(line.fee_reference, 0) - now.get(line.fee_reference, 0) for line in lines]
    if all(fell == line.amount.cents for fell, line in zip(falls, lines, strict=True)):
        return Difference.BOOKED
    return Difference.UNBOOKED if not any(falls) else Difference.UNCLEAR
