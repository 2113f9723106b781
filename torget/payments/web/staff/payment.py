"""One payment: its money, its lines and its whole life, with the actions that are safe now."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from torget.foundation.audit.record import record
from torget.foundation.core.languages import in_language
from torget.foundation.core.money import Money
from torget.foundation.core.reference_number import rf_reference
from torget.foundation.design.page import TimelineEvent
from torget.foundation.people.models import Employee
from torget.payments.checkout.models import Payment
from torget.payments.checkout.resolve import actions_for, is_corrected, look_at
from torget.payments.core.checkout import State
from torget.payments.core.resolving import Action
from torget.payments.fees.models import FeeType
from torget.payments.ledger.models import JournalEntry
from torget.payments.web.staff.page import show
from torget.payments.web.staff.session import Staff, note_refusal, staff_page
from torget.payments.web.staff.visible import visible_payments
from torget.payments.web.staff.words import (
    actor_words,
    event_kind,
    event_words,
    reason_words,
    state_tag,
    what_to_do,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    position: int
    kind: str
    title: str
    payee: str
    amount: Money
    outcome: str


def find_visible(staff: Staff, payment_id: int) -> Payment:
    """The payment, if it is this employee's to see; else 404 and a line in the audit log."""
    found = (
        visible_payments(staff.access)
        .filter(pk=payment_id)
        .select_related("municipality", "merchant_account", "checkout", "attention_owner")
        .first()
    )
    if found is None:
        note_refusal(staff, action="view payment", subject=f"payment:{payment_id}")
        raise Http404
    return found


def line_rows(payment: Payment, staff: Staff) -> list[LineRow]:
    """Titles only for the desk that handles the matter."""
    language = get_language() or "fi"
    names = {
        row.code: in_language(row.names, language)
        for row in FeeType.objects.filter(library_system=payment.library_system)
    }
    shows_titles = staff.access.may_see_titles(payment.municipality_id)
    outcomes = {"booked": _("Registered"), "give_back": _("Paid back"), "": ""}
    return [
        LineRow(
            position=line.position,
            kind=names.get(line.fee_kind, line.fee_kind),
            title=line.title if shows_titles else "",
            payee=line.payee.name(language),
            amount=Money(line.amount_cents),
            outcome=outcomes.get(line.outcome, line.outcome),
        )
        for line in payment.lines.select_related("payee").order_by("position")
    ]


def _names(actors: Iterable[str]) -> dict[int, str]:
    keys = {int(actor.removeprefix("staff:")) for actor in actors if actor.startswith("staff:")}
    return dict(Employee.objects.filter(pk__in=keys).values_list("pk", "full_name"))


def timeline(payment: Payment) -> list[TimelineEvent]:
    events = list(payment.events.order_by("id"))
    names = _names(event.actor for event in events)
    found = []
    for event in events:
        said = event.detail.get("note") or event.detail.get("why") or ""
        by = actor_words(event.actor, names)
        found.append(
            TimelineEvent(
                title=event_words(event.event),
                at=event.at,
                text=f"{by}. {said}" if said else by,
                kind=event_kind(event.event),
            )
        )
    return found


def _entries(payment: Payment) -> list[dict[str, Any]]:
    language = get_language() or "fi"
    rows = JournalEntry.objects.filter(payment_id=payment.pk).prefetch_related("postings").order_by("id")
    municipalities = {line.payee_id: line.payee.name(language) for line in payment.lines.select_related("payee")}
    return [
        {
            "municipality": municipalities.get(entry.municipality_id, ""),
            "kind": entry.kind,
            "at": entry.happened_at,
            "postings": [(posting.account, Money(posting.amount_cents)) for posting in entry.postings.all()],
        }
        for entry in rows
    ]


def _refunds(payment: Payment) -> list[dict[str, Any]]:
    rows = list(payment.refunds.order_by("id"))
    names = _names(row.requested_by for row in rows)
    return [
        {
            "row": row,
            "amount": Money(row.amount_cents),
            "by": actor_words(row.requested_by, names),
            "to_correct": row.was_registered and row.state != "failed" and not is_corrected(row.pk),
        }
        for row in rows
    ]


@staff_page
@require_safe
def payment(request: HttpRequest, staff: Staff, payment_id: int) -> HttpResponse:
    found = find_visible(staff, payment_id)
    record(
        at=timezone.now(),
        actor=staff.actor,
        action="view payment",
        subject=f"payment:{payment_id}",
        municipality_id=found.municipality_id,
    )
    state = State(found.state)
    actions = actions_for(look_at(payment_id), staff.access)
    context = {
        "payment": found,
        "municipality": found.municipality.name(get_language() or "fi"),
        "tag": state_tag(state),
        "amount": Money(found.amount_cents),
        "refunded": Money(found.refunded_cents),
        "rf": rf_reference(found.reference),
        "reason": reason_words(found.attention_reason) if state is State.ATTENTION else "",
        "advice": what_to_do(found.attention_reason) if state is State.ATTENTION else "",
        "lines": line_rows(found, staff),
        "events": timeline(found),
        "messages_received": found.messages.order_by("id"),
        "attempts": found.attempts.order_by("number"),
        "refunds": _refunds(found),
        "entries": _entries(found),
        "may_retry": Action.RETRY in actions,
        "may_mark_registered": Action.MARK_REGISTERED in actions,
        "may_refund": Action.REFUND in actions,
        "may_mark_refunded": Action.MARK_REFUNDED in actions,
    }
    return show(request, staff, "payment.html", context)
