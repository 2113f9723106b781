"""What staff does about a payment, each on a page of its own: read, write why, and press."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from torget.foundation.core.money import Money
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.payments.checkout.models import Payment
from torget.payments.checkout.refund import EmailRequired
from torget.payments.checkout.resolve import (
    MayNotAct,
    NotAllowedNow,
    NoteRequired,
    Seen,
    SomebodyWasFaster,
    actions_for,
    let_stand,
    look_at,
    mark_not_refunded,
    mark_paid,
    mark_registered,
    retry_registration,
)
from torget.payments.core.checkout import State
from torget.payments.core.resolving import OPEN_REFUND_STATES, Action, LinesDiffer, LinesNotRefundable
from torget.payments.web.staff.visible import find_visible_payment
from torget.payments.web.staff.words import state_tag

LINES_DIFFER = gettext_lazy("Some of these fees are in the library system and some are not. Choose only one kind.")

TOO_MUCH = gettext_lazy("Less than that is left of a fee: money of it has gone back already or is on its way.")

Take = Callable[[dict[str, Any], datetime], object]


class NoteForm(forms.Form):
    """`seen_at` says which payment the employee looked at, so that nobody acts on what has changed since."""

    seen_at = forms.DateTimeField(widget=forms.HiddenInput, input_formats=["%Y-%m-%dT%H:%M:%S.%f%z"])
    note = forms.CharField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("Kept in the payment's history. Write nothing about the person."),
        max_length=500,
        error_messages={"required": gettext_lazy("Write what you did or why")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class LookedForm(NoteForm):
    """For what only the provider's own service can tell."""

    looked = forms.BooleanField(
        label=gettext_lazy("I have looked in the payment service, and the money has not gone out"),
        error_messages={"required": gettext_lazy("Look in the payment service first")},
    )
    field_order = ("looked", "note", "seen_at")


class SeenForm(LookedForm):
    """A person has seen at the provider what the provider's interface cannot tell."""

    looked = forms.BooleanField(
        label=gettext_lazy("I have seen this payment as paid in the payment service, with this very amount"),
        error_messages={"required": gettext_lazy("Look in the payment service first")},
    )


class RetryForm(NoteForm):
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


def back(payment_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("staff-payment", args=[payment_id]))


def first_seen(seen: Seen) -> str:
    return seen.payment.changed_at.strftime("%Y-%m-%dT%H:%M:%S.%f%z")


def look(request: HttpRequest, staff: Staff, payment_id: int, action: Action) -> tuple[Payment, Seen] | HttpResponse:
    """The payment, or the way back with the reason when the action is out of reach."""
    name = action.replace("_", " ")
    payment = find_visible_payment(staff, payment_id, action=name)
    seen = look_at(payment_id)
    if action in actions_for(seen, staff.access):
        return payment, seen
    reach = staff.access.may_resolve if action in (Action.RETRY, Action.MARK_REGISTERED) else staff.access.may_refund
    payees = (line.payee_id for line in seen.payment.lines) if action is Action.REFUND else ()
    if any(reach(owner) for owner in (seen.payment.municipality_id, *payees)):
        messages.info(request, _("The payment has moved on, so this cannot be done now. See its history below."))
    else:
        note_refusal(staff, action=name, subject=f"payment:{payment_id}", municipality_id=seen.payment.municipality_id)
        messages.error(request, _("Your role does not let you do this."))
    return back(payment_id)


def try_step(request: HttpRequest, form: forms.Form, take: Take) -> str:
    """Take the step: 'done', 'late' or 'refused'; '' when the form says what is wrong with it."""
    try:
        take(form.cleaned_data, timezone.now())
    except NoteRequired:
        form.add_error("note", _("Write what you did or why"))
    except LinesDiffer:
        form.add_error(None, str(LINES_DIFFER))
    except LinesNotRefundable:
        form.add_error(None, str(TOO_MUCH))
    except EmailRequired:
        form.add_error("email", _("Enter the patron's e-mail address"))
    except MayNotAct:
        messages.error(request, _("Your role does not let you do this."))
        return "refused"
    except (SomebodyWasFaster, NotAllowedNow):
        messages.info(
            request, _("Somebody else was faster, or Torget itself: the payment has changed. See its history below.")
        )
        return "late"
    else:
        return "done"
    return ""


def respond(
    request: HttpRequest,
    staff: Staff,
    payment: Payment,
    form: forms.Form,
    *,
    take: Take,
    template: str,
    success: str | Callable[[], str],
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            outcome = try_step(request, form, take)
            if outcome == "done":
                messages.success(request, success if isinstance(success, str) else success())
            if outcome:
                return back(payment.pk)
    context = {
        "payment": payment,
        "amount": Money(payment.amount_cents),
        "tag": state_tag(State(payment.state)),
        "form": form,
        **(more or {}),
    }
    return show(request, staff, template, context, status=status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a page needs to know of a step that takes nothing but a note."""

    action: Action
    form: type[NoteForm]
    take: Callable[..., State]
    template: str
    success: Promise
    more: Callable[[Payment], dict[str, Any]] = lambda _payment: {}


def step_page(step: Step) -> Callable[..., HttpResponse]:
    @staff_page
    @require_http_methods(["GET", "HEAD", "POST"])
    def page(request: HttpRequest, staff: Staff, payment_id: int) -> HttpResponse:
        looked = look(request, staff, payment_id, step.action)
        if isinstance(looked, HttpResponse):
            return looked
        payment, seen = looked
        form = step.form(request.POST or None, initial={"seen_at": first_seen(seen)})

        def take(data: dict[str, Any], at: datetime) -> State:
            return step.take(
                payment_id=payment_id, seen_at=data["seen_at"], access=staff.access, note=data["note"], at=at
            )

        success, more = str(step.success), step.more(payment)
        return respond(request, staff, payment, form, take=take, template=step.template, success=success, more=more)

    return page


def _untold_cards(payment: Payment) -> dict[str, Any]:
    untold = dict.fromkeys(line.card_number for line in payment.lines.all() if not line.outcome)
    return {"cards": list(untold) if len(payment.card_numbers) > 1 else []}


def _open_refund(payment: Payment) -> dict[str, Any]:
    found = payment.refunds.filter(state__in=OPEN_REFUND_STATES).first()
    return {"refund": found, "refund_amount": Money(found.amount_cents) if found else None}


retry = step_page(
    Step(
        action=Action.RETRY,
        form=RetryForm,
        take=retry_registration,
        template="retry.html",
        success=gettext_lazy(
            "Torget tells the library system again, and first asks whether it has the payment already."
        ),
    )
)
registered = step_page(
    Step(
        action=Action.MARK_REGISTERED,
        form=NoteForm,
        take=mark_registered,
        template="mark_registered.html",
        success=gettext_lazy("Marked as registered."),
        more=_untold_cards,
    )
)
not_refunded = step_page(
    Step(
        action=Action.MARK_NOT_REFUNDED,
        form=LookedForm,
        take=mark_not_refunded,
        template="mark_not_refunded.html",
        success=gettext_lazy("Marked as not done. Refund again when you know how."),
        more=_open_refund,
    )
)
stands = step_page(
    Step(
        action=Action.LET_STAND,
        form=NoteForm,
        take=let_stand,
        template="let_stand.html",
        success=gettext_lazy("The payment stands as it is."),
    )
)
paid = step_page(
    Step(
        action=Action.MARK_PAID,
        form=SeenForm,
        take=mark_paid,
        template="mark_paid.html",
        success=gettext_lazy("Marked as paid. Torget now tells the library system."),
    )
)
