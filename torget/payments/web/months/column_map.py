"""How the accounting system wants its journal: the columns and accounts, a preview, and every earlier saving."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from torget.foundation.cooperations.models import Municipality
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.payments.closing.close import next_month
from torget.payments.closing.column_maps import ColumnMapTexts, newest_map, proposed_map, save_column_map, saved_maps
from torget.payments.closing.journal import journal_rows
from torget.payments.closing.look import SeenMonth, look_at_month
from torget.payments.closing.models import ColumnMap
from torget.payments.closing.report import month_text
from torget.payments.closing.standing import last_closed
from torget.payments.core.journal_file import ENCODINGS, BadColumnMap, Field, write_journal
from torget.payments.core.months import Month
from torget.payments.web.months.problem_words import field_words, problem_words
from torget.payments.web.months.visible import find_municipality, read_month
from torget.payments.web.staff.payment import staff_names
from torget.payments.web.staff.words import actor_words

_PREVIEW_LINES = 40


class ColumnMapForm(forms.Form):
    columns = forms.CharField(
        label=gettext_lazy("Columns"),
        help_text=gettext_lazy(
            'One line a column, in order: Heading = field, or Heading = "text that is always there".'
        ),
        max_length=8000,
        error_messages={"required": gettext_lazy("Write at least one column")},
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )
    accounts = forms.CharField(
        label=gettext_lazy("Accounts"),
        help_text=gettext_lazy(
            "One line an account: ours = yours; cost centre; VAT code. income:3300:255 goes before income:3300, which "
            "goes before income."
        ),
        max_length=8000,
        error_messages={"required": gettext_lazy("Write at least one account")},
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
    )
    row_text = forms.CharField(
        label=gettext_lazy("Text of every row"),
        help_text=gettext_lazy("{month} and {account} are filled in."),
        max_length=60,
        required=False,
    )
    detail = forms.ChoiceField(
        label=gettext_lazy("Rows"),
        choices=[
            ("month", gettext_lazy("One for each account")),
            ("day", gettext_lazy("One for each account and day")),
        ],
    )
    date_form = forms.ChoiceField(
        label=gettext_lazy("Dates"),
        choices=[
            ("d.m.yyyy", "1.2.2026"),
            ("dd.mm.yyyy", "01.02.2026"),
            ("yyyy-mm-dd", "2026-02-01"),
            ("yyyymmdd", "20260201"),
        ],
    )
    decimal_mark = forms.ChoiceField(
        label=gettext_lazy("Decimals"),
        choices=[("comma", gettext_lazy("Comma: 12,50")), ("point", gettext_lazy("Point: 12.50"))],
    )
    separator = forms.ChoiceField(
        label=gettext_lazy("Between columns"),
        choices=[
            ("semicolon", gettext_lazy("Semicolon ;")),
            ("comma", gettext_lazy("Comma ,")),
            ("tab", gettext_lazy("Tabulator")),
            ("bar", gettext_lazy("Bar |")),
        ],
    )
    encoding = forms.ChoiceField(
        label=gettext_lazy("Letters"),
        choices=[
            ("utf-8", "UTF-8"),
            ("utf-8-bom", gettext_lazy("UTF-8 with a mark at the start (Excel)")),
            ("latin-1", "ISO 8859-1 (Latin-1)"),
        ],
    )
    line_end = forms.ChoiceField(
        label=gettext_lazy("End of a row"), choices=[("crlf", "Windows (CR LF)"), ("lf", "Unix (LF)")]
    )
    has_headings = forms.BooleanField(label=gettext_lazy("The first row has the headings"), required=False)

    def texts(self) -> ColumnMapTexts:
        values = dict(self.cleaned_data)
        for name in ("columns", "accounts"):
            values[name] = "\n".join(values[name].splitlines())
        return ColumnMapTexts(**values)


def _shown_month(request: HttpRequest, municipality: Municipality) -> SeenMonth | None:
    """The one asked for, else the last that was closed, else the next to close."""
    if request.GET.get("month"):
        return look_at_month(municipality, read_month(request.GET["month"]))
    closed, upcoming = last_closed(municipality.pk), next_month(municipality.pk)
    month = Month.from_text(closed.month) if closed else upcoming
    return look_at_month(municipality, month) if month else None


def _preview(texts: ColumnMapTexts, seen: SeenMonth | None) -> dict[str, Any]:
    """The file's first lines, and everything that is wrong: with the map, or with it for this month."""
    try:
        made = texts.read()
        rows = journal_rows(seen, detail=texts.detail, row_text=texts.row_text) if seen else []
        lines = write_journal(rows, made).decode(ENCODINGS[texts.encoding]).splitlines()
    except BadColumnMap as bad:
        return {"problems": [problem_words(one) for one in bad.problems]}
    return {"lines": lines[:_PREVIEW_LINES], "has_more_lines": len(lines) > _PREVIEW_LINES, "is_shown": True}


def _earlier(maps: list[ColumnMap]) -> list[dict[str, Any]]:
    names = staff_names({one.created_by for one in maps})
    return [{"row": one, "by": actor_words(one.created_by, names)} for one in maps]


def _save(
    request: HttpRequest, staff: Staff, municipality: Municipality, kind: ColumnMap.Kind, texts: ColumnMapTexts
) -> None:
    """Raise BadColumnMap."""
    saved = save_column_map(municipality=municipality, kind=kind, texts=texts, access=staff.access, at=timezone.now())
    if saved is None:
        messages.info(request, _("Nothing was changed."))
    else:
        messages.success(request, _("Saved. New files are made with it; files made before stay as they are."))


def _restore(request: HttpRequest, staff: Staff, municipality: Municipality, kind: ColumnMap.Kind) -> None:
    """Save an earlier one again: the undo of a saving."""
    number = request.POST["restore"]
    earlier = next((one for one in saved_maps(municipality, kind) if str(one.pk) == number), None)
    if earlier is None:
        raise Http404
    _save(request, staff, municipality, kind, ColumnMapTexts.of(earlier))


def _may_save(staff: Staff, municipality: Municipality, kind: str) -> bool:
    """Raise Http404 for others who try, audited."""
    if municipality.pk in staff.access.finance:
        return True
    note_refusal(staff, action="save column map", subject=f"column map:{kind}", municipality_id=municipality.pk)
    raise Http404


def _post(
    request: HttpRequest, staff: Staff, municipality: Municipality, kind: ColumnMap.Kind, form: ColumnMapForm
) -> bool:
    """Whether it is done and the page can be asked for anew."""
    if "restore" in request.POST:
        _may_save(staff, municipality, kind)
        _restore(request, staff, municipality, kind)
        return True
    if not form.is_valid() or "save" not in request.POST:
        return False
    _may_save(staff, municipality, kind)
    try:
        _save(request, staff, municipality, kind, form.texts())
    except BadColumnMap:
        form.add_error(None, _("It is not saved, because it cannot make a file. See below what is wrong"))
        return False
    return True


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def column_map(request: HttpRequest, staff: Staff, slug: str, kind: str) -> HttpResponse:
    municipality = find_municipality(staff, slug)
    if kind not in ColumnMap.Kind.values:
        raise Http404
    chosen = ColumnMap.Kind(kind)
    newest = newest_map(municipality.pk, chosen)
    texts = ColumnMapTexts.of(newest) if newest else proposed_map(chosen)
    form = ColumnMapForm(request.POST or None, initial=asdict(texts))
    if request.method == "POST":
        if _post(request, staff, municipality, chosen, form):
            query = f"?month={request.GET['month']}" if request.GET.get("month") else ""
            return HttpResponseRedirect(reverse("staff-column-map", args=[slug, kind]) + query)
        if form.is_bound and form.is_valid():
            texts = form.texts()
    seen = _shown_month(request, municipality)
    context = {
        "form": form,
        "municipality": municipality,
        "name": municipality.name(get_language() or "fi"),
        "kind": chosen,
        "system": "SAP" if chosen == ColumnMap.Kind.SAP else "Procountor",
        "month": str(seen.month) if seen else "",
        "month_text": month_text(str(seen.month)) if seen else "",
        "is_proposal": newest is None,
        "may_save": municipality.pk in staff.access.finance,
        "fields": [(field.value, field_words(field)) for field in Field],
        "maps": _earlier(saved_maps(municipality, chosen)),
        **(_preview(texts, seen)),
    }
    return show(request, staff, "months/column_map.html", context, status=422 if form.errors else 200)
