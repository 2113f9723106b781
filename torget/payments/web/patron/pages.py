"""Pages that are read: help, contact, accessibility, privacy, cookies; and the patron's history."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from torget.foundation.cooperations.models import Cooperation, Municipality, PublishedText
from torget.foundation.core.languages import in_language
from torget.foundation.core.money import Money
from torget.payments.checkout.models import Payment
from torget.payments.core.checkout import State
from torget.payments.core.resolving import OPEN_REFUND_STATES
from torget.payments.web.patron.cards import masked_cards
from torget.payments.web.patron_session import SignedInPatron, patron_required, signed_in_cards
from torget.payments.web.site import library_cooperation, municipality_of

HISTORY_MAX = 100


def _municipality(request: HttpRequest, slug: str | None) -> Municipality | None:
    if slug is not None:
        return get_object_or_404(Municipality, slug=slug)
    found = municipality_of(request)
    cooperation: Cooperation | None = library_cooperation()
    return found or (cooperation.coordinator if cooperation else None)


def _read(request: HttpRequest, template: str, slug: str | None) -> HttpResponse:
    language = get_language() or "fi"
    municipality = _municipality(request, slug)
    members = sorted(Municipality.objects.all(), key=lambda one: one.sort_key(language))
    return render(
        request,
        template,
        {
            "municipality": municipality,
            "municipality_name": municipality.name(language) if municipality else "",
            "members": [(one, one.name(language)) for one in members],
        },
    )


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return _read(request, "payments/help.html", None)


@require_safe
def contact(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    return _read(request, "payments/contact.html", slug)


@require_safe
def accessibility(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    return _read_published(request, PublishedText.Kind.ACCESSIBILITY, slug)


@require_safe
def privacy(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    return _read_published(request, PublishedText.Kind.PRIVACY, slug)


def _read_published(request: HttpRequest, kind: PublishedText.Kind, slug: str | None) -> HttpResponse:
    """The municipality's own text if it has published one, else the common draft."""
    municipality = _municipality(request, slug)
    found = PublishedText.objects.filter(municipality=municipality, kind=kind).first() if municipality else None
    if found is None:
        return _read(request, f"payments/{kind}.html", slug)
    language = get_language() or "fi"
    blocks = [
        {"heading": in_language(one["heading"], language), "lines": in_language(one["text"], language).splitlines()}
        for one in found.blocks
    ]
    return render(request, "payments/published_text.html", {"kind": kind, "blocks": blocks, "dated": found.dated})


@require_safe
def cookies(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    return _read(request, "payments/cookies.html", slug)


def newest_payments(*patron_ids: int) -> QuerySet[Payment]:
    """Of these patrons, whatever became of them; by the checkout, which has the index on patrons."""
    return (
        Payment.objects.filter(checkout__patron_id__in=patron_ids)
        .select_related("checkout", "receipt")
        .prefetch_related("lines__payee", "refunds")
        .order_by("-created_at", "position")[:HISTORY_MAX]
    )


@require_safe
@patron_required
def history(request: HttpRequest, _patron: SignedInPatron) -> HttpResponse:
    language = get_language() or "fi"
    rows = [
        {
            "payment": payment,
            "state": State(payment.state).value,
            "amount": Money(payment.amount_cents),
            "refunded": Money(payment.refunded_cents),
            "refunds": [
                {"row": refund, "amount": Money(refund.amount_cents)}
                for refund in sorted(payment.refunds.all(), key=lambda one: one.pk)
                if refund.state in ("refunded", *OPEN_REFUND_STATES)
            ],
            "payees": ", ".join({line.payee_id: line.payee.name(language) for line in payment.lines.all()}.values()),
            "cards": masked_cards(payment),
            "receipt_token": payment.receipt.token if hasattr(payment, "receipt") else "",
        }
        for payment in newest_payments(*(card.patron_id for card in signed_in_cards(request)))
    ]
    return render(request, "payments/history.html", {"rows": rows})
