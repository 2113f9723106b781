"""Money is whole cents, and parts always sum to the whole."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torget.foundation.core.money import Money, NotWholeCents, split_by_shares


@pytest.mark.parametrize("text", ["0,10", "1.155", "NaN", "Infinity", "", "1e-3", "ten"])
def test_what_is_not_an_amount_is_refused(text: str) -> None:
    with pytest.raises(NotWholeCents):
        Money.from_text(text)


@pytest.mark.parametrize(("text", "cents"), [("1.15", 115), ("2.55", 255), ("4.35", 435), ("-0.05", -5), ("12", 1200)])
def test_amounts_that_floats_lose(text: str, cents: int) -> None:
    assert Money.from_text(text) == Money(cents)


def test_a_float_or_a_bool_is_not_cents() -> None:
    for wrong in (1.0, True, "1"):
        with pytest.raises(NotWholeCents):
            Money(wrong)  # type: ignore[arg-type]


@given(st.integers(-(10**12), 10**12))
def test_text_and_decimal_round_trip(cents: int) -> None:
    assert Money.from_text(str(Money(cents))) == Money(cents)
    assert Money.from_decimal(Decimal(cents) / 100) == Money(cents)


@given(
    st.integers(-(10**9), 10**9),
    st.dictionaries(st.text(max_size=4), st.integers(0, 10**6), min_size=1, max_size=15).filter(
        lambda shares: sum(shares.values()) > 0
    ),
)
def test_shares_sum_exactly_and_none_is_off_by_a_cent(cents: int, shares: dict[str, int]) -> None:
    parts = split_by_shares(Money(cents), shares)
    assert sum(part.cents for part in parts.values()) == cents
    weight = sum(shares.values())
    assert all(abs(parts[key].cents - cents * share / weight) < 1 for key, share in shares.items())


def test_no_shares_no_split() -> None:
    for shares in ({}, {"a": 0}, {"a": 2, "b": -1}):
        with pytest.raises(ValueError, match="shares"):
            split_by_shares(Money(1), shares)
