"""One payment with its whole life, and what this employee may do about it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from torget.foundation.audit.models import AuditEntry
from torget.foundation.audit.record import record
from torget.foundation.core.money import Money
from torget.foundation.core.reference_number import rf_reference
from torget.foundation.design.page import TimelineEvent
from torget.foundation.people.models import Employee
from torget.payments.checkout.models import Payment, Refund
from torget.payments.checkout.resolve import CORRECTED, actions_for, look_at
from torget.payments.core.checkout import State
from torget.payments.core.resolving import Action
from torget.payments.fees.models import FeeType
from torget.payments.ledger.models import JournalEntry
from torget.payments.web.staff.page import show
from torget.payments.web.staff.session import Staff, staff_page
from torget.payments.web.staff.visible import find_visible_payment
from torget.payments.web.staff.words import (
    account_words,
    actor_words,
    attempt_outcome_words,
    channel_words,
    detail_words,
    entry_kind_words,
    event_kind,
    event_words,
    line_outcome_words,
    reason_words,
    refund_state_words,
    state_tag,
    verdict_words,
    what_to_do,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRefund:
    id: int
    amount: Money
    state: str
    row: Refund
    by: str
    still_marked_paid: bool


def staff_names(actors: set[str]) -> dict[int, str]:
    """Names of the employees among the actors."""
    numbers = {int(actor.partition(":")[2]) for actor in actors if actor.startswith("staff:")}
    return dict(Employee.objects.filter(pk__in=numbers).values_list("pk", "full_name")) if numbers else {}


def fee_names(library_system: str, kinds: set[str], language: str) -> dict[str, str]:
    """What fee types are called in this language, by code."""
    found = FeeType.objects.filter(library_system=library_system, code__in=kinds).values_list("code", "names")
    return {code: names.get(language) or code for code, names in found}


def _lines(payment: Payment, staff: Staff, language: str) -> list[dict[str, Any]]:
    rows = list(payment.lines.select_related("payee").order_by("position"))
    names = fee_names(payment.library_system, {row.fee_kind for row in rows}, language)
    owns = staff.access.may_see_titles(payment.municipality_id)
    return [
        {
            "kind": names.get(row.fee_kind, row.fee_kind),
            "title": row.title if owns or staff.access.may_see_titles(row.payee_id) else "",
            "payee": row.payee.name(language),
            "amount": Money(row.amount_cents),
            "outcome": line_outcome_words(row.outcome),
        }
        for row in rows
    ]


def _timeline(payment: Payment) -> list[TimelineEvent]:
    events = list(payment.events.order_by("id"))
    names = staff_names({event.actor for event in events})
    return [
        TimelineEvent(
            title=event_words(event.event),
            at=event.at,
            text=" · ".join(filter(None, (actor_words(event.actor, names), detail_words(event.detail)))),
            kind=event_kind(event.event),
        )
        for event in events
    ]


def _refunds(payment: Payment) -> list[ShownRefund]:
    rows = list(payment.refunds.order_by("id"))
    names = staff_names({row.requested_by for row in rows})
    subjects = [f"refund:{row.pk}" for row in rows if row.was_registered]
    corrected = (
        set(AuditEntry.objects.filter(action=CORRECTED, subject__in=subjects).values_list("subject", flat=True))
        if subjects
        else set()
    )
    return [
        ShownRefund(
            id=row.pk,
            amount=Money(row.amount_cents),
            state=refund_state_words(row.state),
            row=row,
            by=actor_words(row.requested_by, names),
            still_marked_paid=row.was_registered and row.state != "failed" and f"refund:{row.pk}" not in corrected,
        )
        for row in rows
    ]


def _books(payment: Payment, staff: Staff) -> list[dict[str, Any]]:
    """Only the books of municipalities that this employee may see."""
    entries = (
        JournalEntry.objects.filter(staff.access.within("municipality_id"), payment_id=payment.pk)
        .prefetch_related("postings")
        .order_by("id")
    )
    return [
        {
            "kind": entry_kind_words(entry.kind),
            "at": entry.happened_at,
            "account": account_words(posting.account),
            "amount": Money(posting.amount_cents),
        }
        for entry in entries
        for posting in entry.postings.all()
    ]


def _action_links(payment_id: int, actions: frozenset[Action]) -> list[dict[str, str]]:
    """Those that finish the matter first; the one that sends money out looks like what it is."""
    offered = (
        (Action.RETRY, _("Try again"), "staff-retry", ""),
        (Action.MARK_REGISTERED, _("Mark as registered"), "staff-mark-registered", "secondary"),
        (Action.REFUND, _("Refund"), "staff-refund", "warning"),
        (Action.MARK_REFUNDED, _("Mark as paid back"), "staff-mark-refunded", "secondary"),
    )
    return [
        {"text": text, "url": reverse(name, args=[payment_id]), "kind": kind}
        for action, text, name, kind in offered
        if action in actions
    ]


@staff_page
@require_safe
def payment(request: HttpRequest, staff: Staff, payment_id: int) -> HttpResponse:
    found = find_visible_payment(staff, payment_id, action="view payment")
    record(
        at=timezone.now(),
        actor=staff.actor,
        action="view payment",
        subject=f"payment:{payment_id}",
        municipality_id=found.municipality_id,
    )
    language = get_language() or "fi"
    actions = actions_for(look_at(payment_id), staff.access)
    context = {
        "payment": found,
        "amount": Money(found.amount_cents),
        "refunded": Money(found.refunded_cents),
        "rf": rf_reference(found.reference),
        "municipality": found.municipality.name(language),
        "tag": state_tag(State(found.state)),
        "needs_human": found.state == State.ATTENTION,
        "reason": reason_words(found.attention_reason),
        "what_to_do": what_to_do(found.attention_reason),
        "responsible": found.attention_owner.full_name if found.attention_owner else "",
        "may_correct": staff.access.may_resolve(found.municipality_id),
        "lines": _lines(found, staff, language),
        "timeline": _timeline(found),
        "messages_of_provider": [
            {"at": row.received_at, "channel": channel_words(row.channel), "verdict": verdict_words(row.verdict)}
            for row in found.messages.order_by("id").only("received_at", "channel", "verdict", "payment_id")
        ],
        "attempts": [
            {"row": row, "outcome": attempt_outcome_words(row.outcome)} for row in found.attempts.order_by("number")
        ],
        "refunds": _refunds(found),
        "books": _books(found, staff),
        "actions": _action_links(payment_id, actions),
    }
    return show(request, staff, "payment.html", context)
