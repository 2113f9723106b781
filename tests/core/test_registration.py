"""What may be booked, and what a lost answer meant."""

import pytest

from torget.foundation.core.money import Money
from torget.payments.core.ports import RegistrationLine
from torget.payments.core.registration import Difference, judge_difference, plan_registration


def account(**cents: int) -> dict[str, Money]:
    return {reference: Money(amount) for reference, amount in cents.items()}


def lines(**cents: int) -> tuple[RegistrationLine, ...]:
    return tuple(RegistrationLine(fee_reference=reference, amount=Money(amount)) for reference, amount in cents.items())


@pytest.mark.parametrize(
    ("paid", "now", "book", "give_back"),
    [
        (lines(a=100, b=50), account(a=100, b=50), lines(a=100, b=50), ()),
        (lines(a=100), account(a=120), lines(a=100), ()),  # grew: the paid amount is booked
        (lines(a=100), account(a=80), (), lines(a=100)),  # shrank
        (lines(a=100, b=50), account(b=50), lines(b=50), lines(a=100)),  # gone
        (lines(a=100), account(), (), lines(a=100)),
    ],
)
def test_plan_by_fee(
    paid: tuple[RegistrationLine, ...],
    now: dict[str, Money],
    book: tuple[RegistrationLine, ...],
    give_back: tuple[RegistrationLine, ...],
) -> None:
    plan = plan_registration(paid, now, can_choose_fees=True)
    assert (plan.book, plan.give_back) == (book, give_back)


def test_without_choice_everything_or_nothing() -> None:
    assert plan_registration(lines(a=100), account(x=60, y=40), can_choose_fees=False).book == lines(a=100)
    assert plan_registration(lines(a=100), account(x=60), can_choose_fees=False).give_back == lines(a=100)


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [
        ({"a": 100, "b": 50}, account(b=50), Difference.BOOKED),
        ({"a": 100}, account(a=100), Difference.UNBOOKED),
        ({"a": 100}, account(a=60), Difference.UNCLEAR),
        ({"a": 120}, account(a=20), Difference.BOOKED),
        ({"a": 100}, account(a=130), Difference.UNCLEAR),
    ],
)
def test_difference_by_fee(before: dict[str, int], now: dict[str, Money], verdict: Difference) -> None:
    assert (
        judge_difference(lines(a=100), before, {key: amount.cents for key, amount in now.items()}, can_choose_fees=True)
        is verdict
    )


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (account(balance=50), Difference.BOOKED),
        (account(balance=150), Difference.UNBOOKED),
        (account(balance=100), Difference.UNCLEAR),
    ],
)
def test_difference_by_total(now: dict[str, Money], verdict: Difference) -> None:
    assert (
        judge_difference(
            lines(balance=100), {"balance": 150}, {key: one.cents for key, one in now.items()}, can_choose_fees=False
        )
        is verdict
    )


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (account(old=20, gone=100, new=100), Difference.UNBOOKED),  # a new fee of the very amount changes nothing
        (account(new=20), Difference.UNCLEAR),  # both were settled, the order was for one
        (account(old=20, new=100), Difference.BOOKED),
        (account(old=120), Difference.UNCLEAR),  # one was settled, and the other grew by as much
    ],
)
def test_difference_without_choice_looks_at_the_fees_that_stood_before(
    now: dict[str, Money], verdict: Difference
) -> None:
    before = {"old": 20, "gone": 100}
    cents = {key: one.cents for key, one in now.items()}
    assert judge_difference(lines(gone=100), before, cents, can_choose_fees=False) is verdict


@pytest.mark.parametrize("can_choose_fees", [True, False])
def test_money_that_lies_as_credit_may_be_the_order(can_choose_fees: bool) -> None:
    def judge(credit: int) -> Difference:
        same = {"a": 100}
        return judge_difference(lines(a=100), same, same, can_choose_fees=can_choose_fees, credit=Money(credit))

    assert (judge(99), judge(100)) == (Difference.UNBOOKED, Difference.UNCLEAR)
