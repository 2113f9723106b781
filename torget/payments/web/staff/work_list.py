"""What needs a human: oldest first, with the reason in words, the waiting time and who is responsible."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from torget.foundation.audit.record import record
from torget.foundation.core.money import Money
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, staff_page
from torget.payments.checkout.models import Payment
from torget.payments.web.staff.proposals import proposals_for
from torget.payments.web.staff.reversals import fees_to_raise, raise_item
from torget.payments.web.staff.visible import needing_a_human, visible_municipalities
from torget.payments.web.staff.words import UNDECIDED, how_long, reason_words, what_to_do

_PAGE_ROWS = 25
_FEES_MAX = 50


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


def _item(payment: Payment, language: str, now: datetime) -> WorkItem:
    owner = payment.attention_owner
    why = payment.attention_reason or UNDECIDED
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
    )


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
    rows = waiting.select_related("municipality", "attention_owner").order_by("changed_at", "id")
    page = Paginator(rows, _PAGE_ROWS).get_page(request.GET.get("page"))
    items = [_item(payment, language, now) for payment in page.object_list]
    to_decide, own = proposals_for(staff)
    record(
        at=now,
        actor=staff.actor,
        action="view work list",
        subject="payments",
        detail={"payments": [item.payment_id for item in items]},
    )
    context = {
        "items": items,
        "page": page,
        "to_decide": to_decide,
        "own_proposals": own,
        "to_raise": [raise_item(one, language) for one in fees[:_FEES_MAX]],
        "municipalities": [(one.slug, one.name(language)) for one in municipalities],
        "chosen": chosen.slug if chosen else "",
    }
    return show(request, staff, "work_list.html", context)
