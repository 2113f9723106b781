"""Find a payment by card, reference, amount, time or state. Nothing is listed before something is asked for.

What is searched for is kept in the session and not in the address, because addresses end up in logs and histories and
a card number is personal data.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from torget.foundation.audit.record import record
from torget.foundation.core.money import Money, NotWholeCents
from torget.foundation.core.reference_number import normal_reference
from torget.foundation.design.forms import DatePartsField
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, staff_page
from torget.payments.checkout.models import Payment, PaymentLine
from torget.payments.core.checkout import State
from torget.payments.web.staff.files import file_of
from torget.payments.web.staff.lists import EXPORT_MAX, keep_list, payments_table
from torget.payments.web.staff.visible import visible_payments
from torget.payments.web.staff.words import STATE_WORDS, state_tag

_KEPT = "staff_search"
_PAGE_ROWS = 25
DEFAULT_DAYS = 92
"""How far back a search without card, reference and dates looks: such a search reads every payment of that time."""
FOUND_MAX = 200
"""Nobody reads further, and counting more would read the more the longer the payments have been kept."""


def read_amount(text: str) -> Money:
    """'4,35', '4.35', '4,35 €' or '1 240,50'. Raise NotWholeCents."""
    return Money.from_text(re.sub(r"[\s€]", "", text).replace(",", "."))


class SearchForm(forms.Form):
    find = forms.CharField(
        label=gettext_lazy("Card number or bank reference"),
        help_text=gettext_lazy("The number on the library card, or the reference as digits or in its RF form."),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off", "spellcheck": "false"}),
    )
    amount = forms.CharField(
        label=gettext_lazy("Amount in euros"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-5", "autocomplete": "off", "inputmode": "decimal"}),
    )
    first = DatePartsField(label=gettext_lazy("From"), required=False)
    last = DatePartsField(label=gettext_lazy("To"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        choices = [(state.value, STATE_WORDS[state]) for state in State]
        self.fields["state"].choices = [("", _("Any state")), *choices]  # type: ignore[attr-defined] # ChoiceField has it

    def clean_amount(self) -> int | None:
        text = self.cleaned_data["amount"]
        if not text:
            return None
        try:
            return read_amount(text).cents
        except NotWholeCents:
            raise ValidationError(_("Write the amount as 4,35")) from None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(value not in (None, "") for value in cleaned.values()):
            raise ValidationError(_("Fill in at least one field"))
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day is before the first"))
        return cleaned


class QuickSearchForm(forms.Form):
    """The one box of the first page: a card, a reference or an amount."""

    find = forms.CharField(
        label=gettext_lazy("Find a payment"),
        help_text=gettext_lazy("Library card, bank reference, or an amount such as 4,35"),
        max_length=60,
        error_messages={"required": gettext_lazy("Write a card number, a reference or an amount")},
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off", "spellcheck": "false"}),
    )

    def criteria(self) -> dict[str, str]:
        text = self.cleaned_data["find"].strip()
        has_cents = re.fullmatch(r"[\d\s]{1,12}[.,]\d{2}\s*€?", text) is not None
        return {"amount": text} if has_cents else {"find": text}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPayment:
    id: int
    reference: str
    cards: str
    amount: Money
    created_at: datetime
    state: State
    municipality: str

    @property
    def tag(self) -> Any:
        return state_tag(self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    rows: list[FoundPayment]
    page: Page[int]
    has_more: bool


def _day_start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _of_other_cards(card: str) -> list[int]:
    """Payments of several cards, by any of them; read first, so that each part of the search has its own index."""
    lines = PaymentLine.objects.filter(card_number=card).exclude(card_number="")
    return list(lines.order_by().values_list("payment_id", flat=True).distinct())


def find_payments(staff: Staff, criteria: dict[str, Any], now: datetime) -> Any:
    """The payments that match and that this employee may see, newest first."""
    found = visible_payments(staff.access)
    if criteria.get("find"):
        text = re.sub(r"\s", "", criteria["find"])
        found = found.filter(
            Q(card_number=text) | Q(pk__in=_of_other_cards(text)) | Q(reference=normal_reference(text) or "-")
        )
    if criteria.get("amount") is not None:
        found = found.filter(amount_cents=criteria["amount"])
    if criteria.get("state"):
        found = found.filter(state=criteria["state"])
    first, last = criteria.get("first"), criteria.get("last")
    if first is None and not criteria.get("find"):
        first = (timezone.localtime(now) if last is None else _day_start(last)).date() - timedelta(days=DEFAULT_DAYS)
    if first:
        found = found.filter(created_at__gte=_day_start(first))
    if last:
        found = found.filter(created_at__lt=_day_start(last + timedelta(days=1)))
    return found.order_by("-created_at", "-id")


def _row(payment: Payment) -> FoundPayment:
    return FoundPayment(
        id=payment.pk,
        reference=payment.reference,
        cards=", ".join(payment.card_numbers),
        amount=Money(payment.amount_cents),
        created_at=payment.created_at,
        state=State(payment.state),
        municipality=payment.municipality.name(get_language() or "fi"),
    )


def find_page(staff: Staff, criteria: dict[str, Any], now: datetime, number: str | None) -> SearchPage:
    """One page of the newest FOUND_MAX; one more is looked for, to know whether there are more."""
    newest = find_payments(staff, criteria, now)[: FOUND_MAX + 1]
    ids = list(newest.values_list("pk", flat=True))
    page = Paginator(ids[:FOUND_MAX], _PAGE_ROWS).get_page(number)
    payments = Payment.objects.select_related("municipality").prefetch_related("lines").in_bulk(page.object_list)
    rows = [_row(payments[found]) for found in page.object_list]
    return SearchPage(rows=rows, page=page, has_more=len(ids) > FOUND_MAX)


def _results(request: HttpRequest, staff: Staff, form: SearchForm) -> dict[str, Any]:
    now = timezone.now()
    found = find_page(staff, form.cleaned_data, now, request.GET.get("page"))
    keep_list(request, list(found.page.paginator.object_list))
    _record(staff, "search payments", form, [row.id for row in found.rows], now)
    return {"rows": found.rows, "page": found.page, "count": found.page.paginator.count, "has_more": found.has_more}


def _file(staff: Staff, form: SearchForm, kind: str) -> HttpResponse:
    """The newest EXPORT_MAX of what was found, not only those that the page lists."""
    now = timezone.now()
    newest = (
        find_payments(staff, form.cleaned_data, now)
        .select_related("municipality")
        .prefetch_related("lines")[:EXPORT_MAX]
    )
    payments = list(newest)
    table = payments_table(_("Payments found"), payments, get_language() or "fi")
    response = file_of([table], kind=kind, name="payments", at=now)
    _record(staff, "export payments", form, [one.pk for one in payments], now)
    return response


def _record(staff: Staff, action: str, form: SearchForm, ids: list[int], now: datetime) -> None:
    by = sorted(name for name, value in form.cleaned_data.items() if value not in (None, ""))
    detail = {"by": by, "payments": ids}
    record(at=now, actor=staff.actor, action=action, subject="payments", detail=detail)


def _post(request: HttpRequest, staff: Staff) -> HttpResponse:
    if "quick" in request.POST:
        quick = QuickSearchForm(request.POST)
        data = quick.criteria() if quick.is_valid() else {}
    else:
        data = {key: str(value) for key, value in request.POST.items() if key != "csrfmiddlewaretoken"}
    form = SearchForm(data)
    if not form.is_valid():
        return show(request, staff, "search.html", {"form": form}, status=422)
    request.session[_KEPT] = data
    return HttpResponseRedirect(reverse("staff-search") + "?page=1")


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest, staff: Staff) -> HttpResponse:
    if request.method == "POST":
        return _post(request, staff)
    kept = request.session.get(_KEPT) if request.GET.keys() & {"page", "file"} else None
    if kept is None:
        return show(request, staff, "search.html", {"form": SearchForm()})
    form = SearchForm(kept)
    if "file" in request.GET and form.is_valid():
        return _file(staff, form, request.GET["file"])
    results = _results(request, staff, form) if form.is_valid() else {}
    return show(
        request, staff, "search.html", {"form": form, **results, "days": DEFAULT_DAYS, "export_max": EXPORT_MAX}
    )
