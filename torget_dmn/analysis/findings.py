"""What an analysis finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torget_dmn.feel.printing import to_literal

# Problems make a model wrong; doubts should be looked at before it is used.
PROBLEM, DOUBT = "problem", "doubt"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: a code for programs, words for people, and a case that shows it."""

    code: str
    weight: str
    place: str
    message: str
    rows: tuple[int, ...] = ()
    example: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.place}: {self.message} [{self.code}]"


def in_words(example: Mapping[str, Any]) -> str:
    """Say a counter-example: `age is 17 and income is 250.5`."""
    parts = [f"{name} is {to_literal(value)}" for name, value in example.items()]
    if len(parts) < 2:
        return "".join(parts) or "nothing is given"
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
