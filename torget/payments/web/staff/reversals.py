"""Fees to raise again at the desk, because their money went back and the library system cannot do it by itself."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from torget.foundation.audit.record import record
from torget.foundation.core.money import Money
from torget.foundation.people.access import Access
from torget.foundation.people.models import Role
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.payments.checkout.resolve import MayNotAct, NotAllowedNow, SomebodyWasFaster
from torget.payments.checkout.reversal_model import Reversal
from torget.payments.checkout.reversals import may_try_again, note_raised, try_by_itself_again
from torget.payments.receipts.build import names_of_fees
from torget.payments.web.staff.actions import back
from torget.payments.web.staff.refund_words import desk_reason_words
from torget.payments.web.staff.visible import visible_payments


class RaisedForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("What did you do in the library system?"),
        max_length=500,
        error_messages={"required": gettext_lazy("Write what you did in the library system")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def fees_to_raise(access: Access) -> QuerySet[Reversal]:
    """Oldest first."""
    return (
        Reversal.objects.filter(state="desk", refund__payment__in=visible_payments(access))
        .select_related("refund__payment__municipality")
        .order_by("created_at", "id")
    )


def fee_of(reversal: Reversal, language: str) -> dict[str, str]:
    """What the fee is called, whose it is and of which card; never a title."""
    payment = reversal.refund.payment
    line = payment.lines.select_related("payee").get(position=reversal.position)
    names = names_of_fees([line], language)
    return {
        "kind": names[line.library_system, line.fee_kind],
        "payee": line.payee.name(language),
        "card": line.card_number or payment.card_number,
    }


def raise_item(reversal: Reversal, language: str) -> dict[str, Any]:
    payment = reversal.refund.payment
    owner = Role.objects.filter(municipality_id=payment.municipality_id, answers_work_list=True).select_related(
        "employee"
    )
    return {
        "reversal": reversal,
        "amount": Money(reversal.amount_cents),
        "municipality": payment.municipality.name(language),
        "reason": desk_reason_words(reversal.desk_reason),
        "responsible": next((role.employee.full_name for role in owner), ""),
        **fee_of(reversal, language),
    }


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def raised(request: HttpRequest, staff: Staff, reversal_id: int) -> HttpResponse:
    found = (
        Reversal.objects.select_related("refund__payment__municipality")
        .filter(id=reversal_id, refund__payment__in=visible_payments(staff.access))
        .first()
    )
    if found is None:
        note_refusal(staff, action="raise fee again", subject=f"reversal:{reversal_id}")
        raise Http404
    payment = found.refund.payment
    record(
        at=timezone.now(),
        actor=staff.actor,
        action="raise fee again",
        subject=f"reversal:{reversal_id}",
        municipality_id=payment.municipality_id,
    )
    if found.state != "desk":
        messages.info(request, _("The fee is open again already, or Torget is at it. See the history below."))
        return back(payment.pk)
    form = RaisedForm(request.POST if "again" not in request.POST and request.method == "POST" else None)
    if request.method == "POST":
        try:
            if "again" in request.POST:
                try_by_itself_again(reversal_id=reversal_id, access=staff.access, at=timezone.now())
                messages.success(request, _("Torget tries again, and first asks what the library system has."))
                return back(payment.pk)
            if form.is_valid():
                note = form.cleaned_data["note"]
                note_raised(reversal_id=reversal_id, access=staff.access, note=note, at=timezone.now())
                messages.success(request, _("Marked as raised again."))
                return back(payment.pk)
        except MayNotAct:
            messages.error(request, _("Your role does not let you do this."))
            return back(payment.pk)
        except (NotAllowedNow, SomebodyWasFaster):
            messages.info(request, _("The fee is open again already, or Torget is at it. See the history below."))
            return back(payment.pk)
    context = {
        "form": form,
        "payment": payment,
        "may_try_again": may_try_again(found),
        **raise_item(found, get_language() or "fi"),
    }
    return show(request, staff, "raise_again.html", context, status=422 if request.method == "POST" else 200)
