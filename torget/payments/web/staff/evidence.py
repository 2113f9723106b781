"""A person has seen at the provider what the provider's interface cannot tell."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from torget.foundation.staff.session import Staff, staff_page
from torget.payments.checkout.resolve import mark_paid
from torget.payments.core.checkout import State
from torget.payments.core.resolving import Action
from torget.payments.web.staff.actions import NoteForm, first_seen, look, respond


class SeenForm(NoteForm):
    looked = forms.BooleanField(
        label=gettext_lazy("I have seen this payment as paid in the payment service, with this very amount"),
        error_messages={"required": gettext_lazy("Look in the payment service first")},
    )
    field_order = ("looked", "note", "seen_at")


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def paid(request: HttpRequest, staff: Staff, payment_id: int) -> HttpResponse:
    looked = look(request, staff, payment_id, Action.MARK_PAID)
    if isinstance(looked, HttpResponse):
        return looked
    payment, seen = looked
    form = SeenForm(request.POST or None, initial={"seen_at": first_seen(seen)})

    def take(data: dict[str, Any], at: datetime) -> State:
        return mark_paid(payment_id=payment_id, seen_at=data["seen_at"], access=staff.access, note=data["note"], at=at)

    success = _("Marked as paid. Torget now tells the library system.")
    return respond(request, staff, payment, form, take=take, template="mark_paid.html", success=success)
