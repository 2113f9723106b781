"""Every cent of a split is accounted for, and debts are set off without losing any."""

from hypothesis import given
from hypothesis import strategies as st

from torget.foundation.core.money import Money
from torget.payments.core.fixed_shares import explain_split, set_off

MEMBERS = [f"m{number}" for number in range(12)]
SHARES = st.dictionaries(st.sampled_from(MEMBERS), st.integers(0, 60_000), min_size=1).filter(
    lambda shares: sum(shares.values()) > 0
)


@given(st.integers(-10_000_000, 10_000_000), SHARES)
def test_the_parts_sum_exactly_and_the_arithmetic_is_right(cents: int, shares: dict[str, int]) -> None:
    split = explain_split(Money(cents), shares)
    assert sum(part.amount.cents for part in split.parts) == cents
    assert split.extra_cents == abs(cents) - sum(abs(part.rounded_down.cents) for part in split.parts)
    assert 0 <= split.extra_cents < len(shares)
    for part in split.parts:
        exact = abs(cents) * part.weight
        assert abs(part.rounded_down.cents) * split.weight_total + part.remainder == exact
        assert abs(abs(part.amount.cents) * split.weight_total - exact) < split.weight_total
    chosen = [part.remainder for part in split.parts if part.got_extra_cent]
    passed_over = [part.remainder for part in split.parts if not part.got_extra_cent]
    if chosen and passed_over:
        assert min(chosen) >= max(passed_over)


def test_a_split_by_hand() -> None:
    split = explain_split(Money(100), {"a": 1, "b": 1, "c": 1})
    assert [part.amount.cents for part in split.parts] == [34, 33, 33]
    assert split.extra_cents == 1


DEBTS = st.lists(st.tuples(st.sampled_from(MEMBERS), st.sampled_from(MEMBERS), st.integers(-500, 500)))


@given(DEBTS)
def test_setting_off_keeps_everybodys_balance(owed: list[tuple[str, str, int]]) -> None:
    balance = dict.fromkeys(MEMBERS, 0)
    for debtor, creditor, cents in owed:
        balance[debtor] -= cents
        balance[creditor] += cents
    debts = set_off(owed)
    for debt in debts:
        assert debt.amount.cents > 0
        balance[debt.debtor] += debt.amount.cents
        balance[debt.creditor] -= debt.amount.cents
    assert not any(balance.values())
    pairs = [frozenset((debt.debtor, debt.creditor)) for debt in debts]
    assert len(pairs) == len(set(pairs))
