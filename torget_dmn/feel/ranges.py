"""Ranges, and the one-sided tests that behave like them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torget_dmn.feel.ordering import compare


@dataclass(frozen=True, slots=True)
class Range:
    """An interval; an end of None is open without bound, which only `<`, `<=`, `>` and `>=` can make."""

    start: Any
    end: Any
    start_included: bool
    end_included: bool

    def contains(self, value: Any) -> bool | None:
        """Say whether the value lies in the interval; None when it cannot be compared."""
        if self.start is not None:
            order = compare(self.start, value)
            if order is None:
                return None
            if order > 0 or (order == 0 and not self.start_included):
                return False
        if self.end is not None:
            order = compare(value, self.end)
            if order is None:
                return None
            return order < 0 or (order == 0 and self.end_included)
        return self.start is not None

    @property
    def sample(self) -> Any:
        """An endpoint, to know the type of the interval by."""
        return self.end if self.start is None else self.start


@dataclass(frozen=True, slots=True)
class Equals:
    """The test `= value` or `!= value` as a value; as a range it is the single point."""

    point: Any
    negated: bool = False
