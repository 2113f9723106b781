"""What a decision rests on: facts with their sources, and what the rules made of them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from torget.foundation.core.languages import LocalisedText

AMOUNT = "amount_cents"
"""The value of a proposal that the euro limit of a power is held against; none means that no money is decided."""

FactValue = str | int | bool | None
"""Money as whole cents, days as ISO texts; None when the source does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    name: str
    """As the rules name it, such as 'days late'."""
    value: FactValue
    source: str
    """Where it was read: 'library system', 'payments', 'form', 'register'."""
    source_reference: str
    """What it was read from: 'fee 4711', 'payment 42'."""
    read_at: datetime
    """With time zone."""


@dataclass(frozen=True, slots=True)
class FactSet:
    """Facts at one moment, never changed; two sets with the same content have the same hash."""

    facts: tuple[Fact, ...]

    def canonical(self) -> str:
        rows = [
            {
                "name": fact.name,
                "value": fact.value,
                "source": fact.source,
                "source_reference": fact.source_reference,
                "read_at": fact.read_at.isoformat(),
            }
            for fact in sorted(self.facts, key=lambda fact: fact.name)
        ]
        return json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def sha256(self) -> str:
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    def values(self) -> dict[str, FactValue]:
        return {fact.name: fact.value for fact in self.facts}

    @staticmethod
    def from_canonical(text: str) -> "FactSet":
        return FactSet(
            tuple(Fact(**{**row, "read_at": datetime.fromisoformat(row["read_at"])}) for row in json.loads(text))
        )


class Route(StrEnum):
    """Who takes the matter further."""

    AUTOMATIC = "automatic"  #: every condition holds; allowed only under an active commissioning
    PROPOSE = "propose"  #: a person decides on a proposal
    HUMAN = "human"  #: a person decides without one: a fact is missing, in conflict, or needs judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    texts: LocalisedText
    legal_reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the rules say of the facts; replayed from the same facts and model it is the same to the byte."""

    outcome: str
    """The procedure's own word, such as 'waive', 'correct', 'uphold', 'grant'; '' when a person must find it."""
    route: Route
    reasons: Sequence[Reason]
    values: Mapping[str, Any]
    """What else the rules worked out, such as the amount to waive in cents."""
    trace: Mapping[str, Any]
    model_sha256: str
    facts_sha256: str
