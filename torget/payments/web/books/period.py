"""The period of the figures: whole weeks up to today, a month, or two days; and the weeks or months it falls into."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from torget.payments.core.months import Month, NotAMonth, day_start, monday_of

DAYS_MAX = 2 * 366
"""What the figures cost follows the length of the period, so it has an end."""
YEAR_MIN = 2000
_WEEKS_SHOWN_MAX = 27
LAST_WEEKS = (4, 13, 26, 52)
DEFAULT = "13w"
_BETWEEN = ".."


class Step(StrEnum):
    """As PostgreSQL's date_trunc calls it."""

    WEEK = "week"
    MONTH = "month"


class NotAPeriod(ValueError):
    """The text is none of '13w', '2026-11' and '2026-11-02..2026-11-20', or the days are too many or turned around."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A week or month, cut to the period."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    key: str
    """As it stands in an address; '13w' moves on with the weeks."""
    first: date
    last: date

    @property
    def starts_at(self) -> datetime:
        return day_start(self.first)

    @property
    def ends_at(self) -> datetime:
        """The first moment that is no longer in it."""
        return day_start(self.last + timedelta(days=1))

    @property
    def step(self) -> Step:
        return Step.WEEK if (self.last - self.first).days <= _WEEKS_SHOWN_MAX * 7 else Step.MONTH

    def start_of(self, day: date, step: Step) -> date:
        return monday_of(day) if step is Step.WEEK else day.replace(day=1)

    def buckets(self, step: Step) -> list[Bucket]:
        found, first = [], self.first
        while first <= self.last:
            whole = self.start_of(first, step)
            following = (
                whole + timedelta(days=7) if step is Step.WEEK else Month(whole.year, whole.month).following.first_day
            )
            found.append(Bucket(first, min(following - timedelta(days=1), self.last)))
            first = following
        return found


def days(first: date, last: date) -> Period:
    """Raise NotAPeriod."""
    if last < first or (last - first).days >= DAYS_MAX or first.year < YEAR_MIN:
        raise NotAPeriod(f"{first}{_BETWEEN}{last}")
    return Period(key=f"{first}{_BETWEEN}{last}", first=first, last=last)


def last_weeks(count: int, today: date) -> Period:
    """The week of today and those before it."""
    return Period(key=f"{count}w", first=monday_of(today) - timedelta(days=7 * (count - 1)), last=today)


def months_before(today: date, count: int) -> list[Month]:
    """The month of today and those before it, the newest first."""
    found = [Month(today.year, today.month)]
    while len(found) < count:
        found.append(found[-1].preceding)
    return found


def read_period(text: str, today: date) -> Period:
    """Raise NotAPeriod."""
    if text in {f"{count}w" for count in LAST_WEEKS}:
        return last_weeks(int(text.removesuffix("w")), today)
    first, between, last = text.partition(_BETWEEN)
    try:
        if between:
            return days(date.fromisoformat(first), date.fromisoformat(last))
        month = Month.from_text(text)
    except (NotAMonth, ValueError):
        raise NotAPeriod(text) from None
    return Period(key=str(month), first=month.first_day, last=month.last_day)
