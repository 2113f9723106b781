"""Let the rules decide by themselves in a municipality, and stop them: an office decides, each preparer stops."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from torget.casework.decisions.commission import MayNotCommission, commission, offices_that_commission, stop
from torget.casework.decisions.models import Commissioning, DecisionMaker, RuleModel
from torget.casework.decisions.withdraw import ReasonRequired
from torget.casework.web.staff.rules import find_or_404, guarded
from torget.foundation.core.business_days import HELSINKI
from torget.foundation.core.languages import in_language
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, note_refusal, staff_page

REFUSALS = {
    "no_office": gettext_lazy("Only who holds the office that decides such matters can let the rules decide."),
    "not_automatic": gettext_lazy("Matters of this kind are never decided automatically."),
    "another_model": gettext_lazy("Another version of the rules has been taken into use meanwhile. Read it first."),
    "in_force": gettext_lazy("A commissioning decision is in force already. Stop it before you make another."),
}


class CommissionForm(forms.Form):
    office = forms.ChoiceField(label=gettext_lazy("Who decides"), widget=forms.RadioSelect)
    reason_sv = forms.CharField(
        label=gettext_lazy("Why the conditions hold, in Swedish"),
        help_text=gettext_lazy("Section 53 e: nothing in the matter needs judgement in the single case."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "lang": "sv"}),
    )
    reason_fi = forms.CharField(
        label=gettext_lazy("Why the conditions hold, in Finnish"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "lang": "fi"}),
    )
    documents = forms.CharField(
        label=gettext_lazy("What it rests on"),
        help_text=gettext_lazy("Processing rules, test report and so on: one on each line."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    go_live_on = forms.DateField(
        label=gettext_lazy("From which day"),
        help_text=gettext_lazy("Such as 1.12.2026"),
        input_formats=["%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d"],
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10", "autocomplete": "off"}),
        error_messages={"invalid": gettext_lazy("Enter a real date, such as 24.11.2026")},
    )
    contact = forms.CharField(label=gettext_lazy("Who gives more information"), max_length=200)
    has_read = forms.BooleanField(
        label=gettext_lazy("I have read this version of the rules and what the analysis says of it"),
        error_messages={"required": gettext_lazy("Tick this before you decide")},
    )
    model_sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *arguments: Any, offices: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["office"].choices = offices  # type: ignore[attr-defined] # a ChoiceField
        for name, field in self.fields.items():
            if name != "has_read":
                field.error_messages["required"] = _("Fill in: %(label)s") % {"label": field.label}


class StopForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        error_messages={"required": gettext_lazy("Write why it is stopped")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _offices(makers: list[DecisionMaker], language: str) -> list[tuple[str, str]]:
    return [(str(one.pk), f"{in_language(one.titles, language)}, {one.municipality.name(language)}") for one in makers]


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def commission_procedure(request: HttpRequest, staff: Staff, slug: str) -> HttpResponse:
    """The five items of 906/2019, 28 d §, for exactly the version that is shown."""
    procedure, language, now = (
        guarded(staff, slug, action="commission procedure"),
        get_language() or "fi",
        timezone.now(),
    )
    back = HttpResponseRedirect(reverse("staff-rules-of", args=[slug]))
    makers = offices_that_commission(procedure=slug, employee=staff.employee, at=now)
    model = RuleModel.objects.filter(procedure=slug, withdrawn_at=None).first()
    if not makers or model is None or not procedure.may_be_automatic:
        note_refusal(staff, action="commission procedure", subject=f"procedure:{slug}")
        messages.error(request, str(REFUSALS["no_office" if procedure.may_be_automatic else "not_automatic"]))
        return back
    initial = {
        "office": str(makers[0].pk),
        "contact": makers[0].contact_email,
        "model_sha256": model.sha256,
        "go_live_on": f"{now.astimezone(HELSINKI):%-d.%-m.%Y}",
    }
    form, status = CommissionForm(request.POST or None, offices=_offices(makers, language), initial=initial), 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and _commission(staff, slug, form):
            messages.success(request, _("Decided. From that day on the rules decide what needs no judgement."))
            return back
    context = {"form": form, "procedure": slug, "name": in_language(procedure.names, language), "model": model}
    return show(request, staff, "casework/rules_commission.html", context, status=status)


def _commission(staff: Staff, slug: str, form: CommissionForm) -> bool:
    """False when nothing was decided; then the form says why."""
    wanted = form.cleaned_data
    try:
        commission(
            decision_maker_id=int(wanted["office"]),
            procedure=slug,
            model_sha256=wanted["model_sha256"],
            reasons={"sv": wanted["reason_sv"], "fi": wanted["reason_fi"]},
            documents=[line.strip() for line in wanted["documents"].splitlines() if line.strip()],
            go_live_on=wanted["go_live_on"],
            contact=wanted["contact"],
            employee=staff.employee,
            at=timezone.now(),
        )
    except MayNotCommission as why:
        form.add_error(None, str(REFUSALS[str(why)]))
        return False
    except ReasonRequired:
        form.add_error(None, _("Fill in every part of the decision."))
        return False
    return True


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def stop_switch(request: HttpRequest, staff: Staff, commissioning_id: int) -> HttpResponse:
    """From the next moment on a person decides; every preparer of the municipality can stop it."""
    found = Commissioning.objects.filter(pk=commissioning_id, municipality__in=sorted(staff.access.preparer)).first()
    if found is None:
        note_refusal(staff, action="stop procedure", subject=f"commissioning:{commissioning_id}")
        raise Http404
    back = HttpResponseRedirect(reverse("staff-rules-of", args=[found.procedure]))
    form, status = StopForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                reason = form.cleaned_data["reason"]
                stopped = stop(commissioning_id=found.pk, reason=reason, employee=staff.employee, at=timezone.now())
            except ReasonRequired:
                form.add_error("reason", _("Write why it is stopped"))
            else:
                text = _("Stopped. From now on a person decides.") if stopped else _("It had been stopped already.")
                messages.success(request, text)
                return back
    language = get_language() or "fi"
    context = {
        "form": form,
        "procedure": found.procedure,
        "name": in_language(find_or_404(found.procedure).names, language),
        "municipality": found.municipality.name(language),
    }
    return show(request, staff, "casework/rules_stop.html", context, status=status)
