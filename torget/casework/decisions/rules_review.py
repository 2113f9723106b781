"""A new version of the rules before it is taken into use: proved, and tried on cases that were decided before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from torget.casework.core import rules
from torget.casework.core.facts import FactSet, Proposal, Route
from torget.casework.core.procedure import find_procedure
from torget.casework.decisions.models import Evaluation, RuleModel
from torget.casework.decisions.prepare import publish_model
from torget.foundation.audit.record import record
from torget_dmn import ModelError, Problem, SpreadsheetError, read_model
from torget_dmn.analysis import PROBLEM, Finding, analyse
from torget_dmn.model.writer import write_model
from torget_dmn.spreadsheet import import_workbook

TRIED_MAX = 500
GAP = "gap"
"""A case that no row answers goes to a person: often so on purpose, so a gap is to be thought about, not a fault."""


def is_problem(finding: Finding) -> bool:
    return bool(finding.weight == PROBLEM and finding.code != GAP)


class BadWorkbook(ValueError):
    """The workbook cannot be read as the rules' tables; the problems say where."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))


class MayNotPublishRules(Exception):
    """'problems': the analysis or a case that was tried says that they do not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A case whose proposal would be another one."""

    case_id: int
    number: str
    before: str
    before_route: str
    after: str
    after_route: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    findings: list[Finding]
    tried: int
    changed: list[Changed]
    failed: list[str]
    """Cases on which the rules could not be run, with the reason."""

    @property
    def has_problems(self) -> bool:
        return bool(self.failed) or any(is_problem(finding) for finding in self.findings)


def propose_workbook(*, procedure: str, workbook: bytes, actor: str, at: datetime) -> RuleModel:
    """Keep the workbook's tables as a version that is not in use yet. Raise BadWorkbook."""
    current = RuleModel.objects.get(procedure=procedure, withdrawn_at=None)
    try:
        xml = write_model(import_workbook(read_model(bytes(current.xml)), workbook))
        rules.compiled(xml)
    except (SpreadsheetError, ModelError) as wrong:
        raise BadWorkbook(wrong.problems) from wrong
    sha256 = rules.model_sha256(xml)
    kept, made = RuleModel.objects.get_or_create(
        sha256=sha256, defaults={"procedure": procedure, "xml": xml, "added_at": at, "withdrawn_at": at}
    )
    if made:
        record(at=at, actor=actor, action="propose rules", subject=f"procedure:{procedure}", detail={"model": sha256})
    return kept


def try_facts(*, procedure: str, facts: FactSet, xml: bytes) -> Proposal:
    return find_procedure(procedure).propose(facts=facts, model_xml=xml)


def review_model(model: RuleModel) -> Review:
    """Analysis, and the proposals it would have made on the latest facts of cases that the reader may see."""
    xml = bytes(model.xml)
    changed, failed, tried = [], [], 0
    latest = (
        Evaluation.objects.filter(case__procedure=model.procedure)
        .select_related("facts", "case")
        .order_by("case_id", "-pk")
        .distinct("case_id")
    )
    for evaluation in latest[:TRIED_MAX]:
        tried += 1
        try:
            facts = FactSet.from_canonical(evaluation.facts.canonical)
            again = try_facts(procedure=model.procedure, facts=facts, xml=xml)
        except Exception as error:  # noqa: BLE001 - whatever a rule does on real facts is what the reader must see
            failed.append(f"{evaluation.case.number}: {type(error).__name__}")
            continue
        if (again.outcome, again.route) != (evaluation.outcome, Route(evaluation.route)):
            changed.append(
                Changed(
                    case_id=evaluation.case_id,
                    number=evaluation.case.number,
                    before=evaluation.outcome,
                    before_route=evaluation.route,
                    after=again.outcome,
                    after_route=again.route,
                )
            )
    return Review(findings=analyse(read_model(xml)), tried=tried, changed=changed, failed=failed)


def publish_reviewed(*, model: RuleModel, actor: str, at: datetime) -> RuleModel:
    """Reviewed again at this moment, so that nothing is published that was good only yesterday."""
    if review_model(model).has_problems:
        raise MayNotPublishRules("problems")
    with transaction.atomic():
        published = publish_model(procedure=model.procedure, xml=bytes(model.xml), at=at)
        subject = f"procedure:{model.procedure}"
        record(at=at, actor=actor, action="publish rules", subject=subject, detail={"model": published.sha256})
    return published
