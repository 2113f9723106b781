"""What the members of a cooperation owe each other: month by month, by what their books say."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from torget.foundation.audit.record import record
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, staff_page
from torget.payments.closing.between_members import between_file, between_members, between_report
from torget.payments.closing.files import CONTENT_TYPES, FileKind
from torget.payments.closing.report import month_text
from torget.payments.core.months import Month
from torget.payments.web.months.costs import find_cooperation
from torget.payments.web.months.visible import read_month
from torget.payments.web.report_tables import shown_table

KINDS = {FileKind.PDF: "PDF", FileKind.XLSX: "Excel", FileKind.CSV: "CSV"}


@staff_page
@require_safe
def latest(_request: HttpRequest, staff: Staff, slug: str) -> HttpResponse:
    """The last month that is over: it is the one that is paid now."""
    month = Month.of(timezone.now()).preceding
    return HttpResponseRedirect(reverse("staff-between", args=[find_cooperation(staff, slug).slug, str(month)]))


def _month(text: str) -> Month:
    """Raise Http404 for what is not a month, and for one that has not begun."""
    month = read_month(text)
    if month.starts_at > timezone.now():
        raise Http404
    return month


@staff_page
@require_safe
def between(request: HttpRequest, staff: Staff, slug: str, text: str) -> HttpResponse:
    cooperation, month, language = find_cooperation(staff, slug), _month(text), get_language() or "fi"
    found = between_members(cooperation, month)
    report = between_report(found, language)
    record(at=timezone.now(), actor=staff.actor, action="view debts", subject=f"between:{slug}:{month}")
    following = month.following
    context = {
        "cooperation": cooperation,
        "name": cooperation.name(language),
        "month": str(month),
        "month_text": month_text(str(month)),
        "has_debts": bool(found.debts),
        "facts": report.facts[2:],
        "tables": [shown_table(section) for section in report.sections],
        "kinds": [(kind.value, text) for kind, text in KINDS.items()],
        "before": str(month.preceding),
        "before_text": month_text(str(month.preceding)),
        "after": str(following) if following.starts_at <= timezone.now() else "",
        "after_text": month_text(str(following)),
    }
    return show(request, staff, "months/between.html", context)


@staff_page
@require_safe
def download(_request: HttpRequest, staff: Staff, slug: str, text: str, kind: str) -> HttpResponse:
    cooperation, month = find_cooperation(staff, slug), _month(text)
    if kind not in [one.value for one in KINDS]:
        raise Http404
    content = between_file(between_members(cooperation, month), FileKind(kind), get_language() or "fi")
    record(
        at=timezone.now(),
        actor=staff.actor,
        action="download debts",
        subject=f"between:{slug}:{month}",
        detail={"kind": kind},
    )
    response = HttpResponse(content, content_type=CONTENT_TYPES[FileKind(kind)])
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-between-{month}.{kind}"'
    return response
