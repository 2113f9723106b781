"""Change a proposal before it is signed: a block's words, or what is decided. Each change is a new version."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from torget.casework.cases.models import Case
from torget.casework.cases.register import log_action, party_tokens
from torget.casework.core.facts import AMOUNT, FactSet, Proposal, Reason, Route
from torget.casework.core.procedure import find_procedure
from torget.casework.core.tokens import tokens_in
from torget.casework.decisions.drafts import lock_draft
from torget.casework.decisions.keep_edits import with_own_reasons
from torget.casework.decisions.models import Decision, Evaluation
from torget.casework.decisions.prepare import blocks_as_json
from torget.foundation.core.identity_codes import has_identity_code
from torget.foundation.core.languages import LocalisedText

TEXT_LENGTH_MAX = 10_000


class BadText(ValueError):
    """Why, as a word that the page explains.

    'too_long', 'identity_code', 'unknown_token', 'position', 'outcome', 'amount' or 'too_much'.
    """


def _check(texts: LocalisedText, case: Case) -> None:
    known = set(party_tokens(case))
    for text in texts.values():
        if len(text) > TEXT_LENGTH_MAX:
            raise BadText("too_long")
        if has_identity_code(text):
            raise BadText("identity_code")
        if tokens_in(text) - known:
            raise BadText("unknown_token")


def _edited(block: Mapping[str, Any], texts: LocalisedText) -> dict[str, Any]:
    """With the words of the rules kept as 'original', by which a new proposal knows whether they still stand."""
    original = block.get("original", block["texts"])
    return {"kind": block["kind"], "texts": dict(texts), "is_edited": True, "original": original}


def edit_block(
    *, decision_id: int, version: int, position: int, texts: LocalisedText, actor: str, at: datetime
) -> Decision:
    """New words for one block in all its languages. Raise BadText or ChangedMeanwhile."""
    with transaction.atomic():
        decision = lock_draft(decision_id, version)
        if not 0 <= position < len(decision.blocks):
            raise BadText("position")
        _check(texts, decision.case)
        blocks = list(decision.blocks)
        blocks[position] = _edited(blocks[position], texts)
        decision.blocks = blocks
        decision.version += 1
        decision.save(update_fields=["blocks", "version"])
        log_action(
            decision.case,
            kind="block_edited",
            actor=actor,
            at=at,
            detail={"block": position + 1, "decision": decision.pk},
        )
    return decision


def stored_proposal(evaluation: Evaluation) -> Proposal:
    """What the rules said then, as it was stored."""
    return Proposal(
        outcome=evaluation.outcome,
        route=Route(evaluation.route),
        reasons=tuple(
            Reason(texts=reason["texts"], legal_reference=reason["legal_reference"]) for reason in evaluation.reasons
        ),
        values=evaluation.values,
        trace=evaluation.trace,
        model_sha256=evaluation.rule_model.sha256,
        facts_sha256=evaluation.facts.sha256,
    )


def choose_outcome(
    *,
    decision_id: int,
    version: int,
    outcome: str,
    amount_cents: int | None,
    actor: str,
    reasons: LocalisedText,
    at: datetime,
) -> Decision:
    """Decide by one's own judgement: otherwise than the rules propose, what they left open, or when they are withdrawn.

    The decision's own words follow from the outcome, and the reasons stand in place of those of the rules (ADR 70).
    Raise BadText or ChangedMeanwhile.
    """
    with transaction.atomic():
        decision = lock_draft(decision_id, version)
        procedure = find_procedure(decision.case.procedure)
        if outcome not in procedure.outcomes or decision.evaluation is None or decision.corrects_id is not None:
            raise BadText("outcome")
        _check(reasons, decision.case)
        facts = FactSet.from_canonical(decision.evaluation.facts.canonical)
        cents = _check_amount(amount_cents, most_of(decision)) if outcome in procedure.outcomes_with_amount else 0
        values: dict[str, Any] = {**decision.values, AMOUNT: cents}
        chosen = replace(stored_proposal(decision.evaluation), outcome=outcome, values=values)
        fresh = blocks_as_json(tuple(procedure.blocks(facts=facts, proposal=chosen)))
        words = next(block for block in fresh if block["kind"] == "decision")
        blocks = [words if block["kind"] == "decision" else block for block in decision.blocks]
        decision.blocks, decision.has_own_reasons = with_own_reasons(blocks, reasons), True
        before: Mapping[str, Any] = {"outcome": decision.outcome, AMOUNT: decision.values.get(AMOUNT)}
        decision.outcome, decision.values, decision.version = outcome, values, decision.version + 1
        decision.save(update_fields=["blocks", "has_own_reasons", "outcome", "values", "version"])
        detail = {"from": dict(before), "to": {"outcome": outcome, AMOUNT: cents}, "decision": decision.pk}
        log_action(decision.case, kind="outcome_chosen", actor=actor, at=at, detail=detail)
    return decision


def most_of(decision: Decision) -> int | None:
    """The highest sum in cents that the facts allow, or None where they do not say."""
    if decision.evaluation is None:
        return None
    facts = FactSet.from_canonical(decision.evaluation.facts.canonical)
    return find_procedure(decision.case.procedure).amount_cents_max(facts)


def _check_amount(cents: int | None, most: int | None) -> int:
    if not cents:
        raise BadText("amount")
    if most is not None and cents > most:
        raise BadText("too_much")
    return cents
