"""Run decisions again from what was stored: the same facts and rules must give the same outcome, trace and document."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from torget.casework.core.facts import FactSet
from torget.casework.core.procedure import find_procedure
from torget.casework.decisions.models import Decision, Evaluation
from torget.casework.decisions.prepare import replay
from torget.casework.decisions.sign import rebuild_pdf

CHUNK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    decision_id: int
    differences: tuple[str, ...]
    """Words of ours for what is not the same: 'facts', 'model', 'outcome', 'route', 'values', 'reasons', 'trace',
    'seal', 'document'; 'unknown procedure' and 'persons erased' when it cannot be told."""

    @property
    def is_same(self) -> bool:
        return not self.differences


def _evaluation_differs(evaluation: Evaluation) -> Iterator[str]:
    if FactSet.from_canonical(evaluation.facts.canonical).sha256() != evaluation.facts.sha256:
        yield "facts"
    if hashlib.sha256(bytes(evaluation.rule_model.xml)).hexdigest() != evaluation.rule_model.sha256:
        yield "model"
    again = replay(evaluation)
    reasons = [{"texts": dict(one.texts), "legal_reference": one.legal_reference} for one in again.reasons]
    pairs = {
        "outcome": (again.outcome, evaluation.outcome),
        "route": (again.route, evaluation.route),
        "values": (dict(again.values), evaluation.values),
        "reasons": (reasons, evaluation.reasons),
        "trace": (_as_stored(again.trace), evaluation.trace),
    }
    yield from (name for name, (now, then) in pairs.items() if now != then)


def _as_stored(value: object) -> object:
    """JSON knows no tuples."""
    if isinstance(value, dict):
        return {str(key): _as_stored(one) for key, one in value.items()}
    return [_as_stored(one) for one in value] if isinstance(value, (list, tuple)) else value


def _document_differs(decision: Decision) -> Iterator[str]:
    document = decision.document
    if document is None:
        return
    if hashlib.sha256(bytes(document.content)).hexdigest() != document.sha256:
        yield "seal"
    if decision.case.parties.exclude(erased_at=None).exists():
        # Without the names the document cannot be made again; what was decided can.
        yield "persons erased"
    elif hashlib.sha256(rebuild_pdf(decision)).hexdigest() != decision.unsealed_sha256:
        yield "document"


def replay_decision(decision: Decision) -> Replayed:
    try:
        find_procedure(decision.case.procedure)
    except KeyError:
        return Replayed(decision_id=decision.pk, differences=("unknown procedure",))
    differences: list[str] = []
    if decision.evaluation is not None:
        differences += _evaluation_differs(decision.evaluation)
    return Replayed(decision_id=decision.pk, differences=(*differences, *_document_differs(decision)))


def replay_all(decision_ids: list[int] | None = None) -> Iterator[Replayed]:
    """Every signed decision, or those named; the oldest first."""
    signed = Decision.objects.filter(state=Decision.State.SIGNED).select_related(
        "case__municipality", "evaluation__facts", "evaluation__rule_model", "evaluation__case", "document"
    )
    if decision_ids is not None:
        signed = signed.filter(pk__in=decision_ids)
    yield from (replay_decision(decision) for decision in signed.order_by("pk").iterator(chunk_size=CHUNK))
