"""Costs of the service itself: what each member is invoiced, and entering and taking back a cost."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Cooperation
from torget.foundation.core.money import Money
from torget.foundation.design.forms import DatePartsField, EuroField
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.payments.closing.cost_report import (
    cost_file,
    costs_of_year,
    key_words,
    period_text,
    split_section,
    totals_section,
    years_with_costs,
)
from torget.payments.closing.files import CONTENT_TYPES, FileKind
from torget.payments.closing.models import SharedCost
from torget.payments.closing.report import member_names
from torget.payments.closing.shared_costs import (
    AlreadyTakenBack,
    CostWish,
    NothingToShareBy,
    SharesChanged,
    cooperations_of,
    enter_cost,
    may_share,
    shares_by_key,
    take_back_cost,
)
from torget.payments.web.report_tables import shown_table
from torget.payments.web.staff.payment import staff_names
from torget.payments.web.staff.words import actor_words

_FILES = (FileKind.PDF, FileKind.XLSX, FileKind.CSV)


class CostForm(forms.Form):
    description = forms.CharField(
        label=gettext_lazy("What for"),
        help_text=gettext_lazy("Stands on the invoice basis of every member."),
        max_length=200,
        error_messages={"required": gettext_lazy("Write what the cost is for")},
    )
    amount = EuroField(label=gettext_lazy("Amount in euros"))
    first_day = DatePartsField(label=gettext_lazy("First day of the period"))
    last_day = DatePartsField(label=gettext_lazy("Last day of the period"))
    key = forms.ChoiceField(label=gettext_lazy("Split"), widget=forms.RadioSelect)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["key"].choices = [  # type: ignore[attr-defined] # ChoiceField has it
            (key, key_words(key)) for key in SharedCost.Key.values
        ]

    def clean_amount(self) -> Money:
        amount: Money = self.cleaned_data["amount"]
        if not amount:
            raise ValidationError(_("Write the amount, such as 1 250,00"))
        return amount

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day is before the first"))
        return cleaned


class WhyForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("Stands on the invoice basis beside the amount that is taken back."),
        max_length=200,
        error_messages={"required": gettext_lazy("Write why")},
    )


def find_cooperation(staff: Staff, slug: str) -> Cooperation:
    """Raise Http404 for a cooperation of others."""
    found = cooperations_of(staff.access).select_related("coordinator").filter(slug=slug).first()
    if found is None:
        note_refusal(staff, action="view shared costs", subject=f"shared costs:{slug}")
        raise Http404
    return found


def _coordinated(staff: Staff, slug: str) -> Cooperation:
    """Raise Http404 for who does not coordinate it."""
    found = find_cooperation(staff, slug)
    if not may_share(staff.access, found):
        note_refusal(staff, action="enter shared cost", subject=f"shared costs:{slug}")
        raise Http404
    return found


@staff_page
@require_safe
def cooperations(request: HttpRequest, staff: Staff) -> HttpResponse:
    language = get_language() or "fi"
    found = list(cooperations_of(staff.access))
    if len(found) == 1:
        return HttpResponseRedirect(reverse("staff-shared-costs-of", args=[found[0].slug]))
    rows = [{"slug": one.slug, "name": one.name(language)} for one in found]
    return show(request, staff, "months/cost_cooperations.html", {"rows": rows})


def _cost_rows(costs: list[SharedCost]) -> list[dict[str, Any]]:
    taken_back = {cost.reverses_id for cost in costs}
    return [
        {
            "cost": cost,
            "amount": Money(cost.amount_cents),
            "period": period_text(cost.first_day, cost.last_day),
            "is_taken_back": cost.pk in taken_back,
        }
        for cost in reversed(costs)
    ]


@staff_page
@require_safe
def costs(request: HttpRequest, staff: Staff, slug: str) -> HttpResponse:
    cooperation, language = find_cooperation(staff, slug), get_language() or "fi"
    years = years_with_costs(cooperation)
    asked = request.GET.get("year", "")
    year = int(asked) if asked in map(str, years) else (years[0] if years else None)
    found = costs_of_year(cooperation, year) if year else []
    record(at=timezone.now(), actor=staff.actor, action="view shared costs", subject=f"shared costs:{slug}")
    context = {
        "cooperation": cooperation,
        "name": cooperation.name(language),
        "coordinator": cooperation.coordinator.name(language),
        "years": years,
        "year": year,
        "table": shown_table(totals_section(found, member_names(language))) if found else None,
        "rows": _cost_rows(found),
        "kinds": [(kind.value, {"pdf": "PDF", "xlsx": "Excel", "csv": "CSV"}[kind.value]) for kind in _FILES],
        "may_share": may_share(staff.access, cooperation),
    }
    return show(request, staff, "months/costs.html", context)


@staff_page
@require_safe
def download(_request: HttpRequest, staff: Staff, slug: str, year: int, kind: str) -> HttpResponse:
    cooperation = find_cooperation(staff, slug)
    if kind not in [one.value for one in _FILES] or year not in years_with_costs(cooperation):
        raise Http404
    content = cost_file(cooperation, year, FileKind(kind), get_language() or "fi")
    record(
        at=timezone.now(),
        actor=staff.actor,
        action="download invoice basis",
        subject=f"shared costs:{slug}",
        detail={"year": year, "kind": kind},
    )
    response = HttpResponse(content, content_type=CONTENT_TYPES[FileKind(kind)])
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-costs-{year}.{kind}"'
    return response


def _read_shares(text: str) -> dict[str, int]:
    """What the page showed; {} for anything else, which then counts as changed."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _confirm(
    request: HttpRequest, staff: Staff, cooperation: Cooperation, wish: CostWish, shares: Mapping[str, int]
) -> HttpResponse:
    language = get_language() or "fi"
    section = split_section(wish.amount, shares, member_names(language))
    context = {
        "cooperation": cooperation,
        "name": cooperation.name(language),
        "wish": wish,
        "period": period_text(wish.first_day, wish.last_day),
        "key": key_words(wish.key),
        "table": shown_table(section),
        "hidden": [
            (name, value)
            for name, value in request.POST.items()
            if name not in ("csrfmiddlewaretoken", "confirmed", "shares")
        ],
        "shares": json.dumps(shares),
    }
    return show(request, staff, "months/cost_confirm.html", context)


def _enter(request: HttpRequest, staff: Staff, cooperation: Cooperation, form: CostForm) -> HttpResponse | None:
    """The next page, or None when the form says what is wrong."""
    data = form.cleaned_data
    wish = CostWish(
        cooperation=cooperation,
        description=data["description"],
        amount=data["amount"],
        first_day=data["first_day"],
        last_day=data["last_day"],
        key=SharedCost.Key(data["key"]),
    )
    try:
        if "confirmed" not in request.POST:
            return _confirm(request, staff, cooperation, wish, shares_by_key(wish))
        cost = enter_cost(
            wish=wish,
            seen_shares=_read_shares(request.POST.get("shares", "")),
            access=staff.access,
            at=timezone.now(),
        )
    except NothingToShareBy:
        form.add_error("key", _("By this key nobody would pay anything: there are no payments in the period"))
        return None
    except SharesChanged:
        messages.info(request, _("The shares have changed since you looked. Check them again."))
        return _confirm(request, staff, cooperation, wish, shares_by_key(wish))
    messages.success(request, _("The cost is entered. Every member sees it on its invoice basis."))
    return HttpResponseRedirect(reverse("staff-shared-cost", args=[cooperation.slug, cost.pk]))


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, staff: Staff, slug: str) -> HttpResponse:
    cooperation = _coordinated(staff, slug)
    form = CostForm(request.POST or None, initial={"key": SharedCost.Key.COST_SHARE.value})
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        answer = _enter(request, staff, cooperation, form)
        if answer is not None:
            return answer
    context = {"form": form, "cooperation": cooperation, "name": cooperation.name(get_language() or "fi")}
    return show(request, staff, "months/cost_form.html", context, status=422 if form.errors else 200)


def _find(staff: Staff, slug: str, cost_id: int) -> SharedCost:
    """Raise Http404."""
    found = SharedCost.objects.filter(cooperation=find_cooperation(staff, slug), pk=cost_id)
    cost = found.select_related("cooperation__coordinator", "reverses", "reversed_by").first()
    if cost is None:
        raise Http404
    return cost


@staff_page
@require_safe
def cost(request: HttpRequest, staff: Staff, slug: str, cost_id: int) -> HttpResponse:
    found, language = _find(staff, slug, cost_id), get_language() or "fi"
    section = split_section(Money(found.amount_cents), found.shares, member_names(language))
    reversed_by = SharedCost.objects.filter(reverses=found).first()
    context = {
        "cost": found,
        "cooperation": found.cooperation,
        "name": found.cooperation.name(language),
        "amount": Money(found.amount_cents),
        "period": period_text(found.first_day, found.last_day),
        "key": key_words(found.key),
        "by": actor_words(found.created_by, staff_names({found.created_by})),
        "table": shown_table(section),
        "reversed_by": reversed_by,
        "may_take_back": may_share(staff.access, found.cooperation) and not found.reverses_id and not reversed_by,
    }
    return show(request, staff, "months/cost.html", context)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, staff: Staff, slug: str, cost_id: int) -> HttpResponse:
    _coordinated(staff, slug)
    found = _find(staff, slug, cost_id)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reversal = take_back_cost(cost=found, why=form.cleaned_data["why"], access=staff.access, at=timezone.now())
        except AlreadyTakenBack:
            messages.info(request, _("The cost has been taken back already."))
            return HttpResponseRedirect(reverse("staff-shared-cost", args=[slug, cost_id]))
        messages.success(request, _("The cost is taken back. Enter it anew if it should be another amount."))
        return HttpResponseRedirect(reverse("staff-shared-cost", args=[slug, reversal.pk]))
    context = {"form": form, "cost": found, "cooperation": found.cooperation, "amount": Money(found.amount_cents)}
    return show(request, staff, "months/cost_take_back.html", context, status=422 if form.errors else 200)
