"""The municipalities being set up, the tasks of one of them, and its first two steps: details and colours."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from torget.foundation.design.themes import NotAColour, Theme, contrasts, theme_variables
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff
from torget.onboarding.draft import begin_draft, cooperations_for, drafts_for
from torget.onboarding.examine import examine
from torget.onboarding.go_live import is_ready, is_tried
from torget.onboarding.models import Draft
from torget.onboarding.steps import Step, StepState
from torget.onboarding.web.entry import draft_page, setting_up
from torget.onboarding.web.forms import DetailsForm, ThemeForm, draft_name
from torget.onboarding.web.frame import draft_url, save_step, show_step, tell_problems
from torget.onboarding.web.words import STEP_TITLES, draft_tag, step_tag

_PAGES = {
    Step.DETAILS: "staff-draft-details",
    Step.THEME: "staff-draft-theme",
    Step.BRANCHES: "staff-draft-branches",
    Step.FEE_TYPES: "staff-draft-fee-types",
    Step.PAYEE: "staff-draft-payee",
    Step.ACCOUNT: "staff-draft-account",
    Step.TEXTS: "staff-draft-texts",
}
_COLOURS = ("brand", "brand_text", "link", "surface")
_HEADERS = {"Cache-Control": "no-store"}


def step_url(step: Step, draft: Draft) -> str:
    return draft_url(_PAGES[step], draft)


@setting_up
@require_safe
def drafts(request: HttpRequest, staff: Staff) -> HttpResponse:
    language = get_language() or "fi"
    rows = [
        {"draft": one, "name": draft_name(one, language), "tag": draft_tag(one.state)}
        for one in drafts_for(staff.access)
    ]
    cooperations = [(one, one.name(language)) for one in cooperations_for(staff.access)]
    return show(request, staff, "onboarding/drafts.html", {"rows": rows, "cooperations": cooperations})


@setting_up
@require_POST
def begin(request: HttpRequest, staff: Staff) -> HttpResponse:
    chosen = cooperations_for(staff.access).filter(pk=request.POST.get("cooperation") or 0).first()
    if chosen is None:
        return HttpResponseRedirect(reverse("staff-onboarding"))
    draft = begin_draft(cooperation=chosen, access=staff.access, at=timezone.now())
    return HttpResponseRedirect(draft_url("staff-draft-details", draft))


@draft_page
@require_safe
def overview(request: HttpRequest, staff: Staff, draft: Draft) -> HttpResponse:
    found = examine(draft)
    tasks = [
        {
            "title": STEP_TITLES[step],
            "url": step_url(step, draft),
            "tag": step_tag(state),
            "is_done": state in (StepState.DONE, StepState.NEEDLESS),
        }
        for step in Step
        for state in [_with_cent(step, found.state(step), draft)]
    ]
    context = {
        "draft": draft,
        "draft_name": draft_name(draft, get_language() or "fi"),
        "tag": draft_tag(draft.state),
        "tasks": tasks,
        "done_count": sum(bool(task["is_done"]) for task in tasks),
        "is_ready": is_ready(draft, found),
    }
    return show(request, staff, "onboarding/overview.html", context)


def _with_cent(step: Step, state: StepState, draft: Draft) -> StepState:
    """An account is done when the cent has come."""
    return StepState.WRONG if step is Step.ACCOUNT and state is StepState.DONE and not is_tried(draft) else state


@draft_page
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, staff: Staff, draft: Draft) -> HttpResponse:
    initial = DetailsForm.initial_of(draft.answers.get(Step.DETAILS, {}))
    form = DetailsForm(request.POST if request.method == "POST" else initial, draft=draft)
    if request.method != "POST" or save_step(request, staff, draft, Step.DETAILS, form.given()):
        tell_problems(form, draft, Step.DETAILS)
        if request.method == "POST" and not form.errors:
            return HttpResponseRedirect(draft_url("staff-draft-theme", draft))
    return show_step(request, staff, draft, Step.DETAILS, template="step", context={"form": form})


@draft_page
@require_http_methods(["GET", "HEAD", "POST"])
def theme(request: HttpRequest, staff: Staff, draft: Draft) -> HttpResponse:
    """`preview` shows what was typed without keeping it; htmx asks for the preview alone."""
    initial = ThemeForm.initial_of(draft.answers.get(Step.THEME, {}))
    form = ThemeForm(request.POST if request.method == "POST" else initial)
    context = {"form": form, **_preview(draft, form)}
    if getattr(request, "htmx", False):
        return render(request, "staff/onboarding/theme_preview.html", {**context, "draft": draft})
    if request.method == "POST" and "preview" in request.POST:
        return show_step(request, staff, draft, Step.THEME, template="theme", context=context)
    if request.method != "POST" or save_step(request, staff, draft, Step.THEME, form.given()):
        tell_problems(form, draft, Step.THEME)
        if request.method == "POST" and not form.errors:
            return HttpResponseRedirect(draft_url("staff-draft-branches", draft))
    return show_step(request, staff, draft, Step.THEME, template="theme", context=context)


def _preview(draft: Draft, form: ThemeForm) -> dict[str, Any]:
    typed = {name: str(form[name].value() or "") for name in _COLOURS}
    try:
        found = contrasts(Theme(slug="preview", **typed))
    except NotAColour as wrong:
        return {"not_a_colour": str(wrong) or "—", "preview_name": draft_name(draft, get_language() or "fi")}
    return {
        "contrasts": [
            {"what": _(one.what), "ratio": one.ratio, "needed": one.needed, "is_enough": one.is_enough} for one in found
        ],
        "preview_css": f"{draft_url('staff-draft-theme-css', draft)}?{urlencode(typed)}",
        "preview_name": draft_name(draft, get_language() or "fi"),
        "preview_shield": str(form["shield"].value() or "design/shields/torget.svg"),
    }


@draft_page
@require_safe
def theme_css(request: HttpRequest, _staff: Staff, _draft: Draft) -> HttpResponse:
    """Colours of the preview alone, as a style sheet, because the content policy allows no inline style."""
    typed = {name: request.GET.get(name, "") for name in _COLOURS}
    try:
        css = theme_variables(Theme(slug="preview", **typed), selector=".torget-preview")
    except NotAColour:
        css = ""
    return HttpResponse(css, content_type="text/css; charset=utf-8", headers=_HEADERS)
