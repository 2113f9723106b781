"""How long a person has waited: a clock that runs in office hours and stands still while we wait for the person."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from torget.foundation.core.business_days import OfficeHours

OFFICE_HOURS = OfficeHours()
DUE_SOON = timedelta(hours=4)
"""Office time before the due time from which on a conversation is shown as due."""


class Haste(StrEnum):
    STOPPED = "stopped"
    IN_TIME = "in_time"
    DUE = "due"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    allowed: timedelta
    """Office time until the answer."""
    used: timedelta = timedelta()
    """Office time that had run when the clock was last stopped."""
    since: datetime | None = None
    """When it was last started; None while it stands still."""
    hours: OfficeHours = OFFICE_HOURS

    @property
    def due_at(self) -> datetime | None:
        """None while it stands still. A clock started again with nothing left is due at once."""
        if self.since is None:
            return None
        return self.hours.add(self.since, max(self.allowed - self.used, timedelta()))

    def started(self, at: datetime) -> "Clock":
        return self if self.since is not None else replace(self, since=at)

    def stopped(self, at: datetime) -> "Clock":
        if self.since is None:
            return self
        ran = self.hours.elapsed(self.since, max(at, self.since))
        return replace(self, used=self.used + ran, since=None)


def haste(due_at: datetime | None, now: datetime, hours: OfficeHours = OFFICE_HOURS) -> Haste:
    if due_at is None:
        return Haste.STOPPED
    if now > due_at:
        return Haste.OVERDUE
    return Haste.DUE if hours.elapsed(now, due_at) <= DUE_SOON else Haste.IN_TIME
