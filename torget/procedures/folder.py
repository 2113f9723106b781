"""What every procedure keeps as data in its folder: form.json, texts.json, model.dmn."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from torget.casework.core.fact_words import value_text
from torget.casework.core.facts import FactSet, Proposal
from torget.casework.core.procedure import Block
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
    def names(self) -> LocalisedText:
        names: LocalisedText = self.texts["names"]
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

    def blocks(self, facts: FactSet, proposal: Proposal) -> Sequence[Block]:
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
