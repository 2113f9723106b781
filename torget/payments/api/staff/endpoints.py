"""Endpoints of a client, and the log of what was brought to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from torget.foundation.design.page import Tag
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff
from torget.payments.api.models import DeliveryAttempt, WebhookDelivery
from torget.payments.api.staff.entry import clients_page, find_client, find_endpoint
from torget.payments.api.staff.forms import EndpointForm
from torget.payments.api.staff.words import attempt_words, delivery_tag, endpoint_tag, event_words
from torget.payments.api.webhooks.endpoints import (
    add_endpoint,
    rotate_secret,
    send_test,
    start_endpoint,
    stop_endpoint,
)
from torget.payments.api.webhooks.replay import EndpointStopped, replay, replay_failed

DELIVERIES_ON_A_PAGE = 25
_STATES = ("given_up", "waiting", "delivered")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    id: int
    words: str
    name: str
    at: datetime
    tag: Tag
    last: str
    """How the latest try ended; empty before the first."""
    next_at: datetime | None


def _row(delivery: WebhookDelivery, last: DeliveryAttempt | None) -> DeliveryRow:
    return DeliveryRow(
        id=delivery.pk,
        words=event_words(delivery.message.type),
        name=delivery.message.name,
        at=delivery.message.created_at,
        tag=delivery_tag(delivery),
        last=attempt_words(last) if last else "",
        next_at=delivery.next_at if delivery.tries else None,
    )


def _rows(deliveries: list[WebhookDelivery]) -> list[DeliveryRow]:
    latest = DeliveryAttempt.objects.filter(delivery=OuterRef("delivery")).order_by("-pk").values("pk")[:1]
    attempts = DeliveryAttempt.objects.filter(delivery__in=deliveries, pk=Subquery(latest))
    last = {one.delivery_id: one for one in attempts}
    return [_row(one, last.get(one.pk)) for one in deliveries]


@sensitive_variables("secret")
@clients_page
@require_http_methods(["GET", "HEAD", "POST"])
def new_endpoint(request: HttpRequest, staff: Staff, client_id: int) -> HttpResponse:
    client = find_client(staff, client_id)
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        endpoint, secret = add_endpoint(
            client=client,
            url=form.cleaned_data["url"],
            events=tuple(form.cleaned_data["events"]),
            actor=staff.actor,
            at=timezone.now(),
        )
        context = {"client": client, "endpoint": endpoint, "secret": secret}
        return show(request, staff, "api/secret.html", context)
    context = {"client": client, "form": form}
    return show(request, staff, "api/endpoint_form.html", context, status=422 if form.errors else 200)


@clients_page
@require_safe
def endpoint(request: HttpRequest, staff: Staff, endpoint_id: int) -> HttpResponse:
    """The endpoint, and the log of what was brought to it."""
    found = find_endpoint(staff, endpoint_id)
    state = request.GET.get("state", "")
    state = state if state in _STATES else ""
    all_of_it = found.deliveries.select_related("message").order_by("-pk")
    page = Paginator(all_of_it.filter(state=state) if state else all_of_it, DELIVERIES_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    context: dict[str, Any] = {
        "client": found.client,
        "endpoint": found,
        "tag": endpoint_tag(found),
        "events": [event_words(event) for event in found.events],
        "rows": _rows(list(page.object_list)),
        "page": page,
        "state": state,
        "states": [
            ("", _("All")),
            ("given_up", _("Given up")),
            ("waiting", _("Waiting")),
            ("delivered", _("Delivered")),
        ],
        "given_up": found.deliveries.filter(state="given_up").count(),
        "old_secret_signs": found.old_secret_until is not None and found.old_secret_until > timezone.now(),
    }
    return show(request, staff, "api/endpoint.html", context)


def _back(endpoint_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("staff-api-endpoint", args=[endpoint_id]))


@clients_page
@require_POST
def test(request: HttpRequest, staff: Staff, endpoint_id: int) -> HttpResponse:
    found = find_endpoint(staff, endpoint_id)
    if found.stopped_at is None:
        send_test(endpoint=found, actor=staff.actor, at=timezone.now())
        messages.success(request, _("A test is on its way. Load the page again in a moment to see how it went."))
    return _back(found.pk)


@clients_page
@require_POST
def switch(request: HttpRequest, staff: Staff, endpoint_id: int) -> HttpResponse:
    """Stop it, or start it again."""
    found = find_endpoint(staff, endpoint_id)
    if found.stopped_at is None:
        stop_endpoint(endpoint=found, actor=staff.actor, at=timezone.now())
        messages.success(
            request, _("Nothing is sent there any more. What happens meanwhile is not written down for it.")
        )
    else:
        start_endpoint(endpoint=found, actor=staff.actor, at=timezone.now())
        messages.success(request, _("It is told again. What was given up can be replayed below."))
    return _back(found.pk)


@sensitive_variables("secret")
@clients_page
@require_http_methods(["GET", "HEAD", "POST"])
def new_secret(request: HttpRequest, staff: Staff, endpoint_id: int) -> HttpResponse:
    found = find_endpoint(staff, endpoint_id)
    context: dict[str, Any] = {"client": found.client, "endpoint": found}
    if request.method != "POST":
        return show(request, staff, "api/rotate.html", context)
    secret = rotate_secret(endpoint=found, actor=staff.actor, at=timezone.now())
    return show(request, staff, "api/secret.html", {**context, "secret": secret, "is_changed": True})


@clients_page
@require_POST
def replay_all(request: HttpRequest, staff: Staff, endpoint_id: int) -> HttpResponse:
    found = find_endpoint(staff, endpoint_id)
    try:
        count = replay_failed(endpoint=found, actor=staff.actor, at=timezone.now())
    except EndpointStopped:
        messages.error(request, _("The endpoint is stopped. Start it first."))
    else:
        words = ngettext("%(count)d message goes out again.", "%(count)d messages go out again.", count)
        messages.success(request, words % {"count": count})
    return _back(found.pk)


def _find_delivery(staff: Staff, delivery_id: int) -> WebhookDelivery:
    found = WebhookDelivery.objects.select_related("message", "endpoint__client").filter(pk=delivery_id).first()
    if found is None:
        raise Http404
    find_client(staff, found.endpoint.client_id)
    return found


@clients_page
@require_safe
def delivery(request: HttpRequest, staff: Staff, delivery_id: int) -> HttpResponse:
    found = _find_delivery(staff, delivery_id)
    context: dict[str, Any] = {
        "delivery": found,
        "endpoint": found.endpoint,
        "message": found.message,
        "words": event_words(found.message.type),
        "tag": delivery_tag(found),
        "attempts": [(one, attempt_words(one)) for one in found.attempts.order_by("-pk")],
    }
    return show(request, staff, "api/delivery.html", context)


@clients_page
@require_POST
def replay_one(request: HttpRequest, staff: Staff, delivery_id: int) -> HttpResponse:
    found = _find_delivery(staff, delivery_id)
    try:
        replay(delivery=found, actor=staff.actor, at=timezone.now())
    except EndpointStopped:
        messages.error(request, _("The endpoint is stopped. Start it first."))
    else:
        messages.success(request, _("The message goes out again, word for word. Load the page again in a moment."))
    return HttpResponseRedirect(reverse("staff-api-delivery", args=[found.pk]))
