"""The rules of a kind of matter: the table with reasons and law, what the analysis says, what-if, and new versions."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from torget.casework.cases.find import find_cases
from torget.casework.core.facts import FactSet, Route
from torget.casework.core.procedure import Procedure, all_procedures, find_procedure
from torget.casework.decisions.commission import offices_that_commission
from torget.casework.decisions.models import Commissioning, RuleModel
from torget.casework.decisions.rules_review import (
    BadWorkbook,
    MayNotPublishRules,
    Review,
    is_problem,
    propose_workbook,
    publish_reviewed,
    review_model,
    try_facts,
)
from torget.casework.web.staff.visible import has_cases
from torget.casework.web.words import ROUTES
from torget.foundation.cooperations.models import Cooperation
from torget.foundation.core.languages import in_language
from torget.foundation.people.models import Role
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget_dmn import read_model
from torget_dmn.model.expressions import DecisionTable
from torget_dmn.spreadsheet import export_workbook
from torget_dmn.words import place_in, said_in

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKBOOK_BYTES_MAX = 2_000_000


class WorkbookForm(forms.Form):
    workbook = forms.FileField(
        label=gettext_lazy("Tables as a spreadsheet (XLSX)"),
        help_text=gettext_lazy(
            "Download the tables, change cells, and send the file back. Nothing is in use yet then."
        ),
        error_messages={"required": gettext_lazy("Choose the file")},
    )


class WhatIfForm(forms.Form):
    case = forms.CharField(
        label=gettext_lazy("Try on a case"),
        help_text=gettext_lazy("Case number, such as 12/12.03.01/2026"),
        max_length=40,
        error_messages={"required": gettext_lazy("Enter the number of a case")},
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off"}),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRow:
    """A rule as it is read: the conditions that it has, so that a table of many facts stays as wide as a page."""

    number: int
    conditions: list[tuple[str, str]]
    """What is looked at, and the cell in FEEL."""
    results: list[tuple[str, str]]
    reason: str
    law: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    name: str
    rows: list[ShownRow]


def keeps_rules(staff: Staff) -> bool:
    """Who coordinates the cooperation in decision preparation keeps the rules that all of them share."""
    coordinators = Cooperation.objects.filter(service=Cooperation.Service.DECISIONS).values("coordinator")
    return Role.objects.filter(
        employee=staff.employee, kind=Role.Kind.COORDINATOR, municipality__in=coordinators
    ).exists()


def find_or_404(slug: str) -> Procedure:
    try:
        return find_procedure(slug)
    except KeyError:
        raise Http404 from None


def shown_tables(procedure: Procedure, model: RuleModel, language: str) -> list[ShownTable]:
    labels, found = procedure.fact_labels, []
    for decision in read_model(bytes(model.xml)).decisions:
        table = decision.expression
        if not isinstance(table, DecisionTable):
            continue
        inputs = [in_language(labels.get(one.title, {}), language) or one.title for one in table.inputs]
        outputs = [_("Outcome") if one.name == "outcome" else _("Who decides") for one in table.outputs]
        rows = [
            ShownRow(
                number=number,
                conditions=[(name, cell) for name, cell in zip(inputs, row.inputs, strict=True) if cell.strip() != "-"],
                results=list(zip(outputs, row.outputs, strict=True)),
                reason=table.reason(row, language) or "",
                law=table.legal_reference(row) or "",
            )
            for number, row in enumerate(table.rules, start=1)
        ]
        found.append(ShownTable(name=decision.name, rows=rows))
    return found


def _findings(review: Review, language: str) -> list[tuple[bool, str, str]]:
    return [
        (is_problem(finding), place_in(language, finding.place), said_in(language, finding.message))
        for finding in review.findings
    ]


def _outcome(procedure: Procedure, outcome: str, route: str, language: str) -> str:
    words = in_language(procedure.outcomes.get(outcome, {}), language) or _("No proposal")
    return f"{words} – {ROUTES[Route(route)]}"


def _model_context(procedure: Procedure, model: RuleModel, language: str) -> dict[str, Any]:
    review = review_model(model)
    return {
        "procedure": procedure,
        "name": in_language(procedure.names, language),
        "model": model,
        "tables": shown_tables(procedure, model, language),
        "findings": _findings(review, language),
        "review": review,
        "changed": [
            (
                one.case_id,
                one.number,
                _outcome(procedure, one.before, one.before_route, language),
                _outcome(procedure, one.after, one.after_route, language),
            )
            for one in review.changed
        ],
    }


def guarded(staff: Staff, slug: str, *, action: str) -> Procedure:
    if not has_cases(staff.access):
        note_refusal(staff, action=action, subject=f"procedure:{slug}")
        raise Http404
    return find_or_404(slug)


@staff_page
@require_safe
def rules_list(request: HttpRequest, staff: Staff) -> HttpResponse:
    if not has_cases(staff.access):
        raise Http404
    language = get_language() or "fi"
    in_use = {model.procedure: model for model in RuleModel.objects.filter(withdrawn_at=None)}
    running = set(
        Commissioning.objects.filter(stopped_at=None, municipality__in=sorted(staff.access.preparer)).values_list(
            "procedure", flat=True
        )
    )
    rows = [
        (one.slug, in_language(one.names, language), in_use.get(one.slug), one.slug in running)
        for one in all_procedures()
    ]
    return show(request, staff, "casework/rules_list.html", {"rows": rows})


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest, staff: Staff, slug: str) -> HttpResponse:
    """The version in use. A POST is a what-if on one case."""
    procedure, language = guarded(staff, slug, action="view rules"), get_language() or "fi"
    model = RuleModel.objects.filter(procedure=slug, withdrawn_at=None).first()
    if model is None:
        raise Http404
    form, tried = WhatIfForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        tried = _what_if(staff, procedure, model, form, language)
    commissionings = Commissioning.objects.filter(
        procedure=slug, municipality__in=sorted(staff.access.preparer)
    ).select_related("municipality", "rule_model", "decision_maker")
    context = {
        **_model_context(procedure, model, language),
        "form": form,
        "tried": tried,
        "workbook_form": WorkbookForm(),
        "keeps_rules": keeps_rules(staff),
        "may_commission": bool(offices_that_commission(procedure=slug, employee=staff.employee, at=timezone.now())),
        "commissionings": [
            (
                one,
                one.municipality.name(language),
                in_language(one.reasons, language),
                one.rule_model_id == model.pk,
            )
            for one in commissionings.order_by("-decided_at")
        ],
        "versions": RuleModel.objects.filter(procedure=slug).order_by("-added_at").defer("xml")[:20],
    }
    return show(request, staff, "casework/rules.html", context, status=422 if form.errors else 200)


def _what_if(
    staff: Staff, procedure: Procedure, model: RuleModel, form: forms.Form, language: str
) -> dict[str, Any] | None:
    """What the rules would propose on the latest facts of one case; nothing is saved."""
    case = find_cases(form.cleaned_data["case"], staff.access.preparer).filter(procedure=procedure.slug).first()
    facts = case.fact_records.order_by("-pk").first() if case else None
    if case is None or facts is None:
        form.add_error("case", _("There is no such case with facts among those you may see"))
        return None
    proposal = try_facts(procedure=procedure.slug, facts=FactSet.from_canonical(facts.canonical), xml=bytes(model.xml))
    return {
        "case": case,
        "outcome": _outcome(procedure, proposal.outcome, proposal.route, language),
        "reasons": [(in_language(one.texts, language), one.legal_reference) for one in proposal.reasons],
    }


@staff_page
@require_safe
def workbook(_request: HttpRequest, staff: Staff, slug: str) -> HttpResponse:
    guarded(staff, slug, action="download rules")
    model = RuleModel.objects.filter(procedure=slug, withdrawn_at=None).first()
    if model is None:
        raise Http404
    response = HttpResponse(export_workbook(read_model(bytes(model.xml))), content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-{model.sha256[:8]}.xlsx"'
    return response


@staff_page
@require_POST
def upload(request: HttpRequest, staff: Staff, slug: str) -> HttpResponse:
    """A workbook becomes a version that can be reviewed; it is not in use yet."""
    guarded(staff, slug, action="propose rules")
    back = HttpResponseRedirect(reverse("staff-rules-of", args=[slug]))
    if not keeps_rules(staff):
        note_refusal(staff, action="propose rules", subject=f"procedure:{slug}")
        messages.error(request, _("Only who coordinates decision preparation changes the rules."))
        return back
    form = WorkbookForm(request.POST, request.FILES)
    if not form.is_valid() or form.cleaned_data["workbook"].size > WORKBOOK_BYTES_MAX:
        messages.error(request, _("Choose a spreadsheet of at most two megabytes."))
        return back
    try:
        content = form.cleaned_data["workbook"].read()
        kept = propose_workbook(procedure=slug, workbook=content, actor=staff.actor, at=timezone.now())
    except BadWorkbook as bad:
        for problem in bad.problems[:5]:
            messages.error(request, problem.said_in(get_language() or "fi"))
        return back
    return HttpResponseRedirect(reverse("staff-rules-version", args=[slug, kept.sha256]))


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def version(request: HttpRequest, staff: Staff, slug: str, sha256: str) -> HttpResponse:
    """A version under review: what the analysis says and which cases would be proposed otherwise; then publish."""
    procedure, language = guarded(staff, slug, action="review rules"), get_language() or "fi"
    model = RuleModel.objects.filter(procedure=slug, sha256=sha256).first()
    if model is None:
        raise Http404
    if request.method == "POST":
        if not keeps_rules(staff):
            note_refusal(staff, action="publish rules", subject=f"procedure:{slug}")
            raise Http404
        try:
            publish_reviewed(model=model, actor=staff.actor, at=timezone.now())
        except MayNotPublishRules:
            messages.error(request, _("These rules do not hold, so they cannot be taken into use. See below."))
        else:
            messages.success(request, _("The new version is in use. Automatic decisions need a new commissioning."))
            return HttpResponseRedirect(reverse("staff-rules-of", args=[slug]))
    context = {**_model_context(procedure, model, language), "keeps_rules": keeps_rules(staff)}
    return show(request, staff, "casework/rules_version.html", context)
