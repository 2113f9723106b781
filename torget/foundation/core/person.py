"""Everything about one person: what each part of Torget tells of them, and lets go when they ask for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A patron as the library system knows them, or somebody who wrote without ever signing in, by their addresses."""

    library_system: str = ""
    reference: str = ""
    emails: frozenset[str] = frozenset()
    """In lower case. They find only what names no patron: an address may be a family's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Rows of one kind; code and keys have their words in retention/words.py."""

    code: str
    rows: Sequence[Mapping[str, Any]]
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Documents that go with the rows, by the name under which a row's column `file` tells of them."""


@dataclass(slots=True, kw_only=True)
class Erasure:
    """What would go, or went, by kind; what the law keeps; and why nothing may go yet."""

    obstacles: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)


class PersonRecords(Protocol):
    """What a part's module `person` offers; the settings list the modules."""

    def sections(self, person: Person) -> list[Section]: ...

    def obstacles(self, person: Person) -> list[str]:
        """Why the person's records must stay as they are now, in words for staff."""
        ...

    def kept(self, person: Person) -> list[str]:
        """What stays after an erasure, how long and why, in words for staff."""
        ...

    def erase(self, person: Person, at: datetime) -> dict[str, int]:
        """Within the caller's transaction; rows by kind. What the law keeps stays, without what says who it was."""
        ...
