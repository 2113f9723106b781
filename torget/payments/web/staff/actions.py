"""The four ways out of a payment that needs a human: each a page that says what will happen, then one step."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from torget.foundation.core.money import Money
from torget.payments.checkout.resolve import (
    MayNotAct,
    NotAllowedNow,
    NoteRequired,
    SomebodyWasFaster,
    actions_for,
    look_at,
    mark_refunded,
    mark_registered,
    refund_payment,
    refundable_lines,
    retry_registration,
)
from torget.payments.core.resolving import Action, LinesDiffer, LinesNotRefundable
from torget.payments.web.staff.page import show
from torget.payments.web.staff.payment import find_visible, line_rows
from torget.payments.web.staff.session import Staff, staff_page


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Why, in your own words"),
        help_text=gettext_lazy("Kept with the payment for whoever looks at it later."),
        max_length=500,
        error_messages={"required": gettext_lazy("Write why")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    #: The moment of the payment's last change as the employee saw it.
    seen_at = forms.CharField(widget=forms.HiddenInput)

    def seen(self) -> datetime:
        return datetime.fromisoformat(self.cleaned_data["seen_at"])

    def clean_seen_at(self) -> str:
        text: str = self.cleaned_data["seen_at"]
        try:
            datetime.fromisoformat(text)
        except ValueError:
            raise forms.ValidationError(_("Open the payment again")) from None
        return text


class RetryForm(NoteForm):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["note"].required = False


class RefundForm(NoteForm):
    lines = forms.MultipleChoiceField(
        label=gettext_lazy("What is paid back"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose what is paid back")},
    )

    def positions(self) -> frozenset[int]:
        return frozenset(int(position) for position in self.cleaned_data["lines"])


_DONE = {
    Action.RETRY: gettext_lazy("The library system is being told again."),
    Action.MARK_REGISTERED: gettext_lazy("Marked as registered."),
    Action.REFUND: gettext_lazy("The refund is on its way to the payment service."),
    Action.MARK_REFUNDED: gettext_lazy("Marked as paid back."),
}


def _step(staff: Staff, payment_id: int, action: Action, form: Any) -> None:
    common = {"payment_id": payment_id, "seen_at": form.seen(), "access": staff.access, "at": timezone.now()}
    note = form.cleaned_data["note"]
    if action is Action.RETRY:
        retry_registration(note=note, **common)
    elif action is Action.MARK_REGISTERED:
        mark_registered(note=note, **common)
    elif action is Action.REFUND:
        refund_payment(reason=note, positions=form.positions(), **common)
    else:
        mark_refunded(note=note, **common)


def _try(request: HttpRequest, staff: Staff, payment_id: int, action: Action, form: Any) -> bool:
    """Whether it is settled, one way or the other; False leaves the form with what is wrong on it."""
    try:
        _step(staff, payment_id, action, form)
    except NoteRequired:
        form.add_error("note", _("Write why"))
        return False
    except LinesDiffer:
        form.add_error("lines", _("Some of these are in the library system and some are not: pay them back one by one"))
        return False
    except (MayNotAct, NotAllowedNow, LinesNotRefundable):
        messages.error(request, _("This cannot be done to the payment as it stands now. Nothing was changed."))
    except SomebodyWasFaster:
        messages.warning(request, _("The payment went on while you were writing. Nothing was changed; look again."))
    else:
        messages.success(request, str(_DONE[action]))
    return True


def _action_page(
    request: HttpRequest, staff: Staff, payment_id: int, *, action: Action, form_class: type[NoteForm], template: str
) -> HttpResponse:
    payment = find_visible(staff, payment_id)
    back = HttpResponseRedirect(reverse("staff-payment", args=[payment_id]))
    seen = look_at(payment_id)
    if request.method != "POST" and action not in actions_for(seen, staff.access):
        messages.error(request, _("This cannot be done to the payment as it stands now. Nothing was changed."))
        return back
    form = form_class(request.POST or None, initial={"seen_at": seen.payment.changed_at.isoformat()})
    rows = line_rows(payment, staff)
    if isinstance(form, RefundForm):
        may = refundable_lines(seen, staff.access)
        form.fields["lines"].choices = [  # type: ignore[attr-defined] # a choice field has it
            (str(row.position), f"{row.kind}, {row.payee}: {row.amount} €".replace(".", ","))
            for row in rows
            if row.position in may
        ]
        form.initial["lines"] = [str(position) for position in sorted(may)]
    if request.method == "POST" and form.is_valid() and _try(request, staff, payment_id, action, form):
        return back
    context = {"form": form, "payment": payment, "amount": Money(payment.amount_cents), "lines": rows}
    return show(request, staff, template, context, status=422 if request.method == "POST" else 200)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def retry(request: HttpRequest, staff: Staff, payment_id: int) -> HttpResponse:
    return _action_page(request, staff, payment_id, action=Action.RETRY, form_class=RetryForm, template="retry.html")


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def registered(request: HttpRequest, staff: Staff, payment_id: int) -> HttpResponse:
    return _action_page(
        request, staff, payment_id, action=Action.MARK_REGISTERED, form_class=NoteForm, template="mark_registered.html"
    )


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def refund(request: HttpRequest, staff: Staff, payment_id: int) -> HttpResponse:
    return _action_page(request, staff, payment_id, action=Action.REFUND, form_class=RefundForm, template="refund.html")


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def refunded(request: HttpRequest, staff: Staff, payment_id: int) -> HttpResponse:
    return _action_page(
        request, staff, payment_id, action=Action.MARK_REFUNDED, form_class=NoteForm, template="mark_refunded.html"
    )
