"""The two texts that the law asks for: read, changed block by block in three languages, and approved."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from torget.foundation.cooperations.models import PublishedText
from torget.foundation.core.languages import in_language
from torget.foundation.staff.session import Staff
from torget.onboarding.models import Draft
from torget.onboarding.statements import blocks_of
from torget.onboarding.steps import Step
from torget.onboarding.web.entry import draft_page
from torget.onboarding.web.forms import BlockForm, StepForm, by_language, spread
from torget.onboarding.web.frame import draft_url, save_step, show_step


@draft_page
@require_http_methods(["GET", "HEAD", "POST"])
def texts(request: HttpRequest, staff: Staff, draft: Draft) -> HttpResponse:
    if request.method == "POST":
        given = {**draft.answers.get(Step.TEXTS, {}), "is_approved": True}
        if save_step(request, staff, draft, Step.TEXTS, given):
            return HttpResponseRedirect(draft_url("staff-draft-check", draft))
    language = get_language() or "fi"
    kinds = [
        {
            "kind": kind.value,
            "blocks": [
                {
                    "key": block.key,
                    "heading": in_language(block.heading, language),
                    "lines": in_language(block.text, language).splitlines(),
                    "is_edited": block.is_edited,
                }
                for block in blocks_of(draft, kind)
            ],
        }
        for kind in PublishedText.Kind
    ]
    is_approved = bool(draft.answers.get(Step.TEXTS, {}).get("is_approved"))
    context = {"form": StepForm({}), "kinds": kinds, "is_approved": is_approved}
    return show_step(request, staff, draft, Step.TEXTS, template="texts", context=context)


@draft_page
@require_http_methods(["GET", "HEAD", "POST"])
def block(request: HttpRequest, staff: Staff, draft: Draft, kind: str, key: str) -> HttpResponse:
    """An empty text falls back to the draft that is made of facts. A changed text is to be approved anew."""
    if kind not in PublishedText.Kind.values:
        raise Http404
    found = next((one for one in blocks_of(draft, kind) if one.key == key), None)
    if found is None:
        raise Http404
    form = BlockForm(request.POST if request.method == "POST" else spread(found.text, "text"))
    if request.method == "POST":
        answers = draft.answers.get(Step.TEXTS, {})
        written = by_language(form.typed, "text")
        others = {name: text for name, text in answers.get(kind, {}).items() if name != key}
        if "restore" not in request.POST and all(written.values()):
            others[key] = written
        if save_step(request, staff, draft, Step.TEXTS, {**answers, kind: others, "is_approved": False}):
            return HttpResponseRedirect(draft_url("staff-draft-texts", draft))
    heading = in_language(found.heading, get_language() or "fi")
    context = {"form": form, "heading": heading, "is_edited": found.is_edited}
    return show_step(request, staff, draft, Step.TEXTS, template="block", context=context)
