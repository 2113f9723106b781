"""All that is known of one payment, by time: its steps, messages, attempts, refunds, books, and who looked at it."""

from collections.abc import Iterator
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from torget.foundation.audit.models import AuditEntry
from torget.foundation.audit.record import record
from torget.foundation.core.money import Money
from torget.foundation.core.tables import Cell, Table
from torget.foundation.people.access import Access
from torget.foundation.staff.session import Staff, staff_page
from torget.payments.checkout.models import Payment
from torget.payments.checkout.reversal_model import Reversal
from torget.payments.closing.words import account_words, entry_kind_words
from torget.payments.ledger.models import JournalEntry
from torget.payments.web.staff.files import file_of
from torget.payments.web.staff.payment import card_of, staff_names
from torget.payments.web.staff.refund_words import category_words, refund_tag, reversal_words
from torget.payments.web.staff.visible import find_visible_payment
from torget.payments.web.staff.words import (
    actor_words,
    attempt_outcome_words,
    channel_words,
    detail_words,
    event_words,
    verdict_words,
)

_AUDIT_MAX = 2000

Row = tuple[datetime, str, str, str, str, Money | None]


def _life(payment: Payment) -> Iterator[Row]:
    cards = {line.position: line.card_number for line in payment.lines.all()}
    for event in payment.events.order_by("id"):
        yield event.at, _("Step"), event_words(event.event), event.actor, detail_words(event.detail, cards), None
    for message in payment.messages.order_by("id"):
        verdict = verdict_words(message.verdict)
        yield message.received_at, _("Message"), channel_words(message.channel), "provider", verdict, None
    for attempt in payment.attempts.order_by("number"):
        outcome = attempt_outcome_words(attempt.outcome)
        detail = " · ".join(filter(None, (attempt.detail, card_of(attempt, payment))))
        yield attempt.started_at, _("Attempt to register"), outcome, "worker", detail, None


def _refunds(payment: Payment) -> Iterator[Row]:
    for refund in payment.refunds.order_by("id"):
        amount = Money(refund.amount_cents)
        what = refund_tag(refund.state, by_email=refund.by_email).text
        why = ": ".join(filter(None, (category_words(refund.category), refund.reason)))
        yield refund.created_at, _("Refund"), what, refund.requested_by, why, amount
        if refund.decided_at:
            text = _("Decided: %(state)s") % {"state": what}
            yield refund.decided_at, _("Refund"), text, refund.decided_by, refund.decision_note, amount
    for reversal in Reversal.objects.filter(refund__payment=payment).order_by("id"):
        amount, what = Money(reversal.amount_cents), reversal_words(reversal.state)
        yield reversal.changed_at, _("Fee again"), what, reversal.done_by or "worker", reversal.done_note, amount


def _books(payment: Payment, access: Access) -> Iterator[Row]:
    """Only the books of municipalities that this employee may see."""
    entries = JournalEntry.objects.filter(access.within("municipality_id"), payment_id=payment.pk)
    for entry in entries.prefetch_related("postings").order_by("id"):
        for posting in entry.postings.all():
            what = f"{entry_kind_words(entry.kind)}: {account_words(posting.account)}"
            yield entry.happened_at, _("Books"), what, "worker", "", Money(posting.amount_cents)


def _looks(payment: Payment) -> Iterator[Row]:
    """Who looked and who did what on the pages, by the action's own name in the audit log."""
    entries = AuditEntry.objects.filter(subject=f"payment:{payment.pk}").order_by("-at", "-id")[:_AUDIT_MAX]
    for entry in entries:
        yield entry.at, _("Audit log"), entry.action, entry.actor, entry.why, None


def payment_table(payment: Payment, access: Access) -> Table:
    rows = [*_life(payment), *_refunds(payment), *_books(payment, access), *_looks(payment)]
    rows.sort(key=lambda row: row[0])
    names = staff_names({row[3] for row in rows})
    cells: list[list[Cell]] = [
        [timezone.localtime(at), kind, what, actor_words(actor, names), why, amount]
        for at, kind, what, actor, why, amount in rows
    ]
    return Table(
        name=_("Payment %(reference)s") % {"reference": payment.reference},
        headings=[_("When"), _("Kind"), _("What happened"), _("Who"), _("Detail"), _("Euros")],
        rows=cells,
    )


@staff_page
@require_safe
def payment_file(_request: HttpRequest, staff: Staff, payment_id: int, kind: str) -> HttpResponse:
    found = find_visible_payment(staff, payment_id, action="export payment")
    now = timezone.now()
    response = file_of([payment_table(found, staff.access)], kind=kind, name=f"payment-{found.reference}", at=now)
    record(
        at=now,
        actor=staff.actor,
        action="export payment",
        subject=f"payment:{payment_id}",
        municipality_id=found.municipality_id,
    )
    return response
