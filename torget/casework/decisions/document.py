"""A decision as a document: the same content for the screen, the PDF and the web, with or without persons' names.

The content is data that is stored with the signature, persons as tokens in it. So the document can be made again to the
byte when offices have other titles and officials other names, and without the names when their time is over.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from torget.casework.core.acts import Remedy
from torget.casework.core.procedure import Block
from torget.casework.core.tokens import resolve
from torget.casework.decisions.models import Decision
from torget.casework.decisions.prepare import blocks_from_json
from torget.casework.decisions.words import LABELS, OFFICE, REMEDIES, REMEDY_HEADINGS
from torget.foundation.core.business_days import HELSINKI
from torget.foundation.core.languages import in_language
from torget.foundation.design.pdf import make_pdf

TEMPLATE = "decision-1"
"""The template of new documents. One that has been signed with never changes: a new look is a new file."""
_FOLDER = Path(__file__).parent
_DATES = {"sv": "{0.day}.{0.month}.{0.year}", "fi": "{0.day}.{0.month}.{0.year}", "en": "{0.day}/{0.month}/{0.year}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """What a decision gets when it is signed."""

    section: int
    year: int
    at: datetime
    signer: str


def languages_of(decision: Decision) -> tuple[str, ...]:
    """The party's language first, then the other national one; English is a translation beside both."""
    party = decision.case.language
    if party == "en":
        return ("fi", "sv", "en")
    return (party, "fi" if party == "sv" else "sv")


def _label(key: str, language: str) -> str:
    return in_language(LABELS[key], language)


def _remedy_text(decision: Decision, language: str) -> str:
    maker = decision.decision_maker
    text = in_language(REMEDIES[Remedy(decision.remedy)], language)
    return text.format(
        organ=in_language(maker.organ_above, language),
        office=in_language(OFFICE, language),
        contact=f"{maker.contact_email}, {maker.contact_phone}",
    )


def _sections(blocks: tuple[Block, ...], language: str) -> list[dict[str, Any]]:
    """Blocks of one kind under one heading, in the order in which the kinds first come."""
    grouped: dict[str, list[str]] = {}
    for block in blocks:
        text = in_language(block.texts, language)
        grouped.setdefault(block.kind, []).extend(part for part in text.split("\n") if part.strip())
    return [{"heading": _label(kind, language), "paragraphs": parts} for kind, parts in grouped.items()]


def _rows(decision: Decision, numbered: Numbered, language: str) -> list[tuple[str, str]]:
    case, maker = decision.case, decision.decision_maker
    positions = case.parties.order_by("position").values_list("position", flat=True)
    power = maker.powers.filter(procedure=case.procedure).first()
    rows = [
        (_label("authority", language), f"{in_language(maker.titles, language)}, {numbered.signer}".rstrip(", ")),
        (_label("date", language), _DATES[language].format(numbered.at.astimezone(HELSINKI))),
        (_label("section", language), f"{numbered.section} §"),
        (_label("case", language), case.number),
        (_label("party", language), ", ".join(f"{{{{party.{position}.name}}}}" for position in positions)),
    ]
    if power is not None:
        rows.append((_label("power", language), in_language(power.basis, language)))
    if decision.corrects is not None:
        rows.append((_label("corrects", language), f"{decision.corrects.section} § {decision.corrects.year}"))
    return rows


def _part(decision: Decision, numbered: Numbered, language: str) -> dict[str, Any]:
    case, maker = decision.case, decision.decision_maker
    return {
        "language": language,
        "municipality": case.municipality.name(language),
        "kind": _label(f"kind.{decision.act_kind}", language),
        "courtesy": _label("courtesy", language) if language == "en" else "",
        "title": in_language(case.titles, language),
        "public_title": in_language(case.public_titles, language),
        "rows": [{"key": key, "value": value} for key, value in _rows(decision, numbered, language)],
        "sections": _sections(blocks_from_json(decision.blocks), language),
        "contact": {
            "heading": _label("contact", language),
            "text": f"{maker.contact_name}, {maker.contact_email}, {maker.contact_phone}",
        },
        "remedy": {
            "heading": in_language(REMEDY_HEADINGS, language),
            "text": _remedy_text(decision, language),
        },
        "seal": _label("seal", language),
    }


def decision_content(decision: Decision, numbered: Numbered) -> dict[str, Any]:
    """Everything that is said, as plain data with persons as tokens: what is stored when the decision is signed."""
    parts = [_part(decision, numbered, language) for language in languages_of(decision)]
    return {"template": TEMPLATE, "parts": parts}


def filled(content: Mapping[str, Any], tokens: Mapping[str, str], *, shown: AbstractSet[str] | None) -> dict[str, Any]:
    """The content with its tokens looked up. `shown` names those that may be seen, None all of them.

    Where not everybody may see all, the title is the public one.
    """

    def looked_up(value: Any) -> Any:
        if isinstance(value, str):
            return resolve(value, tokens, shown=shown)
        if isinstance(value, Mapping):
            return {key: looked_up(one) for key, one in value.items()}
        return [looked_up(one) for one in value] if isinstance(value, Sequence) else value

    parts = [{**part, "title": part["title" if shown is None else "public_title"]} for part in content["parts"]]
    return {**content, "parts": [looked_up(part) for part in parts]}


def content_pdf(
    content: Mapping[str, Any], tokens: Mapping[str, str], *, at: datetime, shown: AbstractSet[str] | None = None
) -> bytes:
    """The same content, persons and moment give the same bytes."""
    template = _FOLDER / f"{content['template']}.typ"
    return make_pdf(template, content=filled(content, tokens, shown=shown), at=at)
