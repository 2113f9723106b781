"""A decision as a document: the same blocks for the screen, the PDF and the web, with or without persons' names."""

from collections.abc import Mapping
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

_TEMPLATE = Path(__file__).with_name("decision.typ")
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


def _sections(
    blocks: tuple[Block, ...], language: str, tokens: Mapping[str, str], shown: AbstractSet[str] | None
) -> list[dict[str, Any]]:
    """Blocks of one kind under one heading, in the order in which the kinds first come."""
    grouped: dict[str, list[str]] = {}
    for block in blocks:
        text = resolve(in_language(block.texts, language), tokens, shown=shown)
        grouped.setdefault(block.kind, []).extend(part for part in text.split("\n") if part.strip())
    return [{"heading": _label(kind, language), "paragraphs": parts} for kind, parts in grouped.items()]


def _part(
    decision: Decision, numbered: Numbered, language: str, tokens: Mapping[str, str], shown: AbstractSet[str] | None
) -> dict[str, Any]:
    case, maker = decision.case, decision.decision_maker
    titles = case.titles if shown is None else case.public_titles
    day = _DATES[language].format(numbered.at.astimezone(HELSINKI))
    names = [
        resolve(f"{{{{party.{party.position}.name}}}}", tokens, shown=shown)
        for party in case.parties.order_by("position")
    ]
    power = maker.powers.filter(procedure=case.procedure).first()
    rows = [
        (_label("authority", language), f"{in_language(maker.titles, language)}, {numbered.signer}".rstrip(", ")),
        (_label("date", language), day),
        (_label("section", language), f"{numbered.section} §"),
        (_label("case", language), case.number),
        (_label("party", language), ", ".join(names)),
    ]
    if power is not None:
        rows.append((_label("power", language), in_language(power.basis, language)))
    return {
        "language": language,
        "municipality": case.municipality.name(language),
        "kind": _label(f"kind.{decision.act_kind}", language),
        "courtesy": _label("courtesy", language) if language == "en" else "",
        "title": resolve(in_language(titles, language), tokens, shown=shown),
        "rows": [{"key": key, "value": value} for key, value in rows],
        "sections": _sections(blocks_from_json(decision.blocks), language, tokens, shown),
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


def decision_content(
    decision: Decision, numbered: Numbered, tokens: Mapping[str, str], *, shown: AbstractSet[str] | None = None
) -> dict[str, Any]:
    """Everything that is said, as plain data; `shown` names the tokens that may be seen, None all of them."""
    parts = [_part(decision, numbered, language, tokens, shown) for language in languages_of(decision)]
    return {"parts": parts}


def decision_pdf(decision: Decision, numbered: Numbered, tokens: Mapping[str, str]) -> bytes:
    """The same decision, number, moment and persons give the same bytes."""
    return make_pdf(_TEMPLATE, content=decision_content(decision, numbered, tokens), at=numbered.at)
