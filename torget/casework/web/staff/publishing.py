"""Publish a signed decision for everybody, with or without names."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from torget.casework.decisions.models import Decision
from torget.casework.publication.publish import MayNotPublish, publish_decision, why_not_publish
from torget.casework.web.staff.visible import find_visible_decision
from torget.casework.web.words import section_text
from torget.foundation.core.languages import in_language
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, staff_page

HIDDEN, SHOWN = "hidden", "shown"
REFUSALS = {
    "draft": gettext_lazy("Only a signed decision can be published."),
    "secret": gettext_lazy("The case is not public, so the decision stays inside."),
    "published": gettext_lazy("The decision has been published already."),
    "one_language": gettext_lazy("The decision is not there in both languages, so it cannot be published."),
}


class PublishForm(forms.Form):
    names = forms.ChoiceField(
        label=gettext_lazy("Names of the parties"),
        widget=forms.RadioSelect,
        choices=[
            (HIDDEN, gettext_lazy("Hidden from the start")),
            (SHOWN, gettext_lazy("Shown until the time to ask for a review is over, because information needs them")),
        ],
        initial=HIDDEN,
        error_messages={"required": gettext_lazy("Choose whether names are shown")},
    )


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, staff: Staff, decision_id: int) -> HttpResponse:
    decision = find_visible_decision(staff, decision_id, action="publish decision")
    if decision.state != Decision.State.SIGNED:
        raise Http404
    refusal = why_not_publish(decision)
    if refusal is not None:
        messages.info(request, str(REFUSALS[refusal]))
        return HttpResponseRedirect(reverse("staff-decision", args=[decision_id]))
    form, status = PublishForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                shows_names = form.cleaned_data["names"] == SHOWN
                publish_decision(decision_id=decision_id, shows_names=shows_names, actor=staff.actor, at=timezone.now())
                messages.success(request, _("The decision is published."))
            except MayNotPublish as why:
                messages.error(request, str(REFUSALS[str(why)]))
            return HttpResponseRedirect(reverse("staff-decision", args=[decision_id]))
    context = {
        "decision": decision,
        "section": section_text(decision),
        "public_title": in_language(decision.case.public_titles, get_language() or "fi"),
        "form": form,
    }
    return show(request, staff, "casework/publish.html", context, status=status)
