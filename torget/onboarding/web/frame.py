"""What the pages of the guided path have in common: one form, one answer, and the way on."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff
from torget.onboarding.draft import ChangedMeanwhile, answer_step
from torget.onboarding.examine import PLACE, examine, municipality_place, way_of
from torget.onboarding.models import Draft
from torget.onboarding.steps import Step, StepState, Way
from torget.onboarding.web.forms import StepForm, draft_name
from torget.onboarding.web.words import STEP_TITLES


def draft_url(name: str, draft: Draft) -> str:
    return reverse(name, args=[draft.pk])


def to_overview(draft: Draft) -> HttpResponse:
    return HttpResponseRedirect(draft_url("staff-draft", draft))


def show_step(
    request: HttpRequest, staff: Staff, draft: Draft, step: Step, *, template: str, context: dict[str, Any]
) -> HttpResponse:
    form = context.get("form")
    is_refused = request.method == "POST" and form is not None and bool(form.errors)
    shared = {
        "draft": draft,
        "draft_name": draft_name(draft, get_language() or "fi"),
        "step_title": STEP_TITLES[step],
        "step_number": list(Step).index(step) + 1,
        "step_count": len(Step),
    }
    return show(request, staff, f"onboarding/{template}.html", {**shared, **context}, status=422 if is_refused else 200)


def save_step(request: HttpRequest, staff: Staff, draft: Draft, step: Step, given: dict[str, Any], **more: Any) -> bool:
    """Keep what was typed; False if somebody else was faster, and then the page says so and still shows it."""
    try:
        answer_step(draft=draft, step=step, given=given, access=staff.access, at=timezone.now(), **more)
    except ChangedMeanwhile:
        say_changed(request)
        return False
    return True


def say_changed(request: HttpRequest) -> None:
    messages.error(request, _("Somebody else has just changed this municipality. Look at it again, then save."))


def tell_problems(form: StepForm, draft: Draft, step: Step) -> None:
    """What the rules of a network's files say about this step; a step where nobody has been is not scolded."""
    found = examine(draft)
    if found.state(step) is StepState.WRONG:
        form.tell(found.problems[step], place_of(step, draft))


def place_of(step: Step, draft: Draft) -> str:
    account, is_part = draft.answers.get(Step.ACCOUNT, {}).get("account", ""), way_of(draft) == Way.AGGREGATE
    return {
        Step.DETAILS: municipality_place(draft),
        Step.THEME: f"{municipality_place(draft)}.theme",
        Step.BRANCHES: f"{municipality_place(draft)}.branches",
        Step.PAYEE: f"{PLACE} payee",
        Step.ACCOUNT: f"{PLACE} account" if is_part else f"{PLACE} merchant_accounts[0] ({account})",
        Step.FEE_TYPES: f"{PLACE} fee_types",
        Step.TEXTS: f"{PLACE} texts",
    }[step]
