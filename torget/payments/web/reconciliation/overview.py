"""What reconciliation has found, what waits, and how the latest runs ended."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from torget.foundation.audit.record import record
from torget.foundation.people.access import Access
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.payments.checkout.models import MerchantAccount
from torget.payments.core.reconciliation import SETTLEMENT, RowClass
from torget.payments.settlement.findings import open_findings, visible_items
from torget.payments.settlement.item_words import class_words
from torget.payments.settlement.models import ReportOrder, SettlementFile
from torget.payments.settlement.reconciliation_models import Run
from torget.payments.web.reconciliation.audits import audit_tag, latest_audit
from torget.payments.web.reconciliation.run_words import account_words, run_rows
from torget.payments.web.reconciliation.waking import wake_fetching


def _accounts_of(municipalities: frozenset[int]) -> Q:
    """Through which money of these municipalities goes."""
    return (
        Q(municipality__in=municipalities)
        | Q(cooperation__coordinator__in=municipalities)
        | Q(sub_merchants__municipality__in=municipalities)
    )


def visible_accounts(access: Access) -> QuerySet[MerchantAccount]:
    every = MerchantAccount.objects.select_related("municipality", "cooperation")
    return (every if access.sees_all else every.filter(_accounts_of(access.sees))).order_by("pk").distinct()


def fetchable_by(access: Access) -> QuerySet[MerchantAccount]:
    return MerchantAccount.objects.filter(_accounts_of(access.finance)).order_by("pk").distinct()


def _findings(access: Access) -> list[dict[str, Any]]:
    """Open findings by class, the bank's apart from the provider's."""
    counted = (
        open_findings(access)
        .values_list("row_class")
        .annotate(bank=Count("pk", filter=Q(kind=SETTLEMENT)), rows=Count("pk", filter=~Q(kind=SETTLEMENT)))
    )
    counts = {row_class: (rows, bank) for row_class, rows, bank in counted}
    found = []
    for row_class in RowClass:
        for leg, count in zip(("rows", "bank"), counts.get(row_class, (0, 0)), strict=True):
            if count:
                kind = SETTLEMENT if leg == "bank" else ""
                query = f"class={row_class}&leg={leg}"
                found.append({"text": class_words(row_class, kind), "leg": leg, "count": count, "query": query})
    return found


@staff_page
@require_safe
def overview(request: HttpRequest, staff: Staff) -> HttpResponse:
    language = get_language() or "fi"
    accounts = visible_accounts(staff.access)
    latest = (
        Run.objects.filter(merchant_account__in=accounts)
        .select_related("merchant_account__municipality", "merchant_account__cooperation")
        .order_by("merchant_account", "-started_at")
        .distinct("merchant_account")
    )
    orders = ReportOrder.objects.filter(merchant_account__in=accounts, file=None)
    context = {
        "findings": _findings(staff.access),
        "waiting": visible_items(staff.access).filter(row_class=RowClass.WAITING).count(),
        "runs": run_rows(list(latest), staff.access, language),
        "has_files": SettlementFile.objects.filter(staff.access.within("municipality")).exists(),
        "unread": orders.count(),
        "troubles": [
            {"account": account_words(one.merchant_account, language), "trouble": one.trouble, "at": one.next_at}
            for one in orders.exclude(trouble="").select_related("merchant_account")[:10]
        ],
        "may_fetch": bool(staff.access.finance),
        "full_check": audit_tag(latest_audit(), staff.access),
    }
    return show(request, staff, "reconciliation/overview.html", context)


@staff_page
@require_POST
def fetch_now(request: HttpRequest, staff: Staff) -> HttpResponse:
    accounts = fetchable_by(staff.access)
    if not accounts:
        note_refusal(staff, action="fetch settlements", subject="settlements")
        messages.error(request, _("Your role does not let you do this."))
    else:
        wake_fetching([one.pk for one in accounts], staff.actor)
        record(
            at=timezone.now(),
            actor=staff.actor,
            action="fetch settlements",
            subject=",".join(f"merchant-account:{one.pk}" for one in accounts)[:100],
        )
        messages.success(request, _("Torget asks the payment services and compares. Look again in a moment."))
    return HttpResponseRedirect(reverse("staff-reconciliation"))
