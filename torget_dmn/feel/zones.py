"""Offsets of named time zones, also for years outside the time zone database."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from functools import lru_cache

from torget_dmn.feel import calendar

_ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+)*\Z")
OFFSET_SECONDS_MAX = 18 * 3600
# A time of day has no date, so a zone's offset is taken on one fixed day to keep evaluation deterministic.
_REFERENCE_DAY = calendar.day_number(2000, 1, 1)


@lru_cache(maxsize=512)
def load_zone(name: str) -> zoneinfo.ZoneInfo | None:
    """Return the zone, or None when the name is not in the time zone database."""
    if not _ZONE_NAME.match(name):
        return None
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def offset_seconds(name: str, day: int | None, second_of_day: int) -> int:
    """Return the zone's offset at a local day and time."""
    zone = load_zone(name)
    if zone is None:
        return 0
    moment = _moment(_REFERENCE_DAY if day is None else day, second_of_day).replace(tzinfo=zone)
    return _seconds(moment.utcoffset())


def offset_at(name: str, epoch_seconds: int) -> int:
    """Return the zone's offset at a moment, counted from 1970 in UTC."""
    zone = load_zone(name)
    if zone is None:
        return 0
    day, second_of_day = divmod(epoch_seconds, calendar.SECONDS_PER_DAY)
    return _seconds(_moment(day, second_of_day).replace(tzinfo=dt.UTC).astimezone(zone).utcoffset())


def _moment(day: int, second_of_day: int) -> dt.datetime:
    year, month, day_of_month = calendar.from_day_number(day)
    if not dt.MINYEAR < year < dt.MAXYEAR:
        # The calendar repeats every 400 years, so a year of the same shape gives the same rules.
        year = 2000 + year % 400 if year > 0 else 1600 + year % 400
    hour, rest = divmod(second_of_day, 3600)
    return dt.datetime(year, month, day_of_month, hour, rest // 60, rest % 60)  # noqa: DTZ001 - the zone follows


def _seconds(offset: dt.timedelta | None) -> int:
    return 0 if offset is None else int(offset.total_seconds())
