"""The runs, newest first, and one run with its counts."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from torget.foundation.people.models import Employee
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.payments.settlement.reconciliation_models import Run
from torget.payments.web.reconciliation.overview import visible_accounts
from torget.payments.web.reconciliation.run_words import run_rows, started_by_words

RUNS_ON_A_PAGE = 25


@staff_page
@require_safe
def runs(request: HttpRequest, staff: Staff) -> HttpResponse:
    found = Run.objects.filter(merchant_account__in=visible_accounts(staff.access)).order_by("-started_at", "-pk")
    page = Paginator(
        found.select_related("merchant_account__municipality", "merchant_account__cooperation"), RUNS_ON_A_PAGE
    ).get_page(request.GET.get("page"))
    rows = run_rows(list(page), staff.access, get_language() or "fi")
    return show(request, staff, "reconciliation/runs.html", {"rows": rows, "page": page})


@staff_page
@require_safe
def run(request: HttpRequest, staff: Staff, run_id: int) -> HttpResponse:
    accounts = visible_accounts(staff.access)
    found = (
        Run.objects.filter(pk=run_id, merchant_account__in=accounts)
        .select_related("merchant_account__municipality", "merchant_account__cooperation")
        .first()
    )
    if found is None:
        note_refusal(staff, action="view reconciliation run", subject=f"run:{run_id}")
        raise Http404
    (row,) = run_rows([found], staff.access, get_language() or "fi")
    number = found.started_by.partition(":")[2]
    names = dict(Employee.objects.filter(pk=number).values_list("pk", "full_name")) if number else {}
    context = {
        **row,
        "is_running": found.state == Run.State.RUNNING,
        "started_by": started_by_words(found, names),
        "total": sum(one["count"] for one in row["counts"]),
    }
    is_polling = getattr(request, "htmx", False)
    template = "reconciliation/run_state.html" if is_polling else "reconciliation/run.html"
    return show(request, staff, template, context)
