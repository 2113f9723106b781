"""What the doctor says of one thing: how it stands, and what to do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"  #: Works now, and will not for ever.
    ERROR = "error"  #: Somebody is not served.


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    check: str
    level: Level
    says: str
    do: str = ""
    """What to do; empty when nothing."""


def ok(check: str, says: str) -> Finding:
    return Finding(check=check, level=Level.OK, says=says)


def warning(check: str, says: str, do: str) -> Finding:
    return Finding(check=check, level=Level.WARNING, says=says, do=do)


def error(check: str, says: str, do: str) -> Finding:
    return Finding(check=check, level=Level.ERROR, says=says, do=do)


Check = Callable[[], list[Finding]]
