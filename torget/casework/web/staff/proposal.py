"""A proposal as the official reads it: the decision's words in both languages, the facts, and why the rules say so."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from torget.casework.cases.register import party_tokens
from torget.casework.core.fact_words import value_text
from torget.casework.core.facts import AMOUNT, Route
from torget.casework.core.procedure import find_procedure
from torget.casework.core.tokens import resolve
from torget.casework.decisions.models import Decision, Evaluation
from torget.casework.decisions.sign import has_old_rules, is_party, what_is_missing, why_not
from torget.casework.web.staff.case import fact_groups
from torget.casework.web.staff.news import news_of
from torget.casework.web.staff.visible import find_visible_case
from torget.casework.web.words import BLOCKS, LACKS, ROUTES, why_not_words
from torget.foundation.core.languages import LocalisedText, in_language
from torget.foundation.core.money import Money
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, staff_page

LANGUAGE_NAMES = {"sv": "Svenska", "fi": "Suomi", "en": "English"}
"""Each in itself, as a language switch says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockText:
    language: str
    name: str
    paragraphs: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRow:
    position: int
    heading: str
    texts: list[BlockText]
    earlier: list[BlockText]
    """What a person wrote before the rules or the facts changed."""
    is_edited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row of a decision table: whether it applied, and if not, the first condition that did not hold."""

    number: int
    is_matched: bool
    label: str
    value: str
    test: str


def columns_for(party_language: str) -> tuple[str, ...]:
    """Both national languages, the party's first; English where the party reads it."""
    if party_language == "en":
        return ("fi", "sv", "en")
    return (party_language, "fi" if party_language == "sv" else "sv")


def block_rows(decision: Decision) -> list[BlockRow]:
    tokens = party_tokens(decision.case)

    def in_columns(texts: LocalisedText) -> list[BlockText]:
        return [
            BlockText(
                language=language,
                name=LANGUAGE_NAMES[language],
                paragraphs=resolve(texts.get(language, ""), tokens).split("\n"),
            )
            for language in columns_for(decision.case.language)
        ]

    return [
        BlockRow(
            position=position,
            heading=str(BLOCKS.get(block["kind"], block["kind"])),
            texts=in_columns(block["texts"]),
            earlier=in_columns(block["earlier"]) if "earlier" in block else [],
            is_edited=bool(block.get("is_edited")),
        )
        for position, block in enumerate(decision.blocks)
    ]


def table_rows(evaluation: Evaluation, language: str) -> list[TableRow]:
    """What every row of every table did, from the stored trace."""
    procedure = find_procedure(evaluation.case.procedure)
    labels, words = procedure.fact_labels, procedure.fact_value_words
    rows = []
    for table in evaluation.trace.get("tables", []):
        missed = {number: (title, test) for number, title, test in table["missed"]}
        for number in sorted({*table["matched"], *missed}):
            title, test = missed.get(number, ("", ""))
            value = table["inputs"].get(title)
            is_plain = isinstance(value, (str, int, type(None)))
            shown = value_text(title, value, language, words.get(title)) if is_plain else str(value)
            rows.append(
                TableRow(
                    number=number,
                    is_matched=number in table["matched"],
                    label=in_language(labels.get(title, {}), language) or title,
                    value=shown,
                    test=test,
                )
            )
    return rows


def rule_reasons(evaluation: Evaluation | None, language: str) -> list[tuple[str, str]]:
    """Each reason with the provision it rests on."""
    if evaluation is None:
        return []
    return [(in_language(one["texts"], language), one["legal_reference"]) for one in evaluation.reasons]


def outcome_words(decision: Decision, language: str) -> str:
    return in_language(find_procedure(decision.case.procedure).outcomes.get(decision.outcome, {}), language)


def summary(decision: Decision, language: str) -> dict[str, Any]:
    """What is decided, in a line; the same on the proposal, before signing, and on the decision's page."""
    cents = decision.values.get(AMOUNT)
    maker = decision.decision_maker
    power = maker.powers.filter(procedure=decision.case.procedure).first()
    evaluation = decision.evaluation
    return {
        "outcome": outcome_words(decision, language),
        "amount": Money(int(cents)) if cents else None,
        "limit": Money(power.limit_cents) if power is not None and power.limit_cents is not None else None,
        "office": in_language(maker.titles, language),
        "route": ROUTES[Route(evaluation.route)] if evaluation is not None else "",
        "has_old_rules": has_old_rules(decision),
        "has_own_reasons": decision.has_own_reasons,
        "model": evaluation.rule_model.sha256[:12] if evaluation is not None else "",
    }


def draft_of(case_id: int) -> Decision | None:
    found = Decision.objects.select_related("decision_maker", "evaluation__facts", "evaluation__rule_model", "corrects")
    return found.filter(case_id=case_id, state=Decision.State.DRAFT).first()


@staff_page
@require_safe
def proposal(request: HttpRequest, staff: Staff, case_id: int) -> HttpResponse:
    case = find_visible_case(staff, case_id, action="view proposal")
    decision = draft_of(case_id)
    if decision is None:
        return HttpResponseRedirect(reverse("staff-case", args=[case_id]))
    language = get_language() or "fi"
    decision.case = case
    evaluation = decision.evaluation
    context = {
        "case": case,
        "decision": decision,
        "title": in_language(case.titles, language),
        "summary": summary(decision, language),
        "blocks": block_rows(decision),
        "news": news_of(case, decision.created_at),
        "facts": fact_groups(evaluation.facts if evaluation else None, case.procedure, language),
        "reasons": rule_reasons(evaluation, language),
        "rows": table_rows(evaluation, language) if evaluation else [],
        "lacks": [LACKS[lack] for lack in what_is_missing(decision)],
        "all_checks": [(words, lack in what_is_missing(decision)) for lack, words in LACKS.items()],
        "why_not": why_not_words(why_not(decision, staff.employee, timezone.now())),
        "may_edit": not is_party(case, staff.employee),
    }
    return show(request, staff, "casework/proposal.html", context)
