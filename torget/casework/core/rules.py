"""From facts to a proposal by a DMN model whose decision is called 'proposal'.

Its result has 'outcome' and 'route' and whatever else the procedure needs. No result, a null outcome, a missing input:
all of these mean that a person must look, never that what was asked for is refused.
"""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from torget.casework.core.conversion import plain, rule_inputs
from torget.casework.core.facts import FactSet, Proposal, Reason, Route
from torget_dmn import DecisionModel, read_model
from torget_dmn.engine.trace import TableTrace, Trace

DECISION = "proposal"
LANGUAGES = ("sv", "fi", "en")


def model_sha256(model_xml: bytes) -> str:
    return hashlib.sha256(model_xml).hexdigest()


@lru_cache(maxsize=32)
def compiled(model_xml: bytes) -> tuple[DecisionModel, frozenset[str]]:
    """The model and the facts it asks for. Raise torget_dmn.ModelError with every problem and its place."""
    model = read_model(model_xml)
    return DecisionModel(model), frozenset(data.variable_name for data in model.input_data)


def _reasons(trace: Trace) -> Iterator[Reason]:
    for table in trace.tables:
        source = table.table.source
        for number in table.matched_rows:
            row = source.rules[number - 1]
            texts = {language: source.reason(row, language) or "" for language in LANGUAGES}
            if any(texts.values()):
                yield Reason(texts=texts, legal_reference=source.legal_reference(row) or "")


def _told(trace: Trace) -> dict[str, Any]:
    return {
        "inputs": plain(trace.inputs),
        "decisions": plain(trace.decisions),
        "tables": [plain(entry.as_dict()) for entry in trace.entries if isinstance(entry, TableTrace)],
    }


def propose(*, facts: FactSet, model_xml: bytes) -> Proposal:
    model, asked = compiled(model_xml)
    inputs = {name: value for name, value in rule_inputs(facts).items() if name in asked}
    evaluated = model.evaluate(DECISION, inputs, trace=True)
    assert evaluated.trace is not None  # noqa: S101 - asked for above
    result = plain(evaluated.value)
    values = dict(result) if isinstance(result, dict) else {}
    outcome = values.pop("outcome", None) or ""
    route = Route(values.pop("route", None) or Route.HUMAN)
    return Proposal(
        outcome=str(outcome),
        route=route if outcome else Route.HUMAN,
        reasons=tuple(_reasons(evaluated.trace)),
        values=values,
        trace=_told(evaluated.trace),
        model_sha256=model_sha256(model_xml),
        facts_sha256=facts.sha256(),
    )
