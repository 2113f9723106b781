"""The cards of one person: the one of the sign-in, and those of other library systems added with their PINs."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from torget.foundation.design.page import SummaryRow
from torget.payments.checkout.models import Payment
from torget.payments.web.patron.sign_in import SignInForm, patron_of, try_sign_in
from torget.payments.web.patron_session import (
    CARDS_MAX,
    SignedInPatron,
    forget_card,
    patron_required,
    remember_card,
    signed_in_cards,
)
from torget.payments.web.site import library_cooperation


def masked(card_number: str) -> str:
    """The last four are enough for its owner to know it."""
    return f"•••• {card_number[-4:]}" if len(card_number) > 4 else card_number


def masked_cards(payment: Payment) -> str:
    """The cards of a payment of several; of one, the patron knows it."""
    cards = payment.card_numbers
    return ", ".join(masked(card) for card in cards) if len(cards) > 1 else ""


def card_label(card: SignedInPatron) -> str:
    cooperation = library_cooperation()
    systems = cooperation.library_systems(get_language() or "fi") if cooperation else {}
    return f"{systems.get(card.library_system, card.library_system)} {masked(card.card_number)}"


@patron_required
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
def cards(request: HttpRequest, _patron: SignedInPatron) -> HttpResponse:
    """What is signed in, and a form for one more card; its PIN goes to its own library system and is forgotten."""
    form = SignInForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        found = try_sign_in(request, form)
        if found is not None:
            if remember_card(request, patron_of(found, form.system)):
                messages.success(request, _("The card was added. Its fees are shown with the others."))
                return HttpResponseRedirect(reverse("fees"))
            messages.info(request, _("This card is here already, or there are as many cards as can be."))
            return HttpResponseRedirect(reverse("cards"))
    held = signed_in_cards(request)
    context = {
        "form": form,
        "cards": [
            {"number": number, "label": card_label(card), "rows": [SummaryRow(key=_("Name"), value=card.name)]}
            for number, card in enumerate(held, 1)
        ],
        "may_add": len(held) < CARDS_MAX,
    }
    return render(request, "payments/cards.html", context, status=422 if form.errors else 200)


@patron_required
@require_POST
def remove_card(request: HttpRequest, _patron: SignedInPatron, number: int) -> HttpResponse:
    forget_card(request, number)
    messages.success(request, _("The card was taken away from this visit. Nothing else changed."))
    return HttpResponseRedirect(reverse("cards"))
