"""Cases an employee may see: those of the municipalities for which they prepare matters; every look is audited."""

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils import timezone

from torget.casework.cases.models import Case
from torget.casework.decisions.models import Decision
from torget.casework.decisions.sign import is_party
from torget.casework.web.words import REFUSALS
from torget.foundation.audit.record import record
from torget.foundation.people.access import Access
from torget.foundation.staff.session import Staff, note_refusal


def has_cases(access: Access) -> bool:
    return bool(access.preparer)


def find_visible_case(staff: Staff, case_id: int, *, action: str) -> Case:
    """Raise Http404 for a case of others, as if there were none; the look and the try are audited."""
    found = (
        Case.objects.select_related("municipality", "record_class")
        .filter(pk=case_id, municipality__in=sorted(staff.access.preparer))
        .first()
    )
    if found is None:
        owner = Case.objects.filter(pk=case_id).values_list("municipality_id", flat=True).first()
        note_refusal(staff, action=action, subject=f"case:{case_id}", municipality_id=owner)
        raise Http404
    record(
        at=timezone.now(),
        actor=staff.actor,
        action=action,
        subject=f"case:{case_id}",
        municipality_id=found.municipality_id,
    )
    return found


def refuse_party(request: HttpRequest, staff: Staff, case: Case, *, action: str) -> bool:
    """Whether the employee is a party to the case; then the next page says so, and the try is audited."""
    if not is_party(case, staff.employee):
        return False
    note_refusal(staff, action=action, subject=f"case:{case.pk}", municipality_id=case.municipality_id)
    messages.error(request, str(REFUSALS["is_party"]))
    return True


def find_visible_decision(staff: Staff, decision_id: int, *, action: str) -> Decision:
    decision = Decision.objects.select_related("decision_maker", "signed_by", "corrects").filter(pk=decision_id).first()
    if decision is None:
        raise Http404
    decision.case = find_visible_case(staff, decision.case_id, action=action)
    return decision
