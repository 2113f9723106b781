"""Lists of payments that one can take along as a file, and walk through payment by payment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from torget.foundation.core.money import Money
from torget.foundation.core.tables import Cell, Table
from torget.payments.checkout.models import Payment
from torget.payments.core.checkout import State
from torget.payments.receipts.words import method_name
from torget.payments.web.staff.words import STATE_WORDS, reason_words

EXPORT_MAX = 5000
"""More payments than these a file does not hold."""
_KEPT = "staff_list"
_LIST_KEYS = ("page", "municipality", "reason", "period")
WALK_MAX = 500


def _local(at: datetime | None) -> datetime | None:
    return timezone.localtime(at) if at else None


def payments_table(name: str, payments: Sequence[Payment], language: str) -> Table:
    """`payments` come with their municipality and lines."""

    def cells(one: Payment) -> list[Cell]:
        return [
            one.reference,
            one.municipality.name(language),
            str(STATE_WORDS[State(one.state)]),
            reason_words(one.attention_reason) if one.attention_reason else "",
            Money(one.amount_cents),
            Money(one.refunded_cents),
            method_name(one.method) if one.method else "",
            _local(one.created_at),
            _local(one.paid_at),
            _local(one.registered_at),
            ", ".join(one.card_numbers),
        ]

    headings = [
        _("Bank reference"),
        _("Municipality"),
        _("State"),
        _("Reason"),
        _("Euros"),
        _("Paid back"),
        _("Way of paying"),
        _("Started"),
        _("Paid"),
        _("Registered"),
        _("Library card"),
    ]
    return Table(name=name, headings=headings, rows=[cells(one) for one in payments])


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Where a payment stands in the list that was looked at last."""

    number: int
    count: int
    previous_url: str
    next_url: str
    list_url: str


def keep_list(request: HttpRequest, ids: Sequence[int]) -> None:
    """The list as it was seen: resolving a payment takes it off the work list, and one can still go on to the next."""
    query = urlencode({key: request.GET[key] for key in _LIST_KEYS if request.GET.get(key)})
    name = request.resolver_match.url_name if request.resolver_match else ""
    request.session[_KEPT] = {"name": name, "query": query, "ids": list(ids[:WALK_MAX])}


def walk_from(request: HttpRequest, payment_id: int) -> Walk | None:
    kept: dict[str, Any] = request.session.get(_KEPT) or {"ids": []}
    ids = kept["ids"]
    if payment_id not in ids or len(ids) < 2:
        return None
    place = ids.index(payment_id)

    def url(where: int) -> str:
        return reverse("staff-payment", args=[ids[where]]) if 0 <= where < len(ids) else ""

    return Walk(
        number=place + 1,
        count=len(ids),
        previous_url=url(place - 1),
        next_url=url(place + 1),
        list_url=reverse(kept["name"]) + (f"?{kept['query']}" if kept["query"] else ""),
    )
