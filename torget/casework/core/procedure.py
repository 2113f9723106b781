"""What a kind of matter must bring so that casework can prepare, decide and carry it out.

A procedure is a folder of torget.procedures; it is registered when the program starts, so casework itself names none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from torget.casework.core.acts import ActKind, Remedy
from torget.casework.core.facts import FactSet, Proposal
from torget.foundation.core.languages import LocalisedText

Subject = Mapping[str, Any]
"""What a case is about, in ids only, such as library system, patron reference and fee reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph of a decision in every language; persons stand in it as tokens such as {{party.1.name}}."""

    kind: str
    """'decision', 'facts', 'reasons', 'law' or 'automatic': what §§ 44-45 ask for, by the completeness check."""
    texts: LocalisedText


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectOrder:
    """What must happen outside once a decision is signed; carried out at most once by its key."""

    key: str
    """'decision:17:1'"""
    kind: str
    """The procedure's own word, such as 'waive' or 'end_hold'."""
    payload: Mapping[str, Any]


class EffectOutcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"  #: it surely did not happen and will not: a person must look
    LATER = "later"  #: nothing was sent, or the answer is not known yet: ask again
    HUMAN = "human"  #: the system cannot do it; a person does it at the desk


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectResult:
    outcome: EffectOutcome
    detail: str = ""


class Procedure(Protocol):
    @property
    def slug(self) -> str: ...

    @property
    def names(self) -> LocalisedText: ...

    @property
    def act_kind(self) -> ActKind: ...

    @property
    def remedy(self) -> Remedy: ...

    @property
    def record_class(self) -> str:
        """Code of the class in the information-control plan."""
        ...

    @property
    def handling_days(self) -> int:
        """Office days within which a decision is to be expected (434/2003, 23 a §)."""
        ...

    @property
    def outcomes(self) -> Mapping[str, LocalisedText]:
        """What can be decided, by the procedure's own words, with their names."""
        ...

    @property
    def outcomes_with_amount(self) -> frozenset[str]:
        """The outcomes that decide on a sum; it is the value 'amount_cents'."""
        ...

    def amount_cents_max(self, facts: FactSet) -> int | None:
        """The most that can be decided on; None where the facts do not say."""
        ...

    @property
    def fact_labels(self) -> Mapping[str, LocalisedText]: ...

    @property
    def fact_value_words(self) -> Mapping[str, Mapping[str, LocalisedText]]:
        """By fact and value: how people say values that are words of ours, such as a form's choices."""
        ...

    @property
    def effect_names(self) -> Mapping[str, LocalisedText]:
        """What each kind of effect is called."""
        ...

    @property
    def words(self) -> Mapping[str, LocalisedText]:
        """How people say what facts and effects report in English: 'fee' (of 'fee 4711'), 'refund decided'."""
        ...

    @property
    def may_be_automatic(self) -> bool: ...

    @property
    def model_xml(self) -> bytes | None:
        """The DMN model shipped with the procedure; None for a procedure without rules."""
        ...

    def collect_facts(self, *, subject: Subject, at: datetime) -> FactSet:
        """Read payments, the library system and the form. An unknown fact is None, never a guess."""
        ...

    def propose(self, *, facts: FactSet, model_xml: bytes) -> Proposal: ...

    def blocks(self, *, facts: FactSet, proposal: Proposal) -> Sequence[Block]: ...

    def effects(
        self, *, decision_id: int, subject: Subject, outcome: str, values: Mapping[str, Any]
    ) -> Sequence[EffectOrder]: ...

    def carry_out(self, order: EffectOrder, *, at: datetime) -> EffectResult:
        """Called again after LATER or a crash, so it must find out what an earlier call did before it acts."""
        ...


_registered: dict[str, Procedure] = {}


def register_procedure(procedure: Procedure) -> None:
    _registered[procedure.slug] = procedure


def find_procedure(slug: str) -> Procedure:
    """Raise KeyError for a procedure that this installation does not have."""
    return _registered[slug]


def all_procedures() -> tuple[Procedure, ...]:
    return tuple(_registered.values())
