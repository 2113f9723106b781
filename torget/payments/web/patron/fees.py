"""See the open fees, choose, and check before paying."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from torget.foundation.core.money import Money
from torget.foundation.design.templatetags.torget_format import euros
from torget.payments.checkout.fees_now import FeesNow, read_fees_now
from torget.payments.checkout.open_page import (
    AmountTooSmall,
    PageBeingMade,
    PageNotAvailable,
    ProviderGaveNoPage,
    open_page,
)
from torget.payments.checkout.start import (
    FeeInAnotherPayment,
    FeesChanged,
    NothingChosen,
    merchants_of,
    start_checkout_of_cards,
)
from torget.payments.core.fees import AssessedFee
from torget.payments.core.ports import LibrarySystemError
from torget.payments.web.patron.card_fees import (
    CardNow,
    ChosenNow,
    choose_on_cards,
    count_payments,
    fee_list_of,
    list_fees,
    read_cards,
    wholly,
)
from torget.payments.web.patron.fee_list import FeeList
from torget.payments.web.patron.send_to_provider import allow_provider_pages, send_to_provider
from torget.payments.web.patron_session import SignedInPatron, patron_required
from torget.payments.web.site import has_several_systems, known_site

_FEES_CHANGED = gettext_lazy("Your fees have changed. Nothing was charged. Check the amounts and choose again.")
_IN_ANOTHER_PAYMENT = gettext_lazy(
    "A fee you chose is in a payment that you have started. Nothing was charged. Finish it or give it up."
)


class ReceiptEmailForm(forms.Form):
    email = forms.EmailField(
        required=False,
        label=gettext_lazy("E-mail for the receipt"),
        help_text=gettext_lazy("You need not give one. You always find the receipt under Payments and receipts."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "invalid": gettext_lazy("Enter an e-mail address in the form name@example.fi, or leave it empty")
        },
    )


def read_fees(patron: SignedInPatron) -> FeesNow:
    """Raise LibrarySystemError when the library system gives no answer in time."""
    return read_fees_now(
        system=patron.library_system, patron_reference=patron.reference, card_number=patron.card_number
    )


def library_down(request: HttpRequest) -> HttpResponse:
    response = render(request, "payments/errors/library_down.html", status=503)
    response.headers["Retry-After"] = "120"
    return response


def _silent(cards: list[CardNow]) -> list[str]:
    return [one.label for one in cards if one.now is None]


def _site(request: HttpRequest, cards: list[CardNow]) -> dict[str, Any]:
    return known_site(request, next(one.now for one in cards if one.now).payable.configured)


@require_safe
@patron_required
def fees(request: HttpRequest, patron: SignedInPatron) -> HttpResponse:
    try:
        read = read_cards(request)
    except LibrarySystemError:
        return library_down(request)
    cards = read.cards
    has_chosen = "fee" in request.GET or "update" in request.GET
    listed = list_fees(cards, set(request.GET.getlist("fee")) if has_chosen else None)
    return render(
        request,
        "payments/fees.html",
        {
            "listed": listed,
            "groups": listed.groups,
            "patron": patron,
            "has_loan_ban": any(one.now.account.patron.loan_ban for one in cards if one.now),
            "silent_cards": _silent(cards),
            "children_are_silent": read.children_are_silent,
            "has_other_systems": has_several_systems(),
            "allows_guardians": any(one.now.payable.configured.allows_guardians for one in cards if one.now),
            **_site(request, cards),
        },
    )


def _context(
    listed: FeeList, amounts: Mapping[str, Money], providers: list[str], form: ReceiptEmailForm
) -> dict[str, Any]:
    return {
        "groups": [group for group in listed.groups if group.selected_lines],
        "total": listed.total,
        "count": listed.count,
        "chosen": [f"{name}|{amount.cents}" for name, amount in amounts.items()],
        "references": list(amounts),
        "payment_count": len(providers),
        "providers": providers,
        "form": form,
    }


def check_context(now: FeesNow, chosen: list[AssessedFee], form: ReceiptEmailForm) -> dict[str, Any]:
    """What the page shows that asks whether these fees shall be paid: they as they are given here, and no other."""
    amounts = {one.fee.reference: one.fee.outstanding for one in chosen}
    providers = [merchant.provider for merchant in merchants_of(chosen, now.payable.merchants)]
    return _context(fee_list_of(now, chosen, None), amounts, providers, form)


def _check_page(
    request: HttpRequest, cards: list[CardNow], chosen: list[ChosenNow], form: ReceiptEmailForm
) -> HttpResponse:
    amounts = {one.of.id_of(fee.fee.reference): fee.fee.outstanding for one in chosen for fee in one.fees}
    context = {
        **_context(list_fees([one.of for one in chosen], set(amounts)), amounts, count_payments(chosen), form),
        "pay_url": reverse("pay"),
        **_site(request, cards),
    }
    status = 422 if form.errors else 200
    response = render(request, "payments/check.html", context, status=status)
    return allow_provider_pages(response, context["providers"])


def _why_nothing_is_left(wanted: list[str], cards: list[CardNow]) -> str:
    """Who comes here by the back button has chosen, but the payment that was left holds the fees."""
    held = {
        one.id_of(reference): fee.is_paid for one in cards if one.now for reference, fee in one.now.payable.held.items()
    }
    if any(held.get(name) is False for name in wanted):
        return str(_IN_ANOTHER_PAYMENT)
    return str(_FEES_CHANGED) if wanted else _("Choose at least one fee to pay.")


@require_safe
@patron_required
def check(request: HttpRequest, _patron: SignedInPatron) -> HttpResponse:
    """What is about to be paid, to whom, and where the receipt goes (WCAG 3.3.4: check and confirm)."""
    if "update" in request.GET:
        return HttpResponseRedirect(f"{reverse('fees')}?{request.GET.urlencode()}")
    wanted = list(dict.fromkeys(request.GET.getlist("fee")))
    cards: list[CardNow] = []
    try:
        cards = read_cards(request).cards
        wanted = wholly(cards, wanted)
        all_free = {name: amount for one in cards for name, amount in one.free.items()}
        free = {name: all_free[name] for name in wanted if name in all_free}
        chosen = choose_on_cards(cards, free, strict=False)
    except LibrarySystemError:
        return library_down(request)
    except NothingChosen:
        messages.error(request, _why_nothing_is_left(wanted, cards))
        return HttpResponseRedirect(f"{reverse('fees')}?update=1")
    if len(free) != len(wanted):
        messages.warning(request, _("Some fees that you chose cannot be paid now and were left out."))
    return _check_page(request, cards, chosen, ReceiptEmailForm())


def shown_amounts(request: HttpRequest) -> dict[str, Money]:
    """The fees and amounts that the check page showed. Raise FeesChanged for anything else in the form."""
    expected = {}
    for text in request.POST.getlist("chosen"):
        name, _bar, cents = text.rpartition("|")
        if not name or not cents.isascii() or not cents.isdigit() or len(cents) > 9:
            raise FeesChanged
        expected[name] = Money(int(cents))
    return expected


def _back_to_fees(request: HttpRequest, text: str) -> HttpResponse:
    messages.error(request, text)
    return HttpResponseRedirect(reverse("fees"))


@require_POST
@patron_required
def pay(request: HttpRequest, patron: SignedInPatron) -> HttpResponse:
    """Save the checkout and send the patron to the first payment page."""
    form = ReceiptEmailForm(request.POST)
    try:
        cards = read_cards(request).cards
        chosen = choose_on_cards(cards, shown_amounts(request), strict=True)
        if not form.is_valid():
            return _check_page(request, cards, chosen, form)
        started = start_checkout_of_cards(
            patron_id=patron.patron_id,
            cards=[one.as_chosen() for one in chosen],
            merchants=chosen[0].now.payable.merchants,
            language=get_language() or "fi",
            email=form.cleaned_data["email"],
            now=timezone.now(),
        )
    except LibrarySystemError:
        return library_down(request)
    except NothingChosen:
        return _back_to_fees(request, _("Choose at least one fee to pay."))
    except FeesChanged:
        return _back_to_fees(request, str(_FEES_CHANGED))
    except FeeInAnotherPayment:
        return _back_to_fees(request, str(_IN_ANOTHER_PAYMENT))
    return go_to_page(request, started.payment_ids[0], started.token)


def go_to_page(request: HttpRequest, payment_id: int, checkout_token: str) -> HttpResponse:
    """To the provider's page, or to the checkout's own page when there is none."""
    try:
        return send_to_provider(open_page(payment_id=payment_id, now=timezone.now()))
    except AmountTooSmall as error:
        messages.warning(
            request,
            _("The payment service takes no payment below %(smallest)s. Nothing was charged. Choose more fees.")
            % {"smallest": euros(error.smallest)},
        )
        return HttpResponseRedirect(reverse("checkout", args=[checkout_token]))
    except ProviderGaveNoPage:
        messages.warning(
            request,
            _("The payment service does not answer just now. Nothing was charged. Try again in a few minutes."),
        )
        return HttpResponseRedirect(reverse("checkout", args=[checkout_token]))
    except (PageNotAvailable, PageBeingMade):
        return HttpResponseRedirect(reverse("checkout", args=[checkout_token]))
