"""Months as the books count them: by the calendar and the clock of Finland."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")
_FORM = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


class NotAMonth(ValueError):
    """The text is not a month in the form 2026-11."""


def day_start(day: date) -> datetime:
    """Midnight in Finland."""
    return datetime.combine(day, time.min, tzinfo=HELSINKI)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True, order=True)
class Month:
    year: int
    number: int

    @classmethod
    def from_text(cls, text: str) -> Self:
        found = _FORM.fullmatch(text)
        if found is None or not 1900 <= int(found[1]) <= 9998:
            raise NotAMonth(text)
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, moment: datetime) -> Self:
        local = moment.astimezone(HELSINKI)
        return cls(local.year, local.month)

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return self.following.first_day - timedelta(days=1)

    @property
    def following(self) -> "Month":
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def preceding(self) -> "Month":
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    @property
    def starts_at(self) -> datetime:
        return day_start(self.first_day)

    @property
    def ends_at(self) -> datetime:
        """The first moment that is no longer in it."""
        return day_start(self.following.first_day)
