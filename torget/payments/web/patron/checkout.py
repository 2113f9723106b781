"""The page of a checkout: what is paid, what waits, and what to do next. It resolves by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from torget.foundation.core.money import Money
from torget.payments.api.models import ClientCheckout
from torget.payments.checkout.models import Checkout, Payment, PaymentLine
from torget.payments.checkout.providers import facts_of, provider_for
from torget.payments.checkout.second_way import SecondWay, find_second_way
from torget.payments.checkout.withdraw import MayBePaid, withdraw_payment
from torget.payments.core.checkout import State
from torget.payments.web.looks import note_look
from torget.payments.web.patron.cards import masked_cards
from torget.payments.web.patron.fees import go_to_page
from torget.payments.web.patron.send_to_provider import allow_provider_pages
from torget.payments.web.patron_session import way_in

CHECKS_MAX = 30
"""At two seconds each about a minute; then the page stops asking and says where the receipt will be."""

ANSWER_CHECKS = 3
"""As often the page asks at least, before it says that nobody has heard of a payment."""
ASKED_FOR = timedelta(seconds=15)
"""Whom the worker looks at no sooner has just been asked about; see _ask_soon."""

_STILL_OPEN = frozenset({State.CREATED, State.OPEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentView:
    id: int
    position: int
    payees: str
    cards: str
    """The ends of the cards' numbers, where there are several or another's."""
    amount: Money
    state: State
    refunded: Money
    has_page: bool
    """Its provider gave an address to pay at."""
    receipt_token: str
    provider: str
    can_be_paid: bool
    is_settled: bool
    is_waiting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WayBack:
    """To the program that started the checkout, such as a library's catalogue."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutView:
    token: str
    payments: list[PaymentView]
    next_payment: PaymentView | None
    is_waiting: bool
    """Something resolves by itself soon; the page asks again."""
    all_settled: bool
    nothing_paid: bool
    ends_loan_ban: bool
    way_back: WayBack | None
    second_way: SecondWay | None
    """The fees of payments that got no page, if they can be paid through another provider."""


def _way_back(checkout: Checkout) -> WayBack | None:
    started: ClientCheckout | None = getattr(checkout, "started_by_client", None)
    if started is None or not started.return_url:
        return None
    return WayBack(name=started.client.name, url=started.return_url)


def _view_payment(payment: Payment, *, came_back: bool) -> PaymentView:
    state = State(payment.state)
    language = get_language() or "fi"
    payees = {line.payee.id: line.payee.name(language) for line in payment.lines.all()}
    return PaymentView(
        id=payment.id,
        position=payment.position,
        payees=", ".join(payees.values()),
        cards=masked_cards(payment),
        amount=Money(payment.amount_cents),
        state=state,
        refunded=Money(payment.refunded_cents),
        has_page=bool(payment.pay_url),
        receipt_token=payment.receipt.token if hasattr(payment, "receipt") else "",
        provider=payment.merchant_account.provider,
        can_be_paid=state in _STILL_OPEN,
        is_settled=state is State.REGISTERED,
        is_waiting=state in (State.PAID, State.REGISTERING, State.UNCERTAIN)
        or (state is State.OPEN and came_back)
        or (state is State.PENDING and _is_being_captured(payment)),
    )


def _is_being_captured(payment: Payment) -> bool:
    """What is only reserved is captured in a moment; what a provider examines takes its time."""
    return provider_for(facts_of(payment.merchant_account)).capabilities.needs_capture


def view_checkout(checkout: Checkout, *, came_back: bool) -> CheckoutView:
    payments = [_view_payment(payment, came_back=came_back) for payment in checkout.payments.all()]
    second_way = find_second_way(checkout.payments.all())
    return CheckoutView(
        token=checkout.token,
        payments=payments,
        next_payment=next((one for one in payments if one.can_be_paid), None),
        is_waiting=any(one.is_waiting for one in payments),
        all_settled=all(one.is_settled for one in payments),
        nothing_paid=not any(one.receipt_token for one in payments),
        ends_loan_ban=checkout.had_loan_ban and all(one.is_settled for one in payments),
        way_back=_way_back(checkout),
        second_way=second_way,
    )


def find_checkout(token: str) -> Checkout:
    lines = Prefetch("payments__lines", PaymentLine.objects.select_related("payee").order_by("position"))
    payments = Prefetch("payments", Payment.objects.select_related("receipt", "merchant_account").order_by("position"))
    found = Checkout.objects.select_related("started_by_client__client").prefetch_related(payments, lines)
    return get_object_or_404(found, token=token)


def _ask_soon(checkout: Checkout, now: datetime) -> None:
    """The patron is back and nobody has told us how it went: have the worker ask the provider now.

    At most once in ten seconds per payment, however often the page is loaded.
    """
    Payment.objects.filter(
        checkout=checkout, state=State.OPEN, next_at__gt=now + timedelta(seconds=10), provider_reference__gt=""
    ).exclude(next_at__lt=now + ASKED_FOR).update(next_at=now + timedelta(seconds=2))


def _is_answered(checkout: Checkout, checks: int, now: datetime) -> bool:
    """The provider was asked since the patron is back, and what is open there is open: the patron left the page.

    Not every provider tells of that. Going on leads to the same page, so nothing is paid twice.
    """
    still_open = [one for one in checkout.payments.all() if one.state == State.OPEN]
    return (
        bool(still_open)
        and checks >= ANSWER_CHECKS
        and all(
            one.next_at is not None
            and one.next_at > now + ASKED_FOR
            and provider_for(facts_of(one.merchant_account)).capabilities.has_status_query
            for one in still_open
        )
    )


@require_safe
def checkout(request: HttpRequest, token: str) -> HttpResponse:
    """Reachable by its unguessable address alone: shows payees and amounts, no titles, no name."""
    found = find_checkout(token)
    checks = min(int(request.GET["checks"]) if request.GET.get("checks", "").isdigit() else 0, CHECKS_MAX)
    came_back = request.GET.get("from") == "provider" and not _is_answered(found, checks, timezone.now())
    view = view_checkout(found, came_back=came_back)
    if came_back and view.is_waiting:
        _ask_soon(found, timezone.now())
    is_fragment = bool(getattr(request, "htmx", False))
    if not is_fragment:
        note_look(request, owner_id=found.patron_id, action="view checkout", subject=f"checkout:{found.pk}")
    context = {
        "view": view,
        "came_back": came_back,
        "checks": checks + 1,
        "heard_of_nothing": request.GET.get("from") == "provider" and not came_back,
        "keeps_asking": view.is_waiting and checks < CHECKS_MAX,
        "is_fragment": is_fragment,
        "link_url": way_in(request),
    }
    template = "payments/checkout_status.html" if is_fragment else "payments/checkout.html"
    response = render(request, template, context)
    response.headers["Cache-Control"] = "no-store"
    seconds = view.second_way.merchants.values() if view.second_way else ()
    return allow_provider_pages(response, {one.provider for one in (*view.payments, *seconds)})


@require_POST
def continue_checkout(request: HttpRequest, token: str) -> HttpResponse:
    """To the provider's page of the next payment that is still to be paid."""
    view = view_checkout(find_checkout(token), came_back=False)
    if view.next_payment is None:
        return HttpResponseRedirect(reverse("checkout", args=[token]))
    return go_to_page(request, view.next_payment.id, token)


@require_POST
def give_up(request: HttpRequest, token: str) -> HttpResponse:
    """Let go of everything in this checkout that is surely unpaid, so that its fees can be chosen again."""
    view = view_checkout(find_checkout(token), came_back=False)
    try:
        for one in view.payments:
            if one.can_be_paid:
                withdraw_payment(payment_id=one.id, now=timezone.now())
    except MayBePaid:
        messages.warning(
            request,
            _("The payment service does not say yet whether you paid. Wait a moment; nothing is charged twice."),
        )
        return HttpResponseRedirect(reverse("checkout", args=[token]))
    messages.success(request, _("The payment was given up. Nothing was charged for it."))
    return HttpResponseRedirect(way_in(request) or reverse("fees"))
