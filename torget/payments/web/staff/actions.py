"""What staff does about a payment, each on a page of its own: read, write why, and press."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from torget.foundation.core.money import Money, total
from torget.foundation.design.templatetags.torget_format import euros
from torget.payments.checkout.models import Payment, PaymentLine
from torget.payments.checkout.resolve import (
    MayNotAct,
    NotAllowedNow,
    NoteRequired,
    Seen,
    SomebodyWasFaster,
    actions_for,
    look_at,
    mark_refunded,
    mark_registered,
    refund_payment,
    refundable_lines,
    retry_registration,
)
from torget.payments.core.checkout import State
from torget.payments.core.resolving import Action, LinesDiffer, LinesNotRefundable, lines_left, refund_was_registered
from torget.payments.web.staff.page import show
from torget.payments.web.staff.payment import fee_names
from torget.payments.web.staff.session import Staff, note_refusal, staff_page
from torget.payments.web.staff.visible import find_visible_payment
from torget.payments.web.staff.words import state_tag

_LINES_DIFFER = gettext_lazy("Some of these fees are in the library system and some are not. Choose only one kind.")

Take = Callable[[dict[str, Any], datetime], State]


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


class RetryForm(NoteForm):
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class LinesForm(NoteForm):
    """Which fees, and why."""

    lines = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Fees"),
        coerce=int,
        error_messages={"required": gettext_lazy("Choose at least one fee")},
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ("lines", "note", "seen_at")

    def __init__(self, *arguments: Any, choices: list[tuple[int, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        field = self.fields["lines"]
        field.choices = choices  # type: ignore[attr-defined] # TypedMultipleChoiceField has it


def line_choices(seen: Seen, positions: frozenset[int]) -> list[tuple[int, str]]:
    """Fee, payee and amount; never a title, because finance refunds too."""
    language = get_language() or "fi"
    rows = (
        PaymentLine.objects.filter(payment_id=seen.payment.id, position__in=positions)
        .select_related("payee")
        .order_by("position")
    )
    names = fee_names(seen.payment.library_system, {line.fee_kind for line in seen.payment.lines}, language)
    return [
        (row.position, f"{names[row.fee_kind]}, {row.payee.name(language)}, {euros(Money(row.amount_cents))}")
        for row in rows
    ]


def _back(payment_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("staff-payment", args=[payment_id]))


def _first_seen(seen: Seen) -> str:
    return seen.payment.changed_at.strftime("%Y-%m-%dT%H:%M:%S.%f%z")


def _look(request: HttpRequest, staff: Staff, payment_id: int, action: Action) -> tuple[Payment, Seen] | HttpResponse:
    """The payment, or the way back with the reason when the action is out of reach."""
    name = action.replace("_", " ")
    payment = find_visible_payment(staff, payment_id, action=name)
    seen = look_at(payment_id)
    if action in actions_for(seen, staff.access):
        return payment, seen
    reach = staff.access.may_refund if action in (Action.REFUND, Action.MARK_REFUNDED) else staff.access.may_resolve
    payees = (line.payee_id for line in seen.payment.lines) if action is Action.REFUND else ()
    if any(reach(owner) for owner in (seen.payment.municipality_id, *payees)):
        messages.info(request, _("The payment has moved on, so this cannot be done now. See its history below."))
    else:
        note_refusal(staff, action=name, subject=f"payment:{payment_id}", municipality_id=seen.payment.municipality_id)
        messages.error(request, _("Your role does not let you do this."))
    return _back(payment_id)


def _try(request: HttpRequest, form: forms.Form, take: Take) -> str:
    """Take the step: 'done', 'late' or 'refused'; '' when the form says what is wrong with it."""
    try:
        take(form.cleaned_data, timezone.now())
    except NoteRequired:
        form.add_error("note", _("Write what you did or why"))
    except LinesDiffer:
        form.add_error("lines", str(_LINES_DIFFER))
    except LinesNotRefundable:
        form.add_error("lines", _("The money of a chosen fee has gone back already or is on its way"))
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


def _respond(
    request: HttpRequest,
    staff: Staff,
    payment: Payment,
    form: forms.Form,
    *,
    take: Take,
    template: str,
    success: str,
) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            outcome = _try(request, form, take)
            if outcome == "done":
                messages.success(request, success)
            if outcome:
                return _back(payment.pk)
    context = {
        "payment": payment,
        "amount": Money(payment.amount_cents),
        "tag": state_tag(State(payment.state)),
        "form": form,
    }
    return show(request, staff, template, context, status=status)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def retry(request: HttpRequest, staff: Staff, payment_id: int) -> HttpResponse:
    looked = _look(request, staff, payment_id, Action.RETRY)
    if isinstance(looked, HttpResponse):
        return looked
    payment, seen = looked
    form = RetryForm(request.POST or None, initial={"seen_at": _first_seen(seen)})

    def take(data: dict[str, Any], at: datetime) -> State:
        return retry_registration(
            payment_id=payment_id, seen_at=data["seen_at"], access=staff.access, note=data["note"], at=at
        )

    success = _("Torget tells the library system again, and first asks whether it has the payment already.")
    return _respond(request, staff, payment, form, take=take, template="retry.html", success=success)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def registered(request: HttpRequest, staff: Staff, payment_id: int) -> HttpResponse:
    looked = _look(request, staff, payment_id, Action.MARK_REGISTERED)
    if isinstance(looked, HttpResponse):
        return looked
    payment, seen = looked
    form = NoteForm(request.POST or None, initial={"seen_at": _first_seen(seen)})

    def take(data: dict[str, Any], at: datetime) -> State:
        return mark_registered(
            payment_id=payment_id, seen_at=data["seen_at"], access=staff.access, note=data["note"], at=at
        )

    success = _("Marked as registered.")
    return _respond(request, staff, payment, form, take=take, template="mark_registered.html", success=success)


def _lines_form(request: HttpRequest, seen: Seen, positions: frozenset[int]) -> LinesForm:
    """At first all fees of the kind that the first one is of: the two kinds cannot go in one refund."""
    choices = line_choices(seen, positions)
    booked = {line.position: line.is_booked for line in seen.standing.lines}
    first = booked[min(positions)]
    chosen = [position for position in sorted(positions) if booked[position] == first]
    return LinesForm(request.POST or None, choices=choices, initial={"seen_at": _first_seen(seen), "lines": chosen})


def _ask_to_confirm(request: HttpRequest, staff: Staff, payment: Payment, seen: Seen, form: LinesForm) -> HttpResponse:
    """The page that says what will be paid back, or the form again with its faults; nothing is done yet."""
    if "change" in request.POST or not form.is_valid():
        return show(request, staff, "refund.html", {"payment": payment, "form": form}, status=422)
    positions = frozenset(form.cleaned_data["lines"])
    try:
        was_registered = refund_was_registered(seen.standing, positions)
    except LinesDiffer:
        form.add_error("lines", str(_LINES_DIFFER))
        return show(request, staff, "refund.html", {"payment": payment, "form": form}, status=422)
    labels = dict(line_choices(seen, positions))
    context = {
        "payment": payment,
        "refund_amount": total([line.amount for line in seen.payment.lines if line.position in positions]),
        "lines": [(position, labels[position]) for position in sorted(positions)],
        "note": form.cleaned_data["note"],
        "seen_at": request.POST["seen_at"],
        "was_registered": was_registered,
        "may_be_there": seen.may_be_in_library_system,
    }
    return show(request, staff, "refund_confirm.html", context)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def refund(request: HttpRequest, staff: Staff, payment_id: int) -> HttpResponse:
    looked = _look(request, staff, payment_id, Action.REFUND)
    if isinstance(looked, HttpResponse):
        return looked
    payment, seen = looked
    form = _lines_form(request, seen, refundable_lines(seen, staff.access))
    form.fields["note"].label = _("Reason")
    if request.method == "POST" and "confirmed" not in request.POST:
        return _ask_to_confirm(request, staff, payment, seen, form)

    def take(data: dict[str, Any], at: datetime) -> State:
        return refund_payment(
            payment_id=payment_id,
            seen_at=data["seen_at"],
            access=staff.access,
            reason=data["note"],
            at=at,
            positions=frozenset(data["lines"]),
        )

    success = _("The refund is decided. The payment service is asked to pay back.")
    return _respond(request, staff, payment, form, take=take, template="refund.html", success=success)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def refunded(request: HttpRequest, staff: Staff, payment_id: int) -> HttpResponse:
    looked = _look(request, staff, payment_id, Action.MARK_REFUNDED)
    if isinstance(looked, HttpResponse):
        return looked
    payment, seen = looked
    form: NoteForm
    if seen.standing.has_open_refund:
        form = NoteForm(request.POST or None, initial={"seen_at": _first_seen(seen)})
    else:
        form = _lines_form(request, seen, lines_left(seen.standing))

    def take(data: dict[str, Any], at: datetime) -> State:
        return mark_refunded(
            payment_id=payment_id,
            seen_at=data["seen_at"],
            access=staff.access,
            note=data["note"],
            at=at,
            positions=frozenset(data["lines"]) if "lines" in data else None,
        )

    success = _("Marked as paid back.")
    return _respond(request, staff, payment, form, take=take, template="mark_refunded.html", success=success)
