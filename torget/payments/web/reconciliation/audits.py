"""The full check of the night: whether what the runs have kept is what all rows say anew."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from torget.foundation.audit.record import record
from torget.foundation.design.page import Tag, TagColour
from torget.foundation.people.access import Access
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.payments.core.reconciliation import SETTLEMENT, RowClass
from torget.payments.settlement.item_words import class_words
from torget.payments.settlement.reconciliation_models import AuditDisagreement, FullAudit
from torget.payments.web.reconciliation.waking import wake_audit


def latest_audit() -> FullAudit | None:
    return FullAudit.objects.filter(finished_at__isnull=False).order_by("-started_at", "-pk").first()


def disagreements_for(audit: FullAudit, access: Access) -> list[AuditDisagreement]:
    found = audit.disagreements.filter(access.books_within("municipality"))
    return list(found.select_related("municipality").order_by("pk"))


def audit_tag(audit: FullAudit | None, access: Access) -> Tag:
    if audit is None:
        return Tag(text=_("Not checked yet"), colour=TagColour.GREY)
    if audit.disagreements.filter(access.books_within("municipality")).exists():
        return Tag(text=_("Differs"), colour=TagColour.RED)
    return Tag(text=_("Agrees"), colour=TagColour.GREEN)


def _counts(audit: FullAudit, access: Access) -> list[dict[str, Any]]:
    """Of the municipalities whose books are visible, the provider's rows and then the payouts."""
    sums: dict[str, dict[str, int]] = {"rows": {}, "bank": {}}
    for municipality_id, legs in audit.counts.items():
        if access.may_see_books(int(municipality_id)):
            for leg, classes in legs.items():
                for row_class, count in classes.items():
                    sums[leg][row_class] = sums[leg].get(row_class, 0) + count
    return [
        {
            "leg": leg,
            "classes": [
                {"text": class_words(one, SETTLEMENT if leg == "bank" else ""), "count": sums[leg][one]}
                for one in RowClass
                if one in sums[leg]
            ],
        }
        for leg in sums
    ]


@staff_page
@require_safe
def full_check(request: HttpRequest, staff: Staff) -> HttpResponse:
    audit = latest_audit()
    context = {
        "audit": audit,
        "tag": audit_tag(audit, staff.access),
        "legs": _counts(audit, staff.access) if audit else [],
        "disagreements": disagreements_for(audit, staff.access) if audit else [],
        "may_start": staff.access.sees_all or bool(staff.access.finance),
    }
    return show(request, staff, "reconciliation/full_check.html", context)


@staff_page
@require_POST
def check_now(request: HttpRequest, staff: Staff) -> HttpResponse:
    if not (staff.access.sees_all or staff.access.finance):
        note_refusal(staff, action="check settlements", subject="settlements")
        messages.error(request, _("Your role does not let you do this."))
    else:
        wake_audit(staff.actor)
        record(at=timezone.now(), actor=staff.actor, action="check settlements", subject="settlements")
        messages.success(request, _("Everything is compared anew. Open the page again in a moment."))
    return HttpResponseRedirect(reverse("staff-full-check"))
