"""Whose months there are, the months of one municipality, and whether the chain of checksums holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Municipality
from torget.foundation.design.page import Tag
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, staff_page
from torget.payments.closing.close import next_month
from torget.payments.closing.look import verify_months
from torget.payments.closing.models import ClosedMonth
from torget.payments.closing.report import month_text
from torget.payments.closing.standing import standings
from torget.payments.web.months.visible import find_municipality
from torget.payments.web.months.words import fault_words, month_tag


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    month: str
    text: str
    tag: Tag
    closed: ClosedMonth | None


def _month_rows(municipality: Municipality, now: datetime) -> list[MonthRow]:
    """The newest first: from the present month back to the first with entries."""
    upcoming = next_month(municipality.pk)
    rows = []
    month = upcoming
    while month is not None and month.starts_at <= now:
        tag = month_tag(is_closed=False, is_next=month == upcoming, has_ended=month.ends_at <= now)
        rows.append(MonthRow(month=str(month), text=month_text(str(month)), tag=tag, closed=None))
        month = month.following
    closed = ClosedMonth.objects.filter(municipality=municipality).order_by("-month")
    done = month_tag(is_closed=True, is_next=False, has_ended=True)
    return [
        *reversed(rows),
        *(MonthRow(month=one.month, text=month_text(one.month), tag=done, closed=one) for one in closed),
    ]


def standing_rows(staff: Staff, language: str, now: datetime) -> list[dict[str, Any]]:
    """The municipalities whose books are visible, in the order of the language's alphabet."""
    found = sorted(standings(staff.access.books_within("pk")), key=lambda one: one.municipality.sort_key(language))
    return [
        {
            "slug": one.municipality.slug,
            "name": one.municipality.name(language),
            "last": month_text(str(one.last)) if one.last else "",
            "month": str(one.upcoming) if one.upcoming else "",
            "to_close": month_text(str(one.to_close(now))) if one.to_close(now) else "",
        }
        for one in found
    ]


@staff_page
@require_safe
def municipalities(request: HttpRequest, staff: Staff) -> HttpResponse:
    language, now = get_language() or "fi", timezone.now()
    rows = standing_rows(staff, language, now)
    if len(rows) == 1:
        return HttpResponseRedirect(reverse("staff-months-of", args=[rows[0]["slug"]]))
    return show(request, staff, "months/municipalities.html", {"rows": rows})


@staff_page
@require_safe
def months(request: HttpRequest, staff: Staff, slug: str) -> HttpResponse:
    municipality = find_municipality(staff, slug)
    context = {
        "municipality": municipality,
        "name": municipality.name(get_language() or "fi"),
        "rows": _month_rows(municipality, timezone.now()),
        "has_others": staff.access.sees_all or len(staff.access.finance | staff.access.members) > 1,
        "may_close": municipality.pk in staff.access.finance,
    }
    return show(request, staff, "months/months.html", context)


@staff_page
@require_safe
def verify(request: HttpRequest, staff: Staff, slug: str) -> HttpResponse:
    municipality = find_municipality(staff, slug)
    faults = verify_months(municipality.pk)
    closed = list(ClosedMonth.objects.filter(municipality=municipality).order_by("month"))
    record(
        at=timezone.now(),
        actor=staff.actor,
        action="verify months",
        subject=f"months:{slug}",
        municipality_id=municipality.pk,
        detail={"months": len(closed), "faults": [f"{one.month} {one.what}" for one in faults]},
    )
    by_month: dict[str, list[str]] = {}
    for fault in faults:
        by_month.setdefault(fault.month, []).append(fault_words(fault))
    context = {
        "municipality": municipality,
        "name": municipality.name(get_language() or "fi"),
        "rows": [
            {"text": month_text(one.month), "closed": one, "faults": by_month.get(one.month, [])} for one in closed
        ],
        "is_good": not faults,
    }
    return show(request, staff, "months/verify.html", context)
