"""Prepare a case: collect its facts, let the rules propose, and write the draft that a person will read.

Reading the outside happens before the transaction; what it gave is then written with everything that follows from it.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from torget.casework.cases.models import Case
from torget.casework.cases.register import log_action
from torget.casework.core.acts import check_remedy
from torget.casework.core.facts import FactSet, Proposal
from torget.casework.core.procedure import Block, Procedure, find_procedure
from torget.casework.decisions.keep_edits import choice_of, judged_before, keep_words, reasons_of, with_own_reasons
from torget.casework.decisions.models import Decision, DecisionMaker, Evaluation, FactRecord, RuleModel
from torget.foundation.people.models import Employee


class NoDecisionMaker(LookupError):
    """Nobody in the municipality has the power to decide this kind of matter."""


class AlreadyDecided(Exception):
    """The case was decided while its facts were collected."""


def publish_model(*, procedure: str, xml: bytes, at: datetime) -> RuleModel:
    """Take a version of the rules into use; the one before is withdrawn and stays for replay. The same one: nothing."""
    sha256 = hashlib.sha256(xml).hexdigest()
    with transaction.atomic():
        current = RuleModel.objects.select_for_update().filter(procedure=procedure, withdrawn_at=None).first()
        if current is not None:
            if current.sha256 == sha256:
                return current
            current.withdrawn_at = at
            current.save(update_fields=["withdrawn_at"])
        known = RuleModel.objects.filter(sha256=sha256).first()
        if known is not None:
            known.withdrawn_at = None
            known.save(update_fields=["withdrawn_at"])
            return known
        return RuleModel.objects.create(procedure=procedure, sha256=sha256, xml=xml, added_at=at)


def install_model(*, procedure: Procedure, at: datetime) -> RuleModel | None:
    """Take the rules that are shipped with a procedure into use, unless some are in use already."""
    if procedure.model_xml is None or RuleModel.objects.filter(procedure=procedure.slug, withdrawn_at=None).exists():
        return None
    return publish_model(procedure=procedure.slug, xml=procedure.model_xml, at=at)


def can_be_decided(*, municipality_id: int, procedure: str) -> bool:
    """Whether somebody in the municipality has the power to decide this kind of matter."""
    return DecisionMaker.objects.filter(municipality=municipality_id, powers__procedure=procedure).exists()


def decision_maker_for(case: Case) -> DecisionMaker:
    """Who may decide; of several, the one with the smallest sufficient power comes by the procedure's own order."""
    found = DecisionMaker.objects.filter(municipality=case.municipality, powers__procedure=case.procedure).order_by(
        "powers__limit_cents", "pk"
    )
    maker = found.first()
    if maker is None:
        raise NoDecisionMaker(f"{case.procedure} in {case.municipality_id}")
    return maker


def blocks_as_json(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    return [{"kind": block.kind, "texts": dict(block.texts)} for block in blocks]


def blocks_from_json(rows: list[dict[str, Any]]) -> tuple[Block, ...]:
    return tuple(Block(kind=row["kind"], texts=row["texts"]) for row in rows)


def prepare_case(*, case: Case, actor: str, at: datetime, preparer: Employee | None = None) -> Decision:
    """Collect, evaluate and draft. An earlier draft is dropped, its facts being older than these; its edits are kept.

    Raise NoDecisionMaker, AlreadyDecided, or what collecting the facts raises (the library system may be down).
    """
    procedure = find_procedure(case.procedure)
    check_remedy(procedure.act_kind, procedure.remedy)
    maker = decision_maker_for(case)
    model = RuleModel.objects.get(procedure=procedure.slug, withdrawn_at=None)
    facts = procedure.collect_facts(subject=case.subject, at=at)
    proposal = procedure.propose(facts=facts, model_xml=bytes(model.xml))
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case.pk)
        if case.state not in (Case.State.OPEN, Case.State.PREPARED):
            raise AlreadyDecided
        before = case.decisions.select_related("evaluation").filter(state=Decision.State.DRAFT).first()
        case.decisions.filter(state=Decision.State.DRAFT).update(state=Decision.State.DROPPED)
        evaluation = _save_evaluation(case, facts, proposal, model, at)
        judged = judged_before(before, proposal)
        chosen = choice_of(judged, proposal) if judged else proposal
        blocks = keep_words(before, blocks_as_json(procedure.blocks(facts=facts, proposal=chosen)))
        decision = Decision.objects.create(
            case=case,
            evaluation=evaluation,
            decision_maker=maker,
            state=Decision.State.DRAFT,
            outcome=chosen.outcome,
            values=dict(chosen.values),
            blocks=with_own_reasons(blocks, reasons_of(judged)) if judged else blocks,
            has_own_reasons=judged is not None,
            act_kind=procedure.act_kind,
            remedy=procedure.remedy,
            created_at=at,
        )
        case.state, case.prepare_at, case.preparer = Case.State.PREPARED, None, preparer or case.preparer
        case.save(update_fields=["state", "prepare_at", "preparer"])
        detail = {"facts": facts.sha256(), "model": model.sha256, "outcome": proposal.outcome, "route": proposal.route}
        log_action(case, kind="prepared", actor=actor, at=at, detail=detail)
    return decision


def _save_evaluation(case: Case, facts: FactSet, proposal: Proposal, model: RuleModel, at: datetime) -> Evaluation:
    record = FactRecord.objects.create(case=case, canonical=facts.canonical(), sha256=facts.sha256(), collected_at=at)
    return Evaluation.objects.create(
        case=case,
        facts=record,
        rule_model=model,
        outcome=proposal.outcome,
        route=proposal.route,
        reasons=[
            {"texts": dict(reason.texts), "legal_reference": reason.legal_reference} for reason in proposal.reasons
        ],
        values=dict(proposal.values),
        trace=dict(proposal.trace),
        at=at,
    )


def replay(evaluation: Evaluation) -> Proposal:
    """Run an evaluation again from its stored facts and model; it must equal what was stored."""
    facts = FactSet.from_canonical(evaluation.facts.canonical)
    procedure = find_procedure(evaluation.case.procedure)
    return procedure.propose(facts=facts, model_xml=bytes(evaluation.rule_model.xml))
