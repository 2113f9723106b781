"""A word to those who answer for a client when its endpoint was stopped; in the commit that stops it."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from torget.foundation.notify.models import OutgoingEmail
from torget.foundation.people.models import Employee
from torget.payments.api.models import WebhookEndpoint


def _readers(endpoint: WebhookEndpoint) -> dict[str, str]:
    """Language by address: who set the endpoint or the client up, and the client's own contact."""
    found = {endpoint.client.contact_email: "en"}
    for actor in (endpoint.client.created_by, endpoint.created_by):
        kind, _colon, number = actor.partition(":")
        if kind == "staff" and number.isdigit():
            employee = Employee.objects.filter(pk=int(number), is_active=True).exclude(email="").first()
            if employee is not None:
                found[employee.email] = employee.language
    return found


def tell_that_it_is_stopped(*, endpoint: WebhookEndpoint, at: datetime) -> None:
    for number, (address, language) in enumerate(_readers(endpoint).items()):
        with translation.override(language):
            subject = _("Webhook stopped: %(client)s") % {"client": endpoint.client.name}
            body = "\n".join(
                [
                    _("Torget could not deliver to this address for a long time, so nothing is sent there any more:"),
                    "",
                    f"  {endpoint.url}",
                    "",
                    _("What was given up is kept. Put the address right, start it again and replay it:"),
                    settings.PUBLIC_URL + reverse("staff-api-endpoint", args=[endpoint.pk]),
                    "",
                ]
            )
        OutgoingEmail.objects.get_or_create(
            about=f"webhook-endpoint:{endpoint.pk}:{at:%Y%m%d%H%M%S}:{number}",
            defaults={"created_at": at, "recipient": address, "subject": subject[:200], "body": body},
        )
