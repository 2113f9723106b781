"""A procedure's folder: form.json, texts.json and model.dmn as data, facts.py and effect.py as code."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from torget.casework.core import rules
from torget.casework.core.acts import ActKind, Remedy
from torget.casework.core.fact_words import value_text
from torget.casework.core.facts import FactSet, Proposal
from torget.casework.core.procedure import Block, EffectOrder, EffectResult, Subject
from torget.foundation.core.languages import LocalisedText

LANGUAGES = ("sv", "fi", "en")


@dataclass(frozen=True)
class Folder:
    path: Path

    def _json(self, name: str) -> Any:
        return json.loads((self.path / name).read_text(encoding="utf-8"))

    @cached_property
    def form(self) -> Mapping[str, Any]:
        form: Mapping[str, Any] = self._json("form.json")
        return form

    @cached_property
    def texts(self) -> Mapping[str, Any]:
        """names; outcomes and the decision's words for each; labels of facts, those of the document first; law."""
        texts: Mapping[str, Any] = self._json("texts.json")
        return texts

    @cached_property
    def model_xml(self) -> bytes | None:
        file = self.path / "model.dmn"
        return file.read_bytes() if file.exists() else None

    @property
    def service_names(self) -> LocalisedText:
        """What people choose when they ask for it."""
        names: LocalisedText = self.texts["names"]
        return names

    @property
    def names(self) -> LocalisedText:
        """What the matter is called in the register and above the decision."""
        names: LocalisedText = self.texts.get("matter", self.texts["names"])
        return names

    def fact_rows(self, facts: FactSet) -> list[tuple[LocalisedText, LocalisedText]]:
        """Label and value of every fact that has a label, in the order of the labels."""
        values = facts.values()
        return [
            (
                label,
                {
                    language: value_text(name, values.get(name), language, self.fact_value_words.get(name))
                    for language in LANGUAGES
                },
            )
            for name, label in self.texts["facts"].items()
        ]

    @property
    def outcomes(self) -> Mapping[str, LocalisedText]:
        """What an official can choose, by the procedure's own words."""
        outcomes: Mapping[str, LocalisedText] = self.texts["outcomes"]
        return outcomes

    @cached_property
    def fact_value_words(self) -> Mapping[str, Mapping[str, LocalisedText]]:
        """The form's own choices, and what texts.json adds."""
        fields = [field for step in self.form["steps"] for field in step["fields"]]
        choices = {
            field["id"]: {option["value"]: option["labels"] for option in field["options"]}
            for field in fields
            if "options" in field
        }
        return {**choices, **self.texts.get("values", {})}

    @property
    def fact_labels(self) -> Mapping[str, LocalisedText]:
        labels: Mapping[str, LocalisedText] = {**self.texts["facts"], **self.texts.get("more_facts", {})}
        return labels

    @property
    def effect_names(self) -> Mapping[str, LocalisedText]:
        names: Mapping[str, LocalisedText] = self.texts.get("effects", {})
        return names

    @property
    def words(self) -> Mapping[str, LocalisedText]:
        """By what facts.py and effect.py say in English: where facts were read, and what became of an effect."""
        words: Mapping[str, LocalisedText] = self.texts.get("words", {})
        return words

    def blocks(self, *, facts: FactSet, proposal: Proposal) -> Sequence[Block]:
        """The decision, the facts, the reasons of the rules that matched, the provisions; in every language."""
        outcome = proposal.outcome or "human"
        places = {**facts.values(), **proposal.values}
        found = [_filled("decision", self.texts["decisions"][outcome], places)]
        lines = self.fact_rows(facts)
        found.append(
            Block(
                kind="facts",
                texts={
                    lang: "\n".join(f"{label[lang]}: {value[lang]}" for label, value in lines) for lang in LANGUAGES
                },
            )
        )
        found += [Block(kind="reasons", texts=reason.texts) for reason in proposal.reasons]
        if not proposal.reasons:
            found.append(Block(kind="reasons", texts=self.texts["no_rule"]))
        found.append(Block(kind="law", texts=self.texts["law"]))
        return found


class Facts(Protocol):
    """What facts.py holds."""

    def collect(self, *, subject: Subject, at: datetime) -> FactSet: ...


class Effect(Protocol):
    """What effect.py holds."""

    def effects(
        self, *, decision_id: int, subject: Subject, outcome: str, values: Mapping[str, Any]
    ) -> Sequence[EffectOrder]: ...

    def carry_out(self, order: EffectOrder, *, at: datetime) -> EffectResult: ...


@dataclass(frozen=True, kw_only=True)
class FolderProcedure(Folder):
    """The procedure of one folder as casework sees it; what is a decision with a rectification need not say so."""

    slug: str
    facts: Facts
    effect: Effect
    record_class: str
    handling_days: int
    outcomes_with_amount: frozenset[str] = frozenset()
    amount_facts: tuple[str, ...] = ()
    """Facts in cents; the first that is known is the most that can be decided on."""
    may_be_automatic: bool = False
    act_kind: ActKind = ActKind.DECISION
    remedy: Remedy = Remedy.RECTIFICATION

    def collect_facts(self, *, subject: Subject, at: datetime) -> FactSet:
        return self.facts.collect(subject=subject, at=at)

    def amount_cents_max(self, facts: FactSet) -> int | None:
        values = facts.values()
        return next((cents for name in self.amount_facts if isinstance(cents := values.get(name), int)), None)

    def propose(self, *, facts: FactSet, model_xml: bytes) -> Proposal:
        return rules.propose(facts=facts, model_xml=model_xml)

    def effects(
        self, *, decision_id: int, subject: Subject, outcome: str, values: Mapping[str, Any]
    ) -> Sequence[EffectOrder]:
        return self.effect.effects(decision_id=decision_id, subject=subject, outcome=outcome, values=values)

    def carry_out(self, order: EffectOrder, *, at: datetime) -> EffectResult:
        return self.effect.carry_out(order, at=at)


def numbered(decision_id: int, orders: Sequence[tuple[str, Mapping[str, Any]]]) -> Sequence[EffectOrder]:
    """Kinds and payloads as orders, each with the key by which it is carried out once."""
    return [
        EffectOrder(key=f"decision:{decision_id}:{number}", kind=kind, payload=payload)
        for number, (kind, payload) in enumerate(orders, start=1)
    ]


def _filled(kind: str, texts: LocalisedText, places: Mapping[str, Any]) -> Block:
    """Places in a text are written {amount_cents}; cents are shown as euros in the text's language."""
    filled = {}
    for language in LANGUAGES:
        text = texts[language]
        for name, value in places.items():
            # 'amount_cents' is shown as euros and 'pay_by_on' as a day, like the facts 'open cents' and 'due on'.
            known = re.sub("_(cents|on)$", r" \1", name)
            shown = value_text(known, value, language) if value is None or known != name else str(value)
            text = text.replace(f"{{{name}}}", shown)
        filled[language] = text
    return Block(kind=kind, texts=filled)
