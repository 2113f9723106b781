"""Periods of the figures, and the weeks and months they fall into."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torget.payments.web.books.period import DAYS_MAX, NotAPeriod, Step, days, last_weeks, read_period
from torget.payments.web.books.words import day_span

TODAY = date(2026, 11, 28)
DAYS = st.dates(date(2001, 1, 1), date(2040, 1, 1))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("4w", date(2026, 11, 2), TODAY),
        ("13w", date(2026, 8, 31), TODAY),
        ("2026-10", date(2026, 10, 1), date(2026, 10, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-11-02..2026-11-20", date(2026, 11, 2), date(2026, 11, 20)),
    ],
)
def test_periods_as_they_stand_in_an_address(text: str, first: date, last: date) -> None:
    period = read_period(text, TODAY)
    assert (period.first, period.last, period.key) == (first, last, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5w",
        "w",
        "13W",
        "2026-13",
        "2026-11-20..2026-11-02",
        "2026-11-02..",
        "..",
        "a..b",
        "2026-02-30..2026-03-01",
        "1999-12-31..2000-02-01",
        "2020-01-01..2026-01-01",
        "20261102..20261120x",
    ],
)
def test_what_is_not_a_period(text: str) -> None:
    with pytest.raises(NotAPeriod):
        read_period(text, TODAY)


def test_weeks_begin_on_monday_and_the_last_is_the_week_of_today() -> None:
    period = last_weeks(4, TODAY)
    buckets = period.buckets(period.step)
    assert [bucket.first.weekday() for bucket in buckets] == [0, 0, 0, 0]
    assert buckets[-1].last == TODAY


def test_months_come_when_weeks_would_be_too_many() -> None:
    assert last_weeks(26, TODAY).step is Step.WEEK
    assert last_weeks(52, TODAY).step is Step.MONTH


@given(DAYS, st.integers(0, DAYS_MAX - 1), st.sampled_from(Step))
def test_weeks_and_months_cover_the_period_once(first: date, length: int, step: Step) -> None:
    period = days(first, first + timedelta(days=length))
    buckets = period.buckets(step)
    assert (buckets[0].first, buckets[-1].last) == (period.first, period.last)
    for one, following in itertools.pairwise(buckets):
        assert one.first <= one.last
        assert following.first == one.last + timedelta(days=1)
        assert following.first == period.start_of(following.first, step)
    assert read_period(period.key, TODAY) == period


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 11, 2), date(2026, 11, 8), "2.–8.11.2026"),
        (date(2026, 10, 26), date(2026, 11, 1), "26.10.–1.11.2026"),
        (date(2025, 12, 29), date(2026, 1, 4), "29.12.2025–4.1.2026"),
        (date(2026, 11, 2), date(2026, 11, 2), "2.11.2026"),
    ],
)
def test_days_are_written_no_longer_than_needed(first: date, last: date, text: str) -> None:
    assert day_span(first, last) == text
