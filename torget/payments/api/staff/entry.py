"""Who looks after the programs that use the interface: operators, and coordinators for their own members."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.access import Access
from torget.foundation.staff.places import HomeCard, Place, register_home_card, register_place
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.payments.api.models import ApiClient, WebhookEndpoint


def manages_clients(access: Access) -> bool:
    return access.sees_all or bool(access.members)


def municipalities_for(access: Access) -> QuerySet[Municipality]:
    """Whose money this employee may open to a program."""
    everyone = Municipality.objects.order_by("slug")
    return everyone if access.sees_all else everyone.filter(pk__in=access.members)


def clients_for(access: Access) -> QuerySet[ApiClient]:
    """A client that reaches beyond a coordinator's members is the operator's."""
    if access.sees_all:
        return ApiClient.objects.all()
    beyond = ApiClient.objects.filter(municipalities__in=Municipality.objects.exclude(pk__in=access.members))
    return ApiClient.objects.exclude(pk__in=beyond)


def clients_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """As `staff_page`; the others see no such page, and the try is audited."""

    @staff_page
    @wraps(view)
    def guarded(request: HttpRequest, staff: Staff, *arguments: Any, **named: Any) -> HttpResponse:
        if not manages_clients(staff.access):
            where = request.resolver_match.url_name if request.resolver_match else ""
            note_refusal(staff, action="view api clients", subject=f"page:{where}")
            raise Http404
        return view(request, staff, *arguments, **named)

    return guarded


def find_client(staff: Staff, client_id: int) -> ApiClient:
    found = clients_for(staff.access).filter(pk=client_id).first()
    if found is None:
        note_refusal(staff, action="view api client", subject=f"client:{client_id}")
        raise Http404
    return found


def find_endpoint(staff: Staff, endpoint_id: int) -> WebhookEndpoint:
    found = WebhookEndpoint.objects.select_related("client").filter(pk=endpoint_id).first()
    if found is None:
        raise Http404
    find_client(staff, found.client_id)
    return found


def _card(_request: HttpRequest, staff: Staff) -> Mapping[str, Any]:
    stopped = WebhookEndpoint.objects.filter(client__in=clients_for(staff.access), stop_reason="failing")
    return {"stopped_endpoints": stopped.count()}


def register() -> None:
    register_place(
        Place(url_name="staff-api-clients", text=gettext_lazy("Interface"), position=80, is_for=manages_clients)
    )
    register_home_card(HomeCard(template="staff/api/card.html", position=80, is_for=manages_clients, context=_card))
