"""Programs that use the interface: who they are, what they may do, and their keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Max, Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from torget.foundation.design.page import SummaryRow, Tag
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff
from torget.payments.api.keys import issue_key, revoke_key
from torget.payments.api.models import ApiClient, WebhookEndpoint
from torget.payments.api.save_client import save_client, start_client_again, stop_client
from torget.payments.api.scopes import Scope
from torget.payments.api.staff.entry import clients_for, clients_page, find_client
from torget.payments.api.staff.forms import ClientForm, initial_of
from torget.payments.api.staff.words import SCOPE_WORDS, client_tag, endpoint_tag


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRow:
    id: int
    name: str
    tag: Tag
    municipalities: str
    last_used_at: datetime | None
    endpoint_tags: list[Tag]


def _names(client: ApiClient, language: str) -> str:
    ordered = sorted(client.municipalities.all(), key=lambda one: one.sort_key(language))
    return ", ".join(one.name(language) for one in ordered)


@clients_page
@require_safe
def clients(request: HttpRequest, staff: Staff) -> HttpResponse:
    language = get_language() or "fi"
    found = (
        clients_for(staff.access)
        .annotate(last_used_at=Max("keys__last_used_at"))
        .prefetch_related("municipalities", Prefetch("endpoints", WebhookEndpoint.objects.order_by("pk")))
        .order_by("name")
    )
    rows = [
        ClientRow(
            id=one.pk,
            name=one.name,
            tag=client_tag(one),
            municipalities=_names(one, language),
            last_used_at=one.last_used_at,
            endpoint_tags=[endpoint_tag(endpoint) for endpoint in one.endpoints.all()],
        )
        for one in found
    ]
    return show(request, staff, "api/clients.html", {"clients": rows})


def _summary(client: ApiClient, language: str) -> list[SummaryRow]:
    change = reverse("staff-api-change", args=[client.pk])
    return [
        SummaryRow(key=_("For which municipalities"), value=_names(client, language), change_url=change),
        SummaryRow(
            key=_("What it may do"),
            value="; ".join(str(SCOPE_WORDS[Scope(scope)]) for scope in client.scopes) or _("nothing"),
            change_url=change,
        ),
        SummaryRow(
            key=_("Where patrons may be led back to"),
            value=", ".join(client.return_origins) or _("nowhere"),
            change_url=change,
        ),
        SummaryRow(key=_("Who answers for it"), value=client.contact_email, change_url=change),
        SummaryRow(key=_("Requests a minute"), value=str(client.requests_per_minute), change_url=change),
    ]


def _client_context(client: ApiClient) -> dict[str, Any]:
    return {
        "client": client,
        "tag": client_tag(client),
        "summary": _summary(client, get_language() or "fi"),
        "keys": client.keys.order_by("-created_at"),
        "endpoints": [(one, endpoint_tag(one)) for one in client.endpoints.order_by("pk")],
    }


@clients_page
@require_safe
def client(request: HttpRequest, staff: Staff, client_id: int) -> HttpResponse:
    return show(request, staff, "api/client.html", _client_context(find_client(staff, client_id)))


@clients_page
@require_http_methods(["GET", "HEAD", "POST"])
def new_client(request: HttpRequest, staff: Staff) -> HttpResponse:
    form = ClientForm(request.POST or None, access=staff.access)
    if request.method == "POST" and form.is_valid():
        saved = save_client(client=None, wish=form.wish(), actor=staff.actor, at=timezone.now())
        messages.success(request, _("The program was added. Make a key for it now."))
        return HttpResponseRedirect(reverse("staff-api-client", args=[saved.pk]))
    return show(
        request, staff, "api/client_form.html", {"form": form, "client": None}, status=422 if form.errors else 200
    )


@clients_page
@require_http_methods(["GET", "HEAD", "POST"])
def change_client(request: HttpRequest, staff: Staff, client_id: int) -> HttpResponse:
    found = find_client(staff, client_id)
    form = ClientForm(request.POST or None, access=staff.access, client=found, initial=initial_of(found))
    if request.method == "POST" and form.is_valid():
        save_client(client=found, wish=form.wish(), actor=staff.actor, at=timezone.now())
        messages.success(request, _("The changes are saved and hold at once."))
        return HttpResponseRedirect(reverse("staff-api-client", args=[found.pk]))
    return show(
        request, staff, "api/client_form.html", {"form": form, "client": found}, status=422 if form.errors else 200
    )


@sensitive_variables("key")
@clients_page
@require_POST
def new_key(request: HttpRequest, staff: Staff, client_id: int) -> HttpResponse:
    """The answer itself shows the key: a redirect would have to keep it somewhere in between."""
    found = find_client(staff, client_id)
    key = issue_key(client=found, actor=staff.actor, at=timezone.now())
    return show(request, staff, "api/secret.html", {"client": found, "secret": key, "is_key": True})


@clients_page
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, staff: Staff, client_id: int, prefix: str) -> HttpResponse:
    found = find_client(staff, client_id)
    key = found.keys.filter(prefix=prefix).first()
    if key is None:
        raise Http404
    if request.method != "POST":
        return show(request, staff, "api/revoke.html", {"client": found, "key": key})
    if revoke_key(client=found, prefix=prefix, actor=staff.actor, at=timezone.now()):
        messages.success(request, _("The key opens nothing any more."))
    return HttpResponseRedirect(reverse("staff-api-client", args=[found.pk]))


@clients_page
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, staff: Staff, client_id: int) -> HttpResponse:
    """Stop a program, or let it in again."""
    found = find_client(staff, client_id)
    if request.method != "POST":
        return show(request, staff, "api/stop.html", {"client": found})
    if found.stopped_at is None:
        stop_client(client=found, actor=staff.actor, at=timezone.now())
        messages.success(request, _("The program is stopped: its keys open nothing, and it is told nothing."))
    else:
        start_client_again(client=found, actor=staff.actor, at=timezone.now())
        messages.success(request, _("The program may come in again. Its endpoints are started one by one."))
    return HttpResponseRedirect(reverse("staff-api-client", args=[found.pk]))
