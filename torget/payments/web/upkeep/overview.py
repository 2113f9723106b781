"""The first page of the upkeep: one line for each thing that is kept in order."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff
from torget.payments.web.upkeep.entry import upkeep_page
from torget.payments.web.upkeep.invariants import last_check, verdict
from torget.payments.web.upkeep.retention import last_run, run_row


@upkeep_page
@require_safe
def overview(request: HttpRequest, staff: Staff) -> HttpResponse:
    check = last_check()
    context = {"run": run_row(last_run(is_trial=False)), "check": check, "verdict": verdict(check)}
    return show(request, staff, "upkeep.html", context)
