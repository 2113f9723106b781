"""Knobs: what shall go wrong with the next messages of a kind, or by chance with a seed."""

import random
import threading
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    DROP_BEFORE = "drop_before"  #: The line breaks before anything is executed.
    DROP_AFTER = "drop_after"  #: Executed, and then the line breaks without an answer.
    DELAY = "delay"  #: Executed and answered properly, but late.
    SILENCE = "silence"  #: Executed, never answered; a 97 on the same line is.
    LATE = "late"  #: Never answered, and executed only when `finish_late` is called.
    GARBAGE = "garbage"  #: Executed, and answered with bytes that are no message; a 97 gets the true answer.
    BAD_CHECKSUM = "bad_checksum"  #: Executed, and a digit of the answer flipped on the way.
    ASK_RESEND = "ask_resend"  #: 96, nothing executed.
    REFUSE = "refuse"  #: 38N without a reason, nothing executed.
    OFFLINE = "offline"  #: 98 with on-line status N; meant for command 99.
    WRONG_ECHO = "wrong_echo"  #: Executed, and answered with another payment's BK.


@dataclass(slots=True)
class _Planned:
    fault: Fault
    left: int
    seconds: float
    command: str


@dataclass(slots=True)
class _Chance:
    fault: Fault
    probability: float
    seconds: float
    command: str
    dice: random.Random


@dataclass(frozen=True, slots=True)
class Struck:
    """The fault that this message meets."""

    fault: Fault
    seconds: float


class Faults:
    """Decides per message, under a lock, so that "the next three" means three also when many ask at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[_Planned] = []
        self._chances: list[_Chance] = []

    def fail_next(self, fault: Fault, *, command: str = "37", count: int = 1, seconds: float = 0.0) -> None:
        with self._lock:
            self._planned.append(_Planned(Fault(fault), count, seconds, command))

    def fail_by_chance(
        self, fault: Fault, *, probability: float, seed: int, command: str = "37", seconds: float = 0.0
    ) -> None:
        with self._lock:
            self._chances.append(_Chance(Fault(fault), probability, seconds, command, random.Random(seed)))

    def clear(self) -> None:
        with self._lock:
            self._planned.clear()
            self._chances.clear()

    def strike(self, command: str) -> Struck | None:
        with self._lock:
            for planned in self._planned:
                if planned.command == command:
                    planned.left -= 1
                    if planned.left <= 0:
                        self._planned.remove(planned)
                    return Struck(planned.fault, planned.seconds)
            for chance in self._chances:
                if chance.command == command and chance.dice.random() < chance.probability:
                    return Struck(chance.fault, chance.seconds)
        return None
