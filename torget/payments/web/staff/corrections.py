"""Refunds whose fee still stands as paid in the library system, and the word of who corrected it there.

Taking the registration back by itself is not built yet, so a person does it and says so.
"""

from django import forms
from django.contrib import messages
from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from torget.foundation.audit.models import AuditEntry
from torget.foundation.core.money import Money
from torget.foundation.people.access import Access
from torget.payments.checkout.models import Refund
from torget.payments.checkout.resolve import CORRECTED, MayNotAct, is_corrected, note_corrected
from torget.payments.web.staff.page import show
from torget.payments.web.staff.session import Staff, note_refusal, staff_page
from torget.payments.web.staff.visible import visible_payments


class CorrectedForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("What did you do in the library system?"),
        max_length=500,
        error_messages={"required": gettext_lazy("Write what you did in the library system")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def uncorrected_refunds(access: Access) -> QuerySet[Refund]:
    """Oldest first."""
    subject = Concat(Value("refund:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    said = AuditEntry.objects.filter(action=CORRECTED, subject=subject)
    return (
        Refund.objects.filter(was_registered=True, payment__in=visible_payments(access))
        .exclude(state="failed")
        .filter(~Exists(said))
        .annotate(owner_id=F("payment__municipality_id"))
        .order_by("created_at", "id")
    )


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def corrected(request: HttpRequest, staff: Staff, refund_id: int) -> HttpResponse:
    refund = (
        Refund.objects.select_related("payment")
        .filter(id=refund_id, was_registered=True, payment__in=visible_payments(staff.access))
        .first()
    )
    if refund is None:
        note_refusal(staff, action="correct library system", subject=f"refund:{refund_id}")
        raise Http404
    back = HttpResponseRedirect(reverse("staff-payment", args=[refund.payment_id]))
    if is_corrected(refund_id):
        messages.info(request, _("It was already marked as corrected in the library system."))
        return back
    form = CorrectedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            note_corrected(refund_id=refund_id, access=staff.access, note=form.cleaned_data["note"], at=timezone.now())
        except MayNotAct:
            messages.error(request, _("Your role does not let you do this."))
            return back
        messages.success(request, _("Marked as corrected in the library system."))
        return back
    context = {"form": form, "payment": refund.payment, "amount": Money(refund.amount_cents), "refund": refund}
    return show(request, staff, "corrected.html", context, status=422 if request.method == "POST" else 200)
