"""Hold a draft while it is changed or signed: first the case's row, then the decision's, always in this order."""

from django.db.models import F

from torget.casework.cases.models import Case
from torget.casework.decisions.models import Decision


class ChangedMeanwhile(Exception):
    """Somebody else edited, signed or dropped the draft after it was read."""


def lock_draft(decision_id: int, version: int | None) -> Decision:
    """The draft in the version that the person saw; None takes any. Raise ChangedMeanwhile."""
    case_id = Decision.objects.filter(pk=decision_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise ChangedMeanwhile
    Case.objects.select_for_update().only("pk").get(pk=case_id)
    decision = Decision.objects.select_for_update().get(pk=decision_id)
    if decision.state != Decision.State.DRAFT or version not in (None, decision.version):
        raise ChangedMeanwhile
    return decision


def read_again(case: Case) -> None:
    """Something came into the case: nobody signs a draft that they read before it came."""
    Decision.objects.filter(case=case, state=Decision.State.DRAFT).update(version=F("version") + 1)
