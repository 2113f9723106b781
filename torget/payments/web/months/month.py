"""One month: its figures, what is still open and why, what came late, and its files."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from torget.foundation.audit.record import record
from torget.foundation.core.money import Money
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, staff_page
from torget.payments.checkout.models import Payment
from torget.payments.closing.checklist import open_payments
from torget.payments.closing.column_maps import newest_map
from torget.payments.closing.files import JOURNALS, FileKind, file_name
from torget.payments.closing.late import LATE_MAX, late_entries
from torget.payments.closing.look import SeenMonth, look_at_month
from torget.payments.closing.models import ClosedMonth, MonthFile
from torget.payments.closing.report import month_report, month_text
from torget.payments.closing.words import entry_kind_words
from torget.payments.core.checkout import State
from torget.payments.web.months.visible import find_municipality, read_month
from torget.payments.web.months.words import file_words, month_tag
from torget.payments.web.report_tables import shown_table
from torget.payments.web.staff.payment import staff_names
from torget.payments.web.staff.words import actor_words, reason_words, state_tag

_OPEN_MAX = 50


def _open_row(payment: Payment) -> dict[str, Any]:
    return {
        "payment": payment,
        "amount": Money(payment.amount_cents),
        "tag": state_tag(State(payment.state)),
        "why": reason_words(payment.attention_reason) if payment.state == State.ATTENTION else "",
    }


def _offered(closed: ClosedMonth) -> list[dict[str, Any]]:
    """A journal can be had once somebody has said how the accounting system wants it."""
    offered = []
    for kind in FileKind:
        name, about = file_words(kind)
        is_ready = kind not in JOURNALS or newest_map(closed.municipality_id, kind.value) is not None
        offered.append(
            {"kind": kind.value, "name": name, "about": about, "is_ready": is_ready, "is_journal": kind in JOURNALS}
        )
    return offered


def _made(closed: ClosedMonth) -> list[dict[str, Any]]:
    """The files that exist, without reading their bytes."""
    files = list(
        MonthFile.objects.filter(closed_month=closed)
        .select_related("closed_month__municipality")
        .defer("content")
        .order_by("-id")
    )
    names = staff_names({one.created_by for one in files})
    return [{"file": one, "name": file_name(one), "by": actor_words(one.created_by, names)} for one in files]


def _about_closed(closed: ClosedMonth | None) -> dict[str, Any]:
    if closed is None:
        return {}
    by = actor_words(closed.closed_by, staff_names({closed.closed_by}))
    return {"closed_by": by, "offered": _offered(closed), "made": _made(closed)}


def _tag(seen: SeenMonth, *, has_ended: bool) -> Any:
    return month_tag(is_closed=seen.closed is not None, is_next=seen.is_next, has_ended=has_ended)


@staff_page
@require_safe
def month(request: HttpRequest, staff: Staff, slug: str, text: str) -> HttpResponse:
    municipality, wanted = find_municipality(staff, slug), read_month(text)
    language, now = get_language() or "fi", timezone.now()
    seen = look_at_month(municipality, wanted)
    record(
        at=now,
        actor=staff.actor,
        action="view month",
        subject=f"month:{slug}:{wanted}",
        municipality_id=municipality.pk,
    )
    has_ended = wanted.ends_at <= now
    waiting = list(open_payments(municipality.pk, wanted.ends_at).select_related("municipality")[: _OPEN_MAX + 1])
    report = month_report(seen, language)
    context = {
        "municipality": municipality,
        "name": municipality.name(language),
        "month": str(wanted),
        "month_text": month_text(str(wanted)),
        "seen": seen,
        "closed": seen.closed,
        "tag": _tag(seen, has_ended=has_ended),
        "has_ended": has_ended,
        "tables": [shown_table(section) for section in report.sections],
        "waiting": [_open_row(one) for one in waiting[:_OPEN_MAX]],
        "has_more_waiting": len(waiting) > _OPEN_MAX,
        "late": [{"entry": one, "kind": entry_kind_words(one.kind)} for one in late_entries(seen)],
        "late_max": LATE_MAX,
        "may_close": municipality.pk in staff.access.finance and seen.is_next and has_ended,
        "may_open_payments": staff.access.may_see(municipality.pk),
        **_about_closed(seen.closed),
    }
    return show(request, staff, "months/month.html", context)
