"""Finnish working days, how legal periods end, and a clock that only runs in office hours.

Sources: kirkkolaki and the act on May Day and Independence Day for the holidays; määräaikalaki 150/1930 for periods:
the day of the event is not counted, and a period that would end on a holiday, Independence Day, May Day, Midsummer
or Christmas Eve, or a Saturday ends on the next working day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")
_DAY = timedelta(days=1)
_SATURDAY, _SUNDAY = 5, 6


def easter_sunday(year: int) -> date:
    """By the anonymous Gregorian algorithm (Nature, 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def _first(weekday: int, start: date) -> date:
    return start + timedelta(days=(weekday - start.weekday()) % 7)


@lru_cache(maxsize=64)
def holidays(year: int) -> frozenset[date]:
    """Public holidays, and the two eves on which offices are closed and no legal period ends."""
    easter = easter_sunday(year)
    midsummer = _first(_SATURDAY, date(year, 6, 20))
    return frozenset(
        {
            date(year, 1, 1),
            date(year, 1, 6),
            easter - 2 * _DAY,
            easter,
            easter + _DAY,
            date(year, 5, 1),
            easter + 39 * _DAY,
            easter + 49 * _DAY,
            midsummer - _DAY,
            midsummer,
            _first(_SATURDAY, date(year, 10, 31)),
            date(year, 12, 6),
            date(year, 12, 24),
            date(year, 12, 25),
            date(year, 12, 26),
        }
    )


def is_working_day(day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in holidays(day.year)


def next_working_day(day: date) -> date:
    """The day itself if it is a working day."""
    while not is_working_day(day):
        day += _DAY
    return day


def add_working_days(day: date, count: int) -> date:
    """The working day that is `count` working days after the day."""
    for _ in range(count):
        day = next_working_day(day + _DAY)
    return day


def last_day_of_period(event: date, days: int) -> date:
    """The last day of a period of so many days from an event, such as 14 days from a notice."""
    return next_working_day(event + timedelta(days=days))


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When a desk is open on working days, local time; other days it is closed."""

    opens: time = time(8)
    closes: time = time(16)

    def _open_spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = start.astimezone(HELSINKI).date()
        while True:
            if is_working_day(day):
                yield (
                    datetime.combine(day, self.opens, HELSINKI),
                    datetime.combine(day, self.closes, HELSINKI),
                )
            day += _DAY

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Office time between two moments with time zones."""
        total = timedelta()
        for opens, closes in self._open_spans(start):
            if opens >= end:
                return total
            total += max(timedelta(), min(closes, end) - max(opens, start))
        raise AssertionError  # the days never end

    def add(self, start: datetime, office_time: timedelta) -> datetime:
        """The moment at which so much office time has passed."""
        left = office_time
        for opens, closes in self._open_spans(start):
            begins = max(opens, start)
            if begins >= closes:
                continue
            if left <= closes - begins:
                return begins + left
            left -= closes - begins
        raise AssertionError  # the days never end

    def is_open(self, moment: datetime) -> bool:
        local = moment.astimezone(HELSINKI)
        return is_working_day(local.date()) and self.opens <= local.time() < self.closes
