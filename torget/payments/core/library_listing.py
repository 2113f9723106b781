"""Abilities that not every library system has: to name its branches and its kinds of fee."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One branch or kind of fee: the code that fees carry, and what the system calls it."""

    code: str
    name: str


@runtime_checkable
class ListsBranches(Protocol):
    def branches(self) -> tuple[Listed, ...]:
        """All of them. Raise LibrarySystemUnavailable."""
        ...


@runtime_checkable
class ListsFeeKinds(Protocol):
    def fee_kinds(self) -> tuple[Listed, ...]:
        """All that a fee can be of. Raise LibrarySystemUnavailable."""
        ...
