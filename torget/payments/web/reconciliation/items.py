"""Findings and everything that is matched: the list, as CSV, and one item with both sides and what clears it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from torget.foundation.audit.record import record
from torget.foundation.core.money import Money
from torget.foundation.core.tables import Table, csv_bytes
from torget.foundation.design.page import Tag, TagColour
from torget.foundation.people.access import Access
from torget.foundation.people.models import Employee
from torget.foundation.staff.page import posted_number, show
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.payments.core.reconciliation import NEEDS_A_PERSON, SETTLEMENT, RowClass
from torget.payments.settlement.clear_item import (
    ItemMoved,
    MayNotClear,
    NoteRequired,
    clear_item,
    may_clear,
    unclear_item,
)
from torget.payments.settlement.findings import open_findings, visible_items
from torget.payments.settlement.give_item import NotAColleague, colleagues_for, give_item
from torget.payments.settlement.item_words import class_words, explain, item_amount, item_kind_words, item_name
from torget.payments.settlement.reconciliation_models import Item
from torget.payments.web.reconciliation.run_words import account_words

ITEMS_ON_A_PAGE = 50
CSV_ROWS_MAX = 100_000
_SEEN = "%Y-%m-%dT%H:%M:%S.%f%z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which items are looked at; '' is every class that needs a person and is not settled."""

    row_class: str = ""
    leg: str = ""
    is_own: bool = False
    """Only what this employee is responsible for."""

    def of(self, access: Access) -> QuerySet[Item]:
        if self.row_class == "cleared":
            found = visible_items(access).filter(cleared_at__isnull=False)
        elif self.row_class in {RowClass.MATCHED.value, RowClass.WAITING.value}:
            found = visible_items(access).filter(row_class=self.row_class)
        else:
            found = open_findings(access)
            found = found.filter(row_class=self.row_class) if self.row_class else found
        if self.leg == "bank":
            found = found.filter(kind=SETTLEMENT)
        elif self.leg == "rows":
            found = found.exclude(kind=SETTLEMENT)
        if self.is_own:
            found = found.filter(owner=access.employee_id)
        return found.select_related("municipality", "merchant_account", "payment", "owner").order_by(
            "-happened_on", "-id"
        )


def _choice(request: HttpRequest) -> Choice:
    known = {one.value for one in RowClass} | {"cleared"}
    row_class, leg = request.GET.get("class", ""), request.GET.get("leg", "")
    return Choice(
        row_class=row_class if row_class in known else "",
        leg=leg if leg in {"rows", "bank"} else "",
        is_own=request.GET.get("whose") == "own",
    )


def item_tag(item: Item) -> Tag:
    if item.cleared_at is not None:
        return Tag(text=_("Settled by a person"), colour=TagColour.GREY)
    if item.row_class in NEEDS_A_PERSON:
        return Tag(text=class_words(item.row_class, item.kind), colour=TagColour.YELLOW)
    colour = TagColour.BLUE if item.row_class == RowClass.WAITING else TagColour.GREEN
    return Tag(text=class_words(item.row_class, item.kind), colour=colour)


@staff_page
@require_safe
def items(request: HttpRequest, staff: Staff) -> HttpResponse:
    choice, language = _choice(request), get_language() or "fi"
    page = Paginator(choice.of(staff.access).select_related("record"), ITEMS_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    rows = [
        {
            "item": item,
            "name": item_name(item),
            "kind": item_kind_words(item.kind),
            "municipality": item.municipality.name(language),
            "amount": item_amount(item),
            "tag": item_tag(item),
            "owner": item.owner.full_name if item.owner else "",
        }
        for item in page
    ]
    choices = [("", _("All that needs a person")), *((one.value, class_words(one)) for one in RowClass)]
    context = {
        "rows": rows,
        "page": page,
        "choice": choice,
        "classes": [*choices, ("cleared", _("Settled by a person"))],
        "owners": [("", _("Everyone")), ("own", _("Me"))],
        "legs": [("", _("Both")), ("rows", _("The payment service's rows")), ("bank", _("Payouts to the bank"))],
        "count": page.paginator.count,
    }
    return show(request, staff, "reconciliation/items.html", context)


@staff_page
@require_safe
def items_as_csv(request: HttpRequest, staff: Staff) -> HttpResponse:
    choice, language = _choice(request), get_language() or "fi"
    record(
        at=timezone.now(),
        actor=staff.actor,
        action="export findings",
        subject="reconciliation",
        detail={"class": choice.row_class, "leg": choice.leg, "is_own": choice.is_own},
    )
    table = Table(
        name=_("Reconciliation"),
        headings=[
            *(_("Day"), _("Municipality"), _("What"), _("Class"), _("Reference"), _("Ours"), _("Theirs")),
            *(_("Fee of the payment service"), _("Settlement"), _("Waits until"), _("Responsible"), _("Note")),
        ],
        rows=[
            (
                *(item.happened_on, item.municipality.name(language), item_kind_words(item.kind)),
                *(class_words(item.row_class, item.kind), item_name(item), _money(item.expected_cents)),
                *(_money(item.reported_cents), Money(item.fee_cents), item.settlement, item.waits_until),
                *(item.owner.full_name if item.owner else "", item.cleared_note),
            )
            for item in choice.of(staff.access).select_related("record")[:CSV_ROWS_MAX]
        ],
    )
    response = HttpResponse(csv_bytes(table), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="reconciliation.csv"'
    return response


def _money(cents: int | None) -> Money | None:
    return None if cents is None else Money(cents)


class ClearForm(forms.Form):
    """`seen_at` says which state of the item the employee looked at."""

    seen_at = forms.DateTimeField(widget=forms.HiddenInput, input_formats=[_SEEN])
    note = forms.CharField(
        label=gettext_lazy("Why is it settled?"),
        help_text=gettext_lazy("Kept with the finding. Write nothing about the person who paid."),
        max_length=500,
        error_messages={"required": gettext_lazy("Write why it is settled")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _find(staff: Staff, item_id: int) -> Item:
    found = (
        visible_items(staff.access)
        .select_related(
            *("municipality", "payment", "record__file", "bank_entry__statement", "owner"),
            *("merchant_account__municipality", "merchant_account__cooperation"),
        )
        .filter(pk=item_id)
        .first()
    )
    if found is None:
        note_refusal(staff, action="view finding", subject=f"item:{item_id}")
        raise Http404
    return found


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, staff: Staff, item_id: int) -> HttpResponse:
    found = _find(staff, item_id)
    is_open = found.row_class in NEEDS_A_PERSON and found.cleared_at is None
    form = None
    if is_open and may_clear(found, staff.access):
        initial = {"seen_at": found.changed_at.strftime(_SEEN)}
        form = ClearForm(request.POST or None, initial=initial)
    if request.method == "POST":
        if form is None:
            return _say_refused(request, staff, found)
        if form.is_valid() and _clear(request, staff, item_id, form):
            return HttpResponseRedirect(reverse("staff-reconciliation-item", args=[item_id]))
    colleagues = colleagues_for(found.municipality_id) if form is not None else []
    context = {**_context(found, staff), "form": form, "is_open": is_open, "colleagues": colleagues}
    return show(request, staff, "reconciliation/item.html", context, status=422 if request.method == "POST" else 200)


def _say_refused(request: HttpRequest, staff: Staff, found: Item) -> HttpResponse:
    if may_clear(found, staff.access):
        messages.info(request, _("It has changed since you looked. See below."))
    else:
        note_refusal(staff, action="clear finding", subject=f"item:{found.pk}", municipality_id=found.municipality_id)
        messages.error(request, _("Your role does not let you do this."))
    return HttpResponseRedirect(reverse("staff-reconciliation-item", args=[found.pk]))


def _clear(request: HttpRequest, staff: Staff, item_id: int, form: ClearForm) -> bool:
    try:
        clear_item(
            item_id=item_id,
            seen_at=form.cleaned_data["seen_at"],
            access=staff.access,
            note=form.cleaned_data["note"],
            at=timezone.now(),
        )
    except NoteRequired:
        form.add_error("note", _("Write why it is settled"))
        return False
    except ItemMoved:
        messages.info(request, _("It has changed since you looked. See below."))
    else:
        messages.success(request, _("Settled. You can take that back on this page."))
    return True


@staff_page
@require_POST
def undo(request: HttpRequest, staff: Staff, item_id: int) -> HttpResponse:
    found = _find(staff, item_id)
    try:
        unclear_item(item_id=found.pk, access=staff.access, at=timezone.now())
    except MayNotClear:
        messages.error(request, _("Your role does not let you do this."))
    except ItemMoved:
        messages.info(request, _("It has changed since you looked. See below."))
    else:
        messages.success(request, _("Taken back. It is a finding again."))
    return HttpResponseRedirect(reverse("staff-reconciliation-item", args=[item_id]))


@staff_page
@require_POST
def give(request: HttpRequest, staff: Staff, item_id: int) -> HttpResponse:
    found, employee_id = _find(staff, item_id), posted_number(request, "colleague")
    try:
        give_item(item_id=found.pk, employee_id=employee_id, access=staff.access, at=timezone.now())
    except MayNotClear:
        messages.error(request, _("Your role does not let you do this."))
    except NotAColleague:
        messages.error(request, _("That colleague does not work in finance of this municipality."))
    except ItemMoved:
        messages.info(request, _("It has changed since you looked. See below."))
    else:
        messages.success(request, _("Given. The list shows who is responsible."))
    return HttpResponseRedirect(reverse("staff-reconciliation-item", args=[item_id]))


def _context(found: Item, staff: Staff) -> dict[str, Any]:
    language = get_language() or "fi"
    by = found.cleared_by.partition(":")[2]
    rows = _rows_of(found)
    return {
        "item": found,
        "name": item_name(found),
        "kind": item_kind_words(found.kind),
        "is_payout": found.kind == SETTLEMENT,
        "tag": item_tag(found),
        "explanation": explain(found),
        "municipality": found.municipality.name(language),
        "account": account_words(found.merchant_account, language) if found.merchant_account else "",
        "expected": _money(found.expected_cents),
        "reported": _money(found.reported_cents),
        "fee": Money(found.fee_cents),
        "agreed": _money(found.expected_fee_cents),
        "owner": found.owner.full_name if found.owner else "",
        "cleared_by": Employee.objects.filter(pk=by).values_list("full_name", flat=True).first() if by else "",
        "may_clear": may_clear(found, staff.access),
        "may_fetch": bool(staff.access.finance),
        "events": [
            {"at": event.at, "text": class_words(event.to_class, found.kind)} for event in found.events.order_by("-pk")
        ],
        "rows": [
            {"item": row, "name": item_name(row), "amount": item_amount(row), "tag": item_tag(row)} for row in rows
        ],
        "more_rows": found.kind == SETTLEMENT and len(rows) == ITEMS_ON_A_PAGE,
    }


def _rows_of(found: Item) -> list[Item]:
    """The rows that a payout consists of."""
    if found.kind != SETTLEMENT or found.merchant_account is None:
        return []
    same = Item.objects.filter(
        merchant_account=found.merchant_account, settlement=found.subject, municipality=found.municipality
    )
    return list(same.select_related("payment", "record").order_by("record_id")[:ITEMS_ON_A_PAGE])
