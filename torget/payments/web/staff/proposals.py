"""A refund above the limit: a second person agrees or says no, and whoever asked can take it back."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from torget.foundation.audit.record import record
from torget.foundation.core.money import Money
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.payments.checkout.models import Refund
from torget.payments.checkout.proposals import (
    SamePerson,
    approve_refund,
    may_decide,
    proposals_within,
    reject_refund,
    withdraw_refund,
)
from torget.payments.checkout.refund import PlannedRefund
from torget.payments.checkout.resolve import MayNotAct, NotAllowedNow, NoteRequired, SomebodyWasFaster, look_at
from torget.payments.web.staff.actions import back
from torget.payments.web.staff.payment import staff_names
from torget.payments.web.staff.refund_forms import fee_labels
from torget.payments.web.staff.refund_words import category_words, refund_tag
from torget.payments.web.staff.refunds import books_rows
from torget.payments.web.staff.visible import visible_payments
from torget.payments.web.staff.words import actor_words


class DecisionForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("Needed if you reject, so that the one who asked knows why."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def proposals_for(staff: Staff) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Proposals this employee may decide, and those they wait for themselves."""
    language = get_language() or "fi"
    rows = list(proposals_within(staff.access))
    names = staff_names({row.requested_by for row in rows})
    shown = [
        {
            "refund": row,
            "amount": Money(row.amount_cents),
            "municipality": row.payment.municipality.name(language),
            "by": actor_words(row.requested_by, names),
            "may_decide": may_decide(row, staff.access),
        }
        for row in rows
    ]
    own = [one for one, row in zip(shown, rows, strict=True) if row.requested_by == staff.actor]
    return [one for one in shown if one["may_decide"]], own


def _find(staff: Staff, refund_id: int) -> Refund:
    """Raise Http404 for a refund of others, as if there were none; the try is audited."""
    found = (
        Refund.objects.select_related("payment__municipality")
        .filter(id=refund_id, needs_second_person=True, payment__in=visible_payments(staff.access))
        .first()
    )
    if found is None:
        note_refusal(staff, action="view refund", subject=f"refund:{refund_id}")
        raise Http404
    return found


def _act(request: HttpRequest, step: Callable[[], None], success: str, form: forms.Form) -> bool:
    """Take the step; False when the form says what is wrong with it."""
    try:
        step()
    except NoteRequired:
        form.add_error("note", _("Write why you reject it"))
        return False
    except SamePerson:
        messages.error(request, _("You asked for this refund yourself, so another person must decide."))
    except MayNotAct:
        messages.error(request, _("Your role does not let you do this."))
    except (SomebodyWasFaster, NotAllowedNow):
        messages.info(request, _("The refund has been decided or has moved on. See the history of the payment."))
    else:
        messages.success(request, success)
    return True


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, staff: Staff, refund_id: int) -> HttpResponse:
    refund = _find(staff, refund_id)
    if refund.state != "proposed":
        messages.info(request, _("The refund has been decided or has moved on. See the history of the payment."))
        return back(refund.payment_id)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now, note, access = timezone.now(), form.cleaned_data["note"], staff.access
        if "approve" in request.POST:
            success = _("You agreed. The payment service is asked to pay back.")
            done = _act(
                request, lambda: approve_refund(refund_id=refund_id, access=access, note=note, at=now), success, form
            )
        elif "reject" in request.POST:
            success = _("You rejected the refund. The money stays.")
            done = _act(
                request, lambda: reject_refund(refund_id=refund_id, access=access, note=note, at=now), success, form
            )
        else:
            success = _("You withdrew the refund.")
            done = _act(request, lambda: withdraw_refund(refund_id=refund_id, access=access, at=now), success, form)
        if done:
            return HttpResponseRedirect(reverse("staff-payment", args=[refund.payment_id]))
    record(
        at=timezone.now(),
        actor=staff.actor,
        action="view refund",
        subject=f"refund:{refund_id}",
        municipality_id=refund.payment.municipality_id,
    )
    status = 422 if request.method == "POST" else 200
    return show(request, staff, "proposal.html", {"form": form, **_context(staff, refund)}, status=status)


def _context(staff: Staff, refund: Refund) -> dict[str, Any]:
    seen = look_at(refund.payment_id)
    cents = {int(position): part for position, part in refund.lines.items()}
    labels = fee_labels(seen, set(cents))
    plan = PlannedRefund(cents=cents, was_registered=refund.was_registered, needs_second_person=True, limits={})
    return {
        "payment": refund.payment,
        "refund": refund,
        "amount": Money(refund.amount_cents),
        "paid": seen.payment.amount,
        "refunded": seen.payment.refunded,
        "tag": refund_tag(refund.state, by_email=refund.by_email),
        "lines": [{"label": labels[place], "amount": Money(part)} for place, part in sorted(cents.items())],
        "category": category_words(refund.category),
        "by": actor_words(refund.requested_by, staff_names({refund.requested_by})),
        "is_own": refund.requested_by == staff.actor,
        "may_decide": may_decide(refund, staff.access),
        "books": books_rows(staff, seen, plan),
    }
