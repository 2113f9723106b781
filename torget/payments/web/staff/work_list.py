"""What needs a human: oldest first, with the reason in words, the waiting time and who is responsible."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.money import Money
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, staff_page
from torget.payments.checkout.models import Payment
from torget.payments.settlement.findings import open_findings
from torget.payments.settlement.item_words import class_words, explain, item_amount, item_kind_words, item_name
from torget.payments.settlement.reconciliation_models import Item
from torget.payments.web.staff.files import file_of
from torget.payments.web.staff.lists import EXPORT_MAX, WALK_MAX, keep_list, payments_table
from torget.payments.web.staff.proposals import proposals_for
from torget.payments.web.staff.reversals import fees_to_raise, raise_item
from torget.payments.web.staff.visible import needing_a_human, visible_municipalities
from torget.payments.web.staff.words import UNDECIDED, how_long, reason_words, what_to_do

_PAGE_ROWS = 25
_FEES_MAX = 50
_FINDINGS_MAX = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    payment_id: int
    reference: str
    amount: Money
    municipality: str
    reason: str
    what_to_do: str
    since: datetime
    waited: str
    responsible: str
    cards: str
    """The ends of their numbers, where it has several."""


def _item(payment: Payment, language: str, now: datetime) -> WorkItem:
    owner = payment.attention_owner
    why = payment.attention_reason or UNDECIDED
    cards = payment.card_numbers
    return WorkItem(
        payment_id=payment.pk,
        reference=payment.reference,
        amount=Money(payment.amount_cents),
        municipality=payment.municipality.name(language),
        reason=reason_words(why),
        what_to_do=what_to_do(why),
        since=payment.changed_at,
        waited=how_long(now - payment.changed_at),
        responsible=owner.full_name if owner else "",
        cards=", ".join(f"•••• {card[-4:]}" for card in cards) if len(cards) > 1 else "",
    )


def _finding(item: Item, language: str, now: datetime) -> dict[str, Any]:
    return {
        "item": item,
        "class": class_words(item.row_class, item.kind),
        "kind": item_kind_words(item.kind),
        "name": item_name(item),
        "municipality": item.municipality.name(language),
        "amount": item_amount(item),
        "what_to_do": explain(item).what_clears_it,
        "waited": how_long(now - item.first_seen_at),
        "responsible": item.owner.full_name if item.owner else "",
    }


def _findings(staff: Staff, municipality: Municipality | None, language: str, now: datetime) -> dict[str, Any]:
    """What reconciliation found is work of the same kind: for finance, the oldest first."""
    found = open_findings(staff.access).filter(Q() if municipality is None else Q(municipality=municipality))
    rows = found.select_related("municipality", "merchant_account", "payment", "record", "owner")
    rows = rows.order_by("first_seen_at", "id")[:_FINDINGS_MAX]
    return {"findings": [_finding(one, language, now) for one in rows], "findings_count": found.count()}


def _reasons(waiting: QuerySet[Payment]) -> list[tuple[str, str]]:
    """Those that something waits for now, by their words."""
    found = waiting.order_by().values_list("attention_reason", flat=True).distinct()
    reasons = {reason or UNDECIDED for reason in found}
    return sorted(((reason, reason_words(reason)) for reason in reasons), key=lambda one: one[1])


def _file(staff: Staff, waiting: QuerySet[Payment], kind: str, now: datetime) -> HttpResponse:
    payments = list(waiting[:EXPORT_MAX])
    table = payments_table(_("Work list"), payments, get_language() or "fi")
    response = file_of([table], kind=kind, name="work-list", at=now)
    detail = {"payments": [one.pk for one in payments]}
    record(at=now, actor=staff.actor, action="export work list", subject="payments", detail=detail)
    return response


@staff_page
@require_safe
def work_list(request: HttpRequest, staff: Staff) -> HttpResponse:
    language, now = get_language() or "fi", timezone.now()
    municipalities = visible_municipalities(staff.access, language)
    chosen = next((one for one in municipalities if one.slug == request.GET.get("municipality")), None)
    waiting = needing_a_human(staff.access, now)
    fees = fees_to_raise(staff.access)
    if chosen is not None:
        waiting = waiting.filter(municipality=chosen)
        fees = fees.filter(refund__payment__municipality=chosen)
    reasons = _reasons(waiting)
    reason = request.GET.get("reason", "")
    if reason:
        waiting = waiting.filter(attention_reason="" if reason == UNDECIDED else reason)
    waiting = (
        waiting.select_related("municipality", "attention_owner").prefetch_related("lines").order_by("changed_at", "id")
    )
    if "file" in request.GET:
        return _file(staff, waiting, request.GET["file"], now)
    keep_list(request, list(waiting.values_list("pk", flat=True)[:WALK_MAX]))
    page = Paginator(waiting, _PAGE_ROWS).get_page(request.GET.get("page"))
    items = [_item(payment, language, now) for payment in page.object_list]
    to_decide, own = proposals_for(staff)
    detail = {"payments": [item.payment_id for item in items]}
    record(at=now, actor=staff.actor, action="view work list", subject="payments", detail=detail)
    context = {
        "items": items,
        "page": page,
        "to_decide": [] if reason else to_decide,
        "own_proposals": [] if reason else own,
        "to_raise": [] if reason else [raise_item(one, language) for one in fees[:_FEES_MAX]],
        **(_findings(staff, chosen, language, now) if not reason else {}),
        "municipalities": [(one.slug, one.name(language)) for one in municipalities],
        "chosen": chosen.slug if chosen else "",
        "reasons": reasons,
        "reason": reason,
        "reason_words": reason_words(reason) if reason else "",
    }
    return show(request, staff, "work_list.html", context)
