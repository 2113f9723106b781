"""One payment with its whole life, and what this employee may do about it."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from torget.foundation.core.money import Money
from torget.foundation.core.reference_number import rf_reference
from torget.foundation.design.page import TimelineEvent
from torget.foundation.design.templatetags.torget_format import euros
from torget.foundation.people.models import Employee
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, staff_page
from torget.payments.checkout.models import Payment, RegistrationAttempt
from torget.payments.checkout.providers import provider_title
from torget.payments.checkout.resolve import Seen, actions_for, look_at
from torget.payments.checkout.reversal_model import Reversal
from torget.payments.closing.cost_report import split_section
from torget.payments.closing.report import member_names
from torget.payments.closing.words import account_words, entry_kind_words
from torget.payments.core.checkout import State
from torget.payments.core.posting_rules import vat_of
from torget.payments.core.resolving import Action
from torget.payments.ledger.models import JournalEntry
from torget.payments.receipts.build import names_of_fees
from torget.payments.receipts.words import credit_note_number, method_name
from torget.payments.web.report_tables import ShownTable, shown_table
from torget.payments.web.staff.documents import documents_of
from torget.payments.web.staff.lists import walk_from
from torget.payments.web.staff.refund_words import (
    category_words,
    desk_reason_words,
    refund_tag,
    reversal_kind,
    reversal_words,
)
from torget.payments.web.staff.visible import find_visible_payment
from torget.payments.web.staff.words import (
    actor_words,
    attempt_outcome_words,
    channel_words,
    detail_words,
    event_kind,
    event_words,
    line_outcome_words,
    payee_source_words,
    reason_words,
    state_tag,
    verdict_words,
    what_to_do,
)


def staff_names(actors: set[str]) -> dict[int, str]:
    """Names of the employees among the actors."""
    numbers = {int(actor.partition(":")[2]) for actor in actors if actor.startswith("staff:")}
    return dict(Employee.objects.filter(pk__in=numbers).values_list("pk", "full_name")) if numbers else {}


def _lines(payment: Payment, staff: Staff, language: str) -> list[dict[str, Any]]:
    rows = list(payment.lines.select_related("payee").order_by("position"))
    names = names_of_fees(rows, language)
    owns = staff.access.may_see_titles(payment.municipality_id)
    return [
        {
            "kind": names[row.library_system, row.fee_kind],
            "title": row.title if owns or staff.access.may_see_titles(row.payee_id) else "",
            "payee": ", ".join(filter(None, (row.payee.name(language), payee_source_words(row.payee_source)))),
            "card": row.card_number,
            "amount": Money(row.amount_cents),
            "outcome": line_outcome_words(row.outcome) or (reason_words(row.aside_reason) if row.aside_reason else ""),
        }
        for row in rows
    ]


def card_of(attempt: RegistrationAttempt, payment: Payment) -> str:
    """Of a payment of several cards, the one that the order was about."""
    about = [line.card_number for line in payment.lines.all() if line.patron_reference == attempt.patron_reference]
    return about[0] if about and len(payment.card_numbers) > 1 else ""


def _shared(payment: Payment, language: str) -> list[ShownTable]:
    """How each fee with fixed shares is split, without its VAT, which stays with the payee who sold."""
    lines = [row for row in payment.lines.order_by("position") if row.payee_shares]
    members = member_names(language) if lines else {}
    names = names_of_fees(lines, language)
    tables = []
    for row in lines:
        gross = Money(row.amount_cents)
        caption = _("Fixed shares of fee %(number)d: %(fee)s, %(amount)s") % {
            "number": row.position,
            "fee": names[row.library_system, row.fee_kind],
            "amount": euros(gross),
        }
        net = gross - vat_of(gross, row.vat_permille)
        tables.append(shown_table(split_section(net, row.payee_shares, members, caption=caption)))
    return tables


def _timeline(payment: Payment, reversals: list[Reversal]) -> list[TimelineEvent]:
    """The steps of the payment, and among them what was done about the fee in the library system."""
    events = list(payment.events.order_by("id"))
    cards = {line.position: line.card_number for line in payment.lines.all()}
    names = staff_names({event.actor for event in events} | {row.done_by for row in reversals if row.done_by})
    steps = [
        TimelineEvent(
            title=event_words(event.event),
            at=event.at,
            text=" · ".join(filter(None, (actor_words(event.actor, names), detail_words(event.detail, cards)))),
            kind=event_kind(event.event),
        )
        for event in events
    ]
    raised = [
        TimelineEvent(
            title=reversal_words(row.state),
            at=row.changed_at,
            text=" · ".join(filter(None, (euros(Money(row.amount_cents)), _reversal_text(row, names)))),
            kind=reversal_kind(row.state),
        )
        for row in reversals
    ]
    return sorted([*steps, *raised], key=lambda event: event.at.timestamp() if isinstance(event.at, datetime) else 0)


def _reversal_text(row: Reversal, names: dict[int, str]) -> str:
    if row.state == "done":
        return f"{actor_words(row.done_by, names)} · {row.done_note}"
    return desk_reason_words(row.desk_reason) if row.state == "desk" else row.booking_reference


def _refunds(payment: Payment, reversals: list[Reversal]) -> list[dict[str, Any]]:
    rows = list(payment.refunds.order_by("id"))
    names = staff_names({row.requested_by for row in rows} | {row.decided_by for row in rows if row.decided_by})
    return [
        {
            "row": row,
            "amount": Money(row.amount_cents),
            "tag": refund_tag(row.state, by_email=row.by_email),
            "category": category_words(row.category),
            "by": actor_words(row.requested_by, names),
            "decided_by": actor_words(row.decided_by, names) if row.decided_by else "",
            "credit_note": credit_note_number(payment.reference, row.credit_note) if row.credit_note else "",
            "reversals": [
                {"row": one, "amount": Money(one.amount_cents), "state": reversal_words(one.state)}
                for one in reversals
                if one.refund_id == row.pk
            ],
        }
        for row in rows
    ]


def raise_again_item(row: Reversal) -> dict[str, Any]:
    return {"row": row, "amount": Money(row.amount_cents), "reason": desk_reason_words(row.desk_reason)}


def _facts_about_refunds(found: Payment, seen: Seen) -> str:
    """What the provider can do for this method, where it cannot do everything."""
    if seen.standing.provider_takes_no_refund:
        return _(
            "The payment service takes no further refund of this payment. Pay back from the municipality's account, "
            "then mark as paid back."
        )
    if seen.terms.once_only and found.paid_at:
        return _(
            "%(method)s takes one refund of a payment, within %(weeks)d weeks. Refund all that is to go back at once."
        ) % {"method": method_name(found.method), "weeks": (seen.terms.days_max or 0) // 7}
    return ""


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
        (Action.REFUND, pgettext("button", "Refund"), "staff-refund", "warning"),
        (Action.MARK_REFUNDED, _("Mark as paid back"), "staff-mark-refunded", "secondary"),
        (Action.MARK_NOT_REFUNDED, _("The refund did not happen"), "staff-mark-not-refunded", "secondary"),
        (Action.MARK_PAID, _("The provider has the money"), "staff-mark-paid", "secondary"),
        (Action.LET_STAND, _("No refund is needed"), "staff-let-stand", "secondary"),
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
    language = get_language() or "fi"
    seen = look_at(payment_id)
    actions = actions_for(seen, staff.access)
    reversals = list(Reversal.objects.filter(refund__payment_id=payment_id).order_by("id"))
    context = {
        "payment": found,
        "provider": provider_title(found.merchant_account.provider),
        "amount": Money(found.amount_cents),
        "refunded": Money(found.refunded_cents),
        "rf": rf_reference(found.reference),
        "municipality": found.municipality.name(language),
        "tag": state_tag(State(found.state), is_partly_refunded=found.refunded_cents < found.amount_cents),
        "needs_human": found.state == State.ATTENTION,
        "reason": reason_words(found.attention_reason),
        "what_to_do": what_to_do(found.attention_reason),
        "responsible": found.attention_owner.full_name if found.attention_owner else "",
        "may_correct": staff.access.may_resolve(found.municipality_id),
        "lines": _lines(found, staff, language),
        "sees_rules": staff.access.sees_books,
        "shared": _shared(found, language),
        "timeline": _timeline(found, reversals),
        "messages_of_provider": [
            {"at": row.received_at, "channel": channel_words(row.channel), "verdict": verdict_words(row.verdict)}
            for row in found.messages.order_by("id").only("received_at", "channel", "verdict", "payment_id")
        ],
        "attempts": [
            {"row": row, "outcome": attempt_outcome_words(row.outcome), "card": card_of(row, found)}
            for row in found.attempts.order_by("number")
        ],
        "refunds": _refunds(found, reversals),
        "to_raise": [raise_again_item(one) for one in reversals if one.state == "desk"],
        "about_refunds": _facts_about_refunds(found, seen) if found.paid_at else "",
        "books": _books(found, staff),
        "actions": _action_links(payment_id, actions),
        "documents": documents_of(found),
        "walk": walk_from(request, payment_id),
    }
    return show(request, staff, "payment.html", context)
