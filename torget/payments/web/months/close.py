"""Close a month: the checklist, a note, and the button that cannot be taken back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.payments.closing.checklist import CheckItem, checklist
from torget.payments.closing.close import MayNotClose, NotEnded, NotNext, close_month
from torget.payments.closing.look import SeenMonth, look_at_month
from torget.payments.closing.report import month_text
from torget.payments.web.months.visible import find_municipality, read_month
from torget.payments.web.months.words import check_words


class CloseForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("Kept with the month for good. If something is still open, say why that is all right."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *arguments: Any, has_open: bool, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._has_open = has_open

    def clean_note(self) -> str:
        note = str(self.cleaned_data["note"]).strip()
        if self._has_open and not note:
            raise forms.ValidationError(_("Something is still open. Write why the month can be closed all the same"))
        return note


def _item(item: CheckItem) -> dict[str, Any]:
    name, about = check_words(item.check)
    return {"name": name, "about": about, "count": item.count, "amount": item.amount, "is_open": item.is_open}


def _close(request: HttpRequest, staff: Staff, seen: SeenMonth, note: str) -> None:
    month = month_text(str(seen.month))
    try:
        close_month(
            municipality_id=seen.municipality.pk, month=seen.month, access=staff.access, note=note, at=timezone.now()
        )
    except NotEnded:
        messages.error(request, _("%(month)s is not over yet.") % {"month": month})
    except NotNext:
        messages.info(
            request, _("%(month)s is closed already, or an earlier month must be closed first.") % {"month": month}
        )
    except MayNotClose:
        messages.error(request, _("Only the municipality's own finance closes its months."))
    else:
        messages.success(request, _("%(month)s is closed. Its files are ready.") % {"month": month})


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, staff: Staff, slug: str, text: str) -> HttpResponse:
    municipality, month = find_municipality(staff, slug), read_month(text)
    if municipality.pk not in staff.access.finance:
        note_refusal(staff, action="close month", subject=f"month:{slug}:{month}", municipality_id=municipality.pk)
        raise Http404
    seen = look_at_month(municipality, month)
    back = HttpResponseRedirect(reverse("staff-month", args=[slug, str(month)]))
    if not seen.is_next or month.ends_at > timezone.now():
        messages.info(request, _("This month cannot be closed now."))
        return back
    items = checklist(seen)
    has_open = any(item.is_open for item in items)
    form = CloseForm(request.POST or None, has_open=has_open)
    if request.method == "POST" and form.is_valid():
        _close(request, staff, seen, form.cleaned_data["note"])
        return back
    context = {
        "form": form,
        "municipality": municipality,
        "name": municipality.name(get_language() or "fi"),
        "month": str(month),
        "month_text": month_text(str(month)),
        "items": [_item(item) for item in items],
        "has_open": has_open,
        "late_count": seen.late_count,
        "paid": seen.book.paid,
        "paid_out": seen.book.paid_out,
        "refunds": seen.book.refunds,
    }
    return show(request, staff, "months/close.html", context, status=422 if request.method == "POST" else 200)
