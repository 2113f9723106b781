"""See the open fees, choose, and check before paying."""

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
from torget.payments.checkout.fees_now import FeesNow, read_fees_now
from torget.payments.checkout.open_page import PageBeingMade, PageNotAvailable, ProviderGaveNoPage, open_page
from torget.payments.checkout.start import (
    FeeInAnotherPayment,
    FeesChanged,
    NothingChosen,
    choose_fees,
    group_by_account,
    start_checkout,
)
from torget.payments.core.fees import AssessedFee
from torget.payments.core.ports import LibrarySystemError
from torget.payments.web.patron.fee_list import FeeList, build_fee_list
from torget.payments.web.patron.send_to_provider import allow_provider_pages, send_to_provider
from torget.payments.web.patron_session import SignedInPatron, patron_required
from torget.payments.web.site import known_site

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


def _fee_list(now: FeesNow, assessed: list[AssessedFee], chosen: set[str] | None) -> FeeList:
    return build_fee_list(
        assessed,
        texts=now.payable.configured.texts,
        municipalities=now.payable.configured.municipalities,
        held=now.payable.held,
        time_to_pay=now.payable.time_to_pay,
        chosen=chosen,
        language=get_language() or "fi",
    )


@require_safe
@patron_required
def fees(request: HttpRequest, patron: SignedInPatron) -> HttpResponse:
    try:
        now = read_fees(patron)
    except LibrarySystemError:
        return library_down(request)
    has_chosen = now.can_choose and ("fee" in request.GET or "update" in request.GET)
    listed = _fee_list(now, now.assessed, set(request.GET.getlist("fee")) if has_chosen else None)
    return render(
        request,
        "payments/fees.html",
        {
            "listed": listed,
            "groups": listed.groups,
            "patron": patron,
            "account": now.account,
            **known_site(request, now.payable.configured),
        },
    )


def check_context(now: FeesNow, chosen: list[AssessedFee], form: ReceiptEmailForm) -> dict[str, Any]:
    """What the page shows that asks whether these fees shall be paid: they as they are given here, and no other."""
    listed = _fee_list(now, chosen, None)
    payments = group_by_account(chosen, now.payable.merchants)
    return {
        "groups": [group for group in listed.groups if group.selected_lines],
        "total": listed.total,
        "count": listed.count,
        "chosen": [f"{one.fee.reference}|{one.fee.outstanding.cents}" for one in chosen],
        "references": [one.fee.reference for one in chosen],
        "payment_count": len(payments),
        "providers": [merchant.provider for merchant, _fees in payments],
        "form": form,
    }


def _check_page(request: HttpRequest, now: FeesNow, chosen: list[AssessedFee], form: ReceiptEmailForm) -> HttpResponse:
    context = {
        **check_context(now, chosen, form),
        "pay_url": reverse("pay"),
        **known_site(request, now.payable.configured),
    }
    status = 422 if form.errors else 200
    response = render(request, "payments/check.html", context, status=status)
    return allow_provider_pages(response, context["providers"])


def _why_nothing_is_left(wanted: list[str], now: FeesNow) -> str:
    """Who comes here by the back button has chosen, but the payment that was left holds the fees."""
    if any(reference in now.payable.held and not now.payable.held[reference].is_paid for reference in wanted):
        return str(_IN_ANOTHER_PAYMENT)
    return str(_FEES_CHANGED) if wanted else _("Choose at least one fee to pay.")


@require_safe
@patron_required
def check(request: HttpRequest, patron: SignedInPatron) -> HttpResponse:
    """What is about to be paid, to whom, and where the receipt goes (WCAG 3.3.4: check and confirm)."""
    if "update" in request.GET:
        return HttpResponseRedirect(f"{reverse('fees')}?{request.GET.urlencode()}")
    wanted = list(dict.fromkeys(request.GET.getlist("fee")))
    try:
        now = read_fees(patron)
        if not now.can_choose:
            wanted = list(now.free)
        free = {ref: now.free[ref] for ref in wanted if ref in now.free}
        chosen = choose_fees(now.assessed, free)
    except LibrarySystemError:
        return library_down(request)
    except NothingChosen:
        messages.error(request, _why_nothing_is_left(wanted, now))
        return HttpResponseRedirect(f"{reverse('fees')}?update=1")
    if len(free) != len(wanted):
        messages.warning(request, _("Some fees that you chose cannot be paid now and were left out."))
    return _check_page(request, now, chosen, ReceiptEmailForm())


def shown_amounts(request: HttpRequest) -> dict[str, Money]:
    """The fees and amounts that the check page showed. Raise FeesChanged for anything else in the form."""
    expected = {}
    for text in request.POST.getlist("chosen"):
        reference, _bar, cents = text.rpartition("|")
        if not reference or not cents.isascii() or not cents.isdigit() or len(cents) > 9:
            raise FeesChanged
        expected[reference] = Money(int(cents))
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
        now = read_fees(patron)
        expected = shown_amounts(request)
        now.check_choice(expected)
        chosen = choose_fees(now.assessed, expected)
        if not form.is_valid():
            return _check_page(request, now, chosen, form)
        started = start_checkout(
            library_system=patron.library_system,
            patron_id=patron.patron_id,
            patron=now.account.patron,
            chosen=chosen,
            merchants=now.payable.merchants,
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
    except ProviderGaveNoPage:
        messages.warning(
            request,
            _("The payment service does not answer just now. Nothing was charged. Try again in a few minutes."),
        )
        return HttpResponseRedirect(reverse("checkout", args=[checkout_token]))
    except (PageNotAvailable, PageBeingMade):
        return HttpResponseRedirect(reverse("checkout", args=[checkout_token]))
