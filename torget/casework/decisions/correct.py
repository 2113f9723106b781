"""Put right a clerical error of a signed decision (434/2003, 51 §): a new decision with its own §, the old one stays.

Only words are corrected. What was decided, and what followed from it, does not change by a correction.
"""

from datetime import datetime

from django.db import transaction

from torget.casework.cases.models import Case
from torget.casework.cases.register import log_action
from torget.casework.decisions.models import Decision


class NothingToCorrect(LookupError):
    """It is not signed, is a correction itself and has been corrected since, or another draft is under way."""


def start_correction(*, decision_id: int, actor: str, at: datetime) -> Decision:
    """A draft with the signed decision's words, to be edited and signed like any other. Raise NothingToCorrect."""
    with transaction.atomic():
        signed = Decision.objects.filter(pk=decision_id, state=Decision.State.SIGNED).first()
        if signed is None:
            raise NothingToCorrect
        case = Case.objects.select_for_update().get(pk=signed.case_id)
        has_later = signed.corrections.filter(state=Decision.State.SIGNED).exists()
        if has_later or case.decisions.filter(state=Decision.State.DRAFT).exists():
            raise NothingToCorrect
        draft = Decision.objects.create(
            case=case,
            evaluation=signed.evaluation,
            decision_maker=signed.decision_maker,
            state=Decision.State.DRAFT,
            outcome=signed.outcome,
            values=signed.values,
            blocks=[block for block in signed.blocks if block["kind"] != "automatic"],
            act_kind=signed.act_kind,
            remedy=signed.remedy,
            has_own_reasons=signed.has_own_reasons,
            corrects=signed,
            created_at=at,
        )
        log_action(case, kind="correction_started", actor=actor, at=at, detail={"corrects": signed.pk})
    return draft
