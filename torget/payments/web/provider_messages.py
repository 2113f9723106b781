"""Where providers call us and where they send the patron back to."""

from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from torget.payments.checkout.load import NoSuchPayment
from torget.payments.checkout.models import Payment, Refund
from torget.payments.checkout.receive import MessageNotBelieved, receive_message
from torget.payments.checkout.receive_account import receive_account_message
from torget.payments.checkout.settle_refund import receive_refund_message
from torget.payments.core.ports import IncomingMessage


def incoming_message(request: HttpRequest) -> IncomingMessage:
    return IncomingMessage(
        method=request.method or "GET",
        query=tuple((name, value) for name, values in request.GET.lists() for value in values),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.body,
        path=request.get_full_path(),
    )


@never_cache
@require_safe
def payment_return(request: HttpRequest, token: UUID) -> HttpResponse:
    """The patron comes back. What the address says is believed only if it is signed; the page shows what we know."""
    payment = Payment.objects.filter(token=token).select_related("checkout").first()
    if payment is None:
        return HttpResponseRedirect(reverse("fees"))
    # A message that is not believed is kept for staff; the patron sees the checkout's real state all the same.
    with suppress(MessageNotBelieved):
        receive_message(token=token, message=incoming_message(request), channel="return", at=timezone.now())
    return HttpResponseRedirect(f"{reverse('checkout', args=[payment.checkout.token])}?from=provider")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def payment_callback(request: HttpRequest, token: UUID) -> HttpResponse:
    """200 also for what we know already, so that the provider stops; 400 without details for what we do not believe."""
    try:
        receive_message(token=token, message=incoming_message(request), channel="callback", at=timezone.now())
    except (NoSuchPayment, MessageNotBelieved):
        return HttpResponse(status=400)
    return HttpResponse(status=200)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def account_callback(request: HttpRequest, provider: str, account: str) -> HttpResponse:
    """Where a provider calls that knows one address per account; 200 for all that is truly the provider's."""
    message = incoming_message(request)
    # A provider signs the host that it was told to call, whatever a proxy of ours makes of it.
    message = replace(message, headers={**message.headers, "host": urlsplit(settings.PUBLIC_URL).netloc})
    try:
        receive_account_message(provider=provider, account=account, message=message, at=timezone.now())
    except MessageNotBelieved:
        return HttpResponse(status=400)
    return HttpResponse(status=200)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def refund_callback(request: HttpRequest, stamp: UUID) -> HttpResponse:
    try:
        receive_refund_message(stamp=stamp, message=incoming_message(request), at=timezone.now())
    except (Refund.DoesNotExist, MessageNotBelieved):
        return HttpResponse(status=400)
    return HttpResponse(status=200)
