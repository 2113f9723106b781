"""Knobs: what shall go wrong, for the next requests or by chance with a seed."""

import random
import threading
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    DROP_BEFORE = "drop_before"  #: The line breaks before anything is executed.
    DROP_AFTER = "drop_after"  #: Executed, and then the line breaks without an answer.
    ERROR_BEFORE = "error_before"  #: 500, nothing executed.
    ERROR_AFTER = "error_after"  #: Executed, and answered with 500.
    DELAY = "delay"  #: Executed at once, and answered properly but late.
    LATE = "late"  #: Waits first and executes then, maybe long after the client has given up.
    MALFORMED = "malformed"  #: Executed, and answered with broken JSON.
    NOT_JSON = "not_json"  #: Not executed; a gateway's page in HTML with 502.
    MAINTENANCE = "maintenance"  #: 503 in Koha's words, nothing executed.
    ERROR_BUT_BOOKED = "error_but_booked"  #: The credit is stored, and then applying it fails: 400, credit stays.
    UNAUTHORIZED = "unauthorized"  #: 401 although the token is good, as after a restart of Koha.


@dataclass(slots=True)
class _Planned:
    fault: Fault
    left: int
    seconds: float
    path_contains: str
    method: str | None


@dataclass(slots=True)
class _Chance:
    fault: Fault
    probability: float
    seconds: float
    path_contains: str
    method: str | None
    dice: random.Random


@dataclass(frozen=True, slots=True)
class Struck:
    """The fault that this request meets."""

    fault: Fault
    seconds: float


class Faults:
    """Decides per request, under a lock, so that "the next three" means three also when many ask at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[_Planned] = []
        self._chances: list[_Chance] = []

    def fail_next(
        self, fault: Fault, *, count: int = 1, seconds: float = 0.0, path_contains: str = "", method: str | None = None
    ) -> None:
        with self._lock:
            self._planned.append(_Planned(Fault(fault), count, seconds, path_contains, method))

    def fail_by_chance(
        self,
        fault: Fault,
        *,
        probability: float,
        seed: int,
        seconds: float = 0.0,
        path_contains: str = "",
        method: str | None = None,
    ) -> None:
        with self._lock:
            dice = random.Random(seed)
            self._chances.append(_Chance(Fault(fault), probability, seconds, path_contains, method, dice))

    def clear(self) -> None:
        with self._lock:
            self._planned.clear()
            self._chances.clear()

    def strike(self, method: str, path: str) -> Struck | None:
        with self._lock:
            for planned in self._planned:
                if planned.path_contains in path and planned.method in {None, method}:
                    planned.left -= 1
                    if planned.left <= 0:
                        self._planned.remove(planned)
                    return Struck(planned.fault, planned.seconds)
            for chance in self._chances:
                is_meant = chance.path_contains in path and chance.method in {None, method}
                if is_meant and chance.dice.random() < chance.probability:
                    return Struck(chance.fault, chance.seconds)
        return None
