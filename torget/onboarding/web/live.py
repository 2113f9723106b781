"""The checklist, the second look before patrons see it, and the way back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff
from torget.onboarding.checklist import checklist
from torget.onboarding.draft import ChangedMeanwhile, remove_draft
from torget.onboarding.examine import slug_of
from torget.onboarding.go_live import NotReady, go_live, take_offline
from torget.onboarding.models import Draft
from torget.onboarding.web.entry import draft_page
from torget.onboarding.web.forms import draft_name
from torget.onboarding.web.frame import say_changed, to_overview
from torget.onboarding.web.overview import step_url
from torget.onboarding.web.words import check_words, draft_tag


@draft_page
@require_safe
def check(request: HttpRequest, staff: Staff, draft: Draft) -> HttpResponse:
    """Everything is looked at anew, the library system too."""
    found = checklist(draft)
    rows = [
        {
            "text": check_words(one),
            "holds": one.holds,
            "is_needed": one.is_needed,
            "url": step_url(one.step, draft) if one.step else "",
            "problems": [problem.in_words() for problem in one.problems],
        }
        for one in found
    ]
    is_ready = all(one.holds or not one.is_needed for one in found)
    context = {**_about(draft), "rows": rows, "is_ready": is_ready}
    return show(request, staff, "onboarding/check.html", context)


def _about(draft: Draft) -> dict[str, object]:
    language = get_language() or "fi"
    return {"draft": draft, "draft_name": draft_name(draft, language), "tag": draft_tag(draft.state)}


@draft_page
@require_http_methods(["GET", "HEAD", "POST"])
def live(request: HttpRequest, staff: Staff, draft: Draft) -> HttpResponse:
    """A link leads here and asks; only a POST does it."""
    if request.method != "POST":
        door = request.build_absolute_uri(reverse("door", args=[slug_of(draft) or "-"]))
        return show(request, staff, "onboarding/live.html", {**_about(draft), "door": door})
    try:
        go_live(draft=draft, access=staff.access, at=timezone.now())
    except ChangedMeanwhile:
        say_changed(request)
    except NotReady:
        messages.error(request, _("Something is missing, so nothing was changed. The checklist says what."))
    else:
        messages.success(request, _("The municipality is live. Patrons see it from this moment."))
        return to_overview(draft)
    return HttpResponseRedirect(reverse("staff-draft-check", args=[draft.pk]))


@draft_page
@require_POST
def remove(request: HttpRequest, staff: Staff, draft: Draft) -> HttpResponse:
    try:
        remove_draft(draft=draft, access=staff.access, at=timezone.now())
    except ChangedMeanwhile:
        say_changed(request)
        return to_overview(draft)
    messages.success(request, _("The draft is gone."))
    return HttpResponseRedirect(reverse("staff-onboarding"))


@draft_page
@require_http_methods(["GET", "HEAD", "POST"])
def offline(request: HttpRequest, staff: Staff, draft: Draft) -> HttpResponse:
    if request.method != "POST":
        return show(request, staff, "onboarding/offline.html", _about(draft))
    try:
        take_offline(draft=draft, access=staff.access, at=timezone.now())
    except ChangedMeanwhile:
        say_changed(request)
    else:
        messages.success(request, _("The municipality is offline. Open payments go on; no new ones begin."))
    return to_overview(draft)
