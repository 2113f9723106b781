"""The procedure as casework and customer service see it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from torget.casework.core import rules
from torget.casework.core.acts import ActKind, Remedy
from torget.casework.core.facts import FactSet, Proposal
from torget.casework.core.procedure import (
    Block,
    EffectOrder,
    EffectResult,
    Subject,
    register_procedure,
)
from torget.procedures.fee_dispute import effect, facts
from torget.procedures.folder import Folder
from torget.service.core.service_types import ServiceType, register_service_type

SLUG = "fee_dispute"
_folder = Folder(Path(__file__).parent)


class FeeDispute:
    slug = SLUG
    names = _folder.names
    act_kind = ActKind.DECISION
    remedy = Remedy.RECTIFICATION
    record_class = "12.03.01"
    handling_days = 15
    outcomes = _folder.outcomes
    outcomes_with_amount = frozenset({"waive", "correct"})
    fact_labels = _folder.fact_labels
    may_be_automatic = False
    model_xml = _folder.model_xml

    def collect_facts(self, *, subject: Subject, at: datetime) -> FactSet:
        return facts.collect(subject=subject, at=at)

    def propose(self, *, facts: FactSet, model_xml: bytes) -> Proposal:
        return rules.propose(facts=facts, model_xml=model_xml)

    def blocks(self, *, facts: FactSet, proposal: Proposal) -> Sequence[Block]:
        return _folder.blocks(facts, proposal)

    def effects(
        self, *, decision_id: int, subject: Subject, outcome: str, values: Mapping[str, Any]
    ) -> Sequence[EffectOrder]:
        return effect.effects(decision_id=decision_id, subject=subject, outcome=outcome, values=values)

    def carry_out(self, order: EffectOrder, *, at: datetime) -> EffectResult:
        return effect.carry_out(order, at=at)


def register() -> None:
    register_procedure(FeeDispute())
    register_service_type(
        ServiceType(
            slug=SLUG,
            names=_folder.names,
            form=_folder.form,
            topics=("fees",),
            begins_at_a_fee=True,
            answer_within_hours=40,
            procedure=SLUG,
            on_open=effect.hold_fee,
            on_close=effect.free_fee,
        )
    )
