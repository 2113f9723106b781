"""What an analysis finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torget_dmn.feel.printing import to_literal
from torget_dmn.words import place_in, said_in, say, together

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

    def said_in(self, language: str) -> str:
        """Say the finding, with its place and example, in Swedish, Finnish or English."""
        return f"{place_in(language, self.place)}: {said_in(language, self.message)}"


def in_words(example: Mapping[str, Any]) -> str:
    """Say a counter-example: `age is 17 and income is 250.5`."""
    parts = [say("{name} is {value}", name=name, value=to_literal(value)) for name, value in example.items()]
    return together(parts) if parts else say("nothing is given")
