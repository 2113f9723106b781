"""The sandbox's own time: it runs at any speed, or stands (speed 0) until it is told to advance."""

import json
import threading
import time
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from torget.sandbox.providers.store import Store

HELSINKI = ZoneInfo("Europe/Helsinki")


class SandboxClock:
    """Seconds since 1970 as the sandbox sees them; kept in the store so that a restart goes on from there."""

    def __init__(self, store: Store, *, speed: float | None = None, start_at: float | None = None) -> None:
        self._store = store
        self._lock = threading.Lock()
        kept = store.setting("clock")
        self._shown, self._real, self._speed = time.time(), time.time(), 1.0
        if start_at is not None:
            self._shown = start_at
        elif kept is not None:
            self._shown, self._real, self._speed = json.loads(kept)
        self._anchor(speed=speed)

    @property
    def speed(self) -> float:
        return self._speed

    def now(self) -> float:
        with self._lock:
            return self._now()

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._anchor(add_seconds=seconds)

    def run_at(self, speed: float) -> None:
        if speed < 0:
            raise ValueError("time does not run backwards")
        self._anchor(speed=speed)

    def _now(self) -> float:
        # The wall clock may be set back; the sandbox's time then stands still for a moment.
        return self._shown + max(0.0, time.time() - self._real) * self._speed

    def _anchor(self, *, add_seconds: float = 0.0, speed: float | None = None) -> None:
        with self._lock:
            self._shown, self._real = self._now() + add_seconds, time.time()
            self._speed = self._speed if speed is None else speed
        self._keep()

    def _keep(self) -> None:
        self._store.keep_setting("clock", json.dumps([self._shown, self._real, self._speed]))


def as_text(moment: float) -> str:
    """2018-07-06T10:01:31.904Z, as the vendor writes times."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, HELSINKI)


def local_moment(day: date, hour: int) -> float:
    return datetime.combine(day, time_of_day(hour), HELSINKI).timestamp()
