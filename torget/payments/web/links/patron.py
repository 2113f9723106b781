"""What the holder of a payment link sees: the sum and the payee first, more with the end of the card number."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from torget.foundation.design.site import make_site
from torget.foundation.people.throttle import TooManyFailures
from torget.payments.checkout.start import FeeInAnotherPayment, FeesChanged, NothingChosen
from torget.payments.core.links import PROOF_LENGTH, LinkState, last_day, without_loans
from torget.payments.core.ports import LibrarySystemError
from torget.payments.links.fees import LinkFeesNow, read_link_fees
from torget.payments.links.models import PaymentLink
from torget.payments.links.pay import LinkClosed, pay_link
from torget.payments.links.prove import WrongProof, prove_card
from torget.payments.links.standing import standing
from torget.payments.web.address import client_address
from torget.payments.web.link_page import speak_like
from torget.payments.web.links.words import changed_words, kind_words
from torget.payments.web.looks import note_look
from torget.payments.web.patron.fees import ReceiptEmailForm, check_context, go_to_page, library_down, shown_amounts
from torget.payments.web.patron.send_to_provider import allow_provider_pages
from torget.payments.web.patron_session import forget_way_in, remember_way_in

_PROVEN = "proven_links"
_PROVEN_MAX = 5

_CHANGED = gettext_lazy("The fees have changed. Nothing was charged. Check the amounts and pay again.")
_NOT_STARTED = {
    FeesChanged: _CHANGED,
    NothingChosen: _CHANGED,
    FeeInAnotherPayment: gettext_lazy(
        "One of the fees is in a payment that was started elsewhere. Nothing was charged."
    ),
    LinkClosed: gettext_lazy("Nothing was charged."),
}

View = Callable[..., HttpResponse]


class ProofForm(forms.Form):
    proof = forms.CharField(
        label=gettext_lazy("The last four characters of the library card number"),
        help_text=gettext_lazy("The number is under the barcode of the card. No PIN is needed."),
        max_length=20,
        error_messages={"required": gettext_lazy("Enter the last four characters of the card number")},
        widget=forms.TextInput(
            attrs={
                "class": "govuk-input--width-5",
                "autocomplete": "off",
                "spellcheck": "false",
                "inputmode": "numeric",
                "maxlength": str(PROOF_LENGTH + 4),
            }
        ),
    )


def _link_page(view: View) -> View:
    """Find the link; the page speaks its language, and nobody keeps or indexes it."""

    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        found = get_object_or_404(PaymentLink.objects.select_related("patron", "municipality"), token=token)
        return speak_like(request, found.language, lambda: view(request, found))

    return guarded


def _is_proven(request: HttpRequest, link: PaymentLink) -> bool:
    return link.pk in request.session.get(_PROVEN, [])


def _around(link: PaymentLink) -> dict[str, Any]:
    """The link's own municipality stands at the door, as on the letter."""
    owner = link.municipality
    site = {"site": make_site(owner.slug, owner.name(get_language() or "fi"), owner.theme)} if owner else {}
    return {"link": link, "navigation": [], "last_day": last_day(link.expires_at), **site}


def _closed(request: HttpRequest, link: PaymentLink, why: str, **more: Any) -> HttpResponse:
    """Nothing can be paid here; the page says what to do instead."""
    return render(request, "links/closed.html", {**_around(link), "why": why, **more})


def _what_was_told(now: LinkFeesNow) -> dict[str, Any]:
    texts = now.fees.payable.configured.texts
    return {
        "changed": [changed_words(one, texts) for one in now.changed],
        "gone": [kind_words(one.fee_kind, texts) for one in now.gone],
        "blocked": [kind_words(one.fee_kind, texts) for one in now.blocked],
        "added": [kind_words(one.fee.kind, texts) for one in now.added],
    }


def _sum_page(request: HttpRequest, link: PaymentLink, now: LinkFeesNow, form: ProofForm) -> HttpResponse:
    """For whoever holds the letter: no title, no name, no date of a loan."""
    context = check_context(now.fees, without_loans(now.payable), ReceiptEmailForm())
    context = {**context, **_around(link), **_what_was_told(now), "form": form}
    return render(request, "links/sum.html", context, status=422 if form.errors else 200)


def _pay_page(request: HttpRequest, link: PaymentLink, now: LinkFeesNow, form: ReceiptEmailForm) -> HttpResponse:
    context = {
        **check_context(now.fees, now.payable, form),
        **_around(link),
        **_what_was_told(now),
        "pay_url": reverse("payment-link-pay", args=[link.token]),
        "name": now.fees.account.patron.name,
    }
    response = render(request, "links/pay.html", context, status=422 if form.errors else 200)
    return allow_provider_pages(response, context["providers"])


def _show(request: HttpRequest, link: PaymentLink, proof: ProofForm, email: ReceiptEmailForm) -> HttpResponse:
    stands = standing(link, timezone.now())
    is_proven = _is_proven(request, link)
    note_look(
        request,
        owner_id=None,
        action="open payment link with card number" if is_proven else "open payment link",
        subject=f"link:{link.pk}",
        municipality_id=link.municipality_id,
    )
    if stands.state not in (LinkState.OPEN, LinkState.STARTED):
        # The page of the payment leads to the receipt, which is for whoever has shown that the card is theirs.
        return _closed(request, link, stands.state, checkout_token=stands.checkout_token if is_proven else "")
    try:
        now = read_link_fees(link)
    except LibrarySystemError:
        return library_down(request)
    if not now.payable:
        why = "in_payment" if now.blocked else "nothing_left"
        return _closed(request, link, why, checkout_token=stands.checkout_token if is_proven else "")
    return _pay_page(request, link, now, email) if is_proven else _sum_page(request, link, now, proof)


@require_safe
@_link_page
def link(request: HttpRequest, link: PaymentLink) -> HttpResponse:
    return _show(request, link, ProofForm(), ReceiptEmailForm())


@require_POST
@_link_page
def prove(request: HttpRequest, link: PaymentLink) -> HttpResponse:
    form = ProofForm(request.POST)
    if not form.is_valid():
        return _show(request, link, form, ReceiptEmailForm())
    try:
        prove_card(
            link_id=link.pk, text=form.cleaned_data["proof"], address=client_address(request), now=timezone.now()
        )
    except WrongProof:
        link.refresh_from_db(fields=["wrong_tries"])
        form.add_error("proof", _("These are not the last four characters. Look at the card, or ask your library."))
        return _show(request, link, form, ReceiptEmailForm())
    except TooManyFailures as error:
        minutes = int(error.wait.total_seconds() // 60)
        form.add_error(
            "proof", _("Too many wrong tries. Wait %(minutes)d minutes and try again.") % {"minutes": minutes}
        )
        return _show(request, link, form, ReceiptEmailForm())
    request.session.cycle_key()
    request.session[_PROVEN] = [*request.session.get(_PROVEN, []), link.pk][-_PROVEN_MAX:]
    return HttpResponseRedirect(reverse("payment-link", args=[link.token]))


@require_POST
@_link_page
def pay(request: HttpRequest, link: PaymentLink) -> HttpResponse:
    """Read everything anew, save the checkout, and go to the first payment page."""
    here = HttpResponseRedirect(reverse("payment-link", args=[link.token]))
    if not _is_proven(request, link):
        return here
    form = ReceiptEmailForm(request.POST)
    if not form.is_valid():
        return _show(request, link, ProofForm(), form)
    try:
        started = pay_link(
            link_id=link.pk,
            fees=read_link_fees(link),
            expected=shown_amounts(request),
            language=get_language() or link.language,
            email=form.cleaned_data["email"],
            now=timezone.now(),
        )
    except LibrarySystemError:
        return library_down(request)
    except tuple(_NOT_STARTED) as why:
        messages.error(request, str(_NOT_STARTED[type(why)]))
        return here
    remember_way_in(request, reverse("payment-link", args=[link.token]))
    return go_to_page(request, started.payment_ids[0], started.token)


@require_POST
@_link_page
def close(request: HttpRequest, link: PaymentLink) -> HttpResponse:
    """On a borrowed phone: the link is as it was before the card number."""
    request.session.pop(_PROVEN, None)
    forget_way_in(request)
    messages.success(request, _("Your details are no longer shown on this device."))
    return HttpResponseRedirect(reverse("payment-link", args=[link.token]))
