"""Take a proposal back before it is signed; the case is open again and can be prepared anew."""

from datetime import datetime

from django.db import transaction

from torget.casework.cases.models import Case
from torget.casework.cases.register import log_action
from torget.casework.decisions.drafts import lock_draft
from torget.casework.decisions.models import Decision


class ReasonRequired(ValueError):
    """Whoever takes a proposal back says why."""


def withdraw_proposal(*, decision_id: int, version: int, reason: str, actor: str, at: datetime) -> Decision:
    """Raise ReasonRequired or ChangedMeanwhile."""
    if not reason.strip():
        raise ReasonRequired
    with transaction.atomic():
        decision = lock_draft(decision_id, version)
        decision.state, decision.version = Decision.State.DROPPED, decision.version + 1
        decision.save(update_fields=["state", "version"])
        case = decision.case
        if decision.corrects_id is None:
            Case.objects.filter(pk=case.pk, state=Case.State.PREPARED).update(state=Case.State.OPEN)
        log_action(
            case, kind="withdrawn", actor=actor, at=at, detail={"decision": decision.pk, "reason": reason.strip()[:500]}
        )
    return decision
