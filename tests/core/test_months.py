"""Months and weeks by the clock of Finland, also where it changes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torget.payments.core.months import Month, NotAMonth, monday_of

MONTHS = st.builds(Month, st.integers(1950, 2200), st.integers(1, 12))


@given(MONTHS)
def test_months_follow_each_other_without_gap(month: Month) -> None:
    assert month.following.preceding == month
    assert month.ends_at == month.following.starts_at
    assert month.last_day + timedelta(days=1) == month.following.first_day
    assert Month.from_text(str(month)) == month
    assert Month.of(month.starts_at) == month
    assert Month.of(month.ends_at - timedelta(microseconds=1)) == month


def test_a_month_begins_at_midnight_in_finland() -> None:
    assert Month(2026, 11).starts_at == datetime(2026, 10, 31, 22, tzinfo=UTC)
    assert Month(2026, 7).starts_at == datetime(2026, 6, 30, 21, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "2026-13", "2026-1", "26-01", "2026-11 ", "0000-01", "9999-12"])
def test_other_texts_are_no_months(text: str) -> None:
    with pytest.raises(NotAMonth):
        Month.from_text(text)


def test_weeks_begin_on_monday() -> None:
    assert monday_of(date(2026, 11, 29)) == date(2026, 11, 23)
    assert monday_of(date(2026, 11, 23)) == date(2026, 11, 23)
