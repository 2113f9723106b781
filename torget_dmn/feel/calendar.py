"""The proleptic Gregorian calendar for years that `datetime` cannot hold."""

from __future__ import annotations

YEAR_MAX = 999_999_999
SECONDS_PER_DAY = 86_400
NANOSECONDS_PER_SECOND = 1_000_000_000
_DAYS_PER_ERA = 146_097
_YEARS_PER_ERA = 400
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_leap_year(year: int) -> bool:
    """Say whether the year has a 29 February; year 0 exists, as in ISO 8601."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    """Return the length of a month."""
    return 29 if month == 2 and is_leap_year(year) else _MONTH_DAYS[month - 1]


def is_date(year: int, month: int, day: int) -> bool:
    """Say whether the three numbers are a day of the calendar."""
    return -YEAR_MAX <= year <= YEAR_MAX and 1 <= month <= 12 and 1 <= day <= days_in_month(year, month)


def day_number(year: int, month: int, day: int) -> int:
    """Count days from 1970-01-01, by Hinnant's civil-from-days arithmetic."""
    shifted = year - (month <= 2)
    era, year_of_era = divmod(shifted, _YEARS_PER_ERA)
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * _DAYS_PER_ERA + day_of_era - 719_468


def from_day_number(number: int) -> tuple[int, int, int]:
    """Return year, month and day of a count made by `day_number`."""
    era, day_of_era = divmod(number + 719_468, _DAYS_PER_ERA)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted_month + 2) // 5 + 1
    month = shifted_month + (3 if shifted_month < 10 else -9)
    return year_of_era + era * _YEARS_PER_ERA + (month <= 2), month, day


def add_months(year: int, month: int, day: int, months: int) -> tuple[int, int, int]:
    """Move by whole months; the day is cut to the length of the month reached."""
    count = year * 12 + (month - 1) + months
    new_year, new_month = count // 12, count % 12 + 1
    return new_year, new_month, min(day, days_in_month(new_year, new_month))


def weekday(year: int, month: int, day: int) -> int:
    """Return 1 for Monday to 7 for Sunday."""
    return (day_number(year, month, day) + 3) % 7 + 1


def day_of_year(year: int, month: int, day: int) -> int:
    """Return 1 for 1 January."""
    return day_number(year, month, day) - day_number(year, 1, 1) + 1


def week_of_year(year: int, month: int, day: int) -> int:
    """Return the ISO 8601 week: week 1 holds the year's first Thursday."""
    number = day_number(year, month, day)
    thursday = number + 4 - weekday(year, month, day)
    thursday_year = from_day_number(thursday)[0]
    return (thursday - day_number(thursday_year, 1, 1)) // 7 + 1
