"""A decided case is closed when everything that followed from its decisions is done."""

from datetime import datetime

from torget.casework.cases.models import Case
from torget.casework.cases.register import log_action
from torget.casework.decisions.models import Effect


def close_when_done(case: Case, at: datetime) -> bool:
    """Call it in the transaction that did the last thing."""
    if Effect.objects.filter(decision__case=case).exclude(state=Effect.State.DONE).exists():
        return False
    closed = Case.objects.filter(pk=case.pk, state=Case.State.DECIDED).update(state=Case.State.CLOSED, closed_at=at)
    if closed:
        log_action(case, kind="closed", actor="worker", at=at)
    return bool(closed)
