"""Working days, periods and office hours, against days that can be looked up in a Finnish calendar."""

from datetime import UTC, date, datetime, timedelta

import holidays as oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from torget.foundation.core.business_days import (
    HELSINKI,
    OfficeHours,
    add_working_days,
    easter_sunday,
    holidays,
    is_working_day,
    last_day_of_period,
)


@pytest.mark.parametrize(
    ("year", "easter"),
    [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)), (2038, date(2038, 4, 25))],
)
def test_easter(year: int, easter: date) -> None:
    assert easter_sunday(year) == easter


def test_holidays_of_a_year() -> None:
    assert sorted(holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 1, 6),
        date(2026, 4, 3),
        date(2026, 4, 5),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 14),
        date(2026, 5, 24),
        date(2026, 6, 19),
        date(2026, 6, 20),
        date(2026, 10, 31),
        date(2026, 12, 6),
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2026, 12, 26),
    ]


def test_a_century_agrees_with_another_calendar() -> None:
    theirs = oracle.country_holidays("FI", years=range(2000, 2100))
    ours = frozenset[date]().union(*(holidays(year) for year in range(2000, 2100)))
    assert ours == frozenset(theirs)


def test_a_period_over_midsummer_ends_after_it() -> None:
    # 5 June + 14 days is Midsummer Eve, a Friday; then Midsummer Day and a Sunday.
    assert last_day_of_period(date(2026, 6, 5), 14) == date(2026, 6, 22)


def test_a_period_over_the_turn_of_the_year() -> None:
    assert last_day_of_period(date(2026, 12, 18), 14) == date(2027, 1, 4)


def test_working_days_over_easter() -> None:
    assert add_working_days(date(2026, 4, 2), 1) == date(2026, 4, 7)


def test_the_clock_stands_at_night_and_over_a_week_end() -> None:
    hours = OfficeHours()
    friday = datetime(2026, 11, 20, 15, 0, tzinfo=HELSINKI)
    assert hours.add(friday, timedelta(hours=2)) == datetime(2026, 11, 23, 9, 0, tzinfo=HELSINKI)
    assert hours.elapsed(friday, datetime(2026, 11, 23, 9, 0, tzinfo=HELSINKI)) == timedelta(hours=2)


_MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(_MOMENTS, st.integers(1, 60 * 80))
def test_what_is_added_has_elapsed(start: datetime, minutes: int) -> None:
    hours = OfficeHours()
    end = hours.add(start, timedelta(minutes=minutes))
    assert hours.elapsed(start, end) == timedelta(minutes=minutes)
    assert is_working_day(end.astimezone(HELSINKI).date())
