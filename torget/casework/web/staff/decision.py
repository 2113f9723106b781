"""A signed decision: what was decided, its document, until when a review can be asked for, and what became of it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from torget.casework.cases.register import party_tokens
from torget.casework.core.deadlines import NoticeChannel
from torget.casework.core.procedure import find_procedure
from torget.casework.decisions.correct import NothingToCorrect, start_correction
from torget.casework.decisions.document import filled
from torget.casework.decisions.drafts import ChangedMeanwhile
from torget.casework.decisions.models import Decision, Effect
from torget.casework.decisions.settle_effect import FOR_A_PERSON, mark_done, try_again
from torget.casework.decisions.sign import is_party
from torget.casework.decisions.withdraw import ReasonRequired
from torget.casework.web.staff.case import effect_rows
from torget.casework.web.staff.proposal import summary
from torget.casework.web.staff.visible import find_visible_decision
from torget.casework.web.words import CHANNELS, effect_words, reported, section_text
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, staff_page


def pdf_response(decision: Decision) -> HttpResponse:
    """The sealed document itself, shown by the browser."""
    if decision.document is None:
        raise Http404
    response = HttpResponse(bytes(decision.document.content), content_type="application/pdf")
    name = f"{decision.case.number.replace('/', '-')}-{decision.section}-{decision.year}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _signed(staff: Staff, decision_id: int, *, action: str) -> Decision:
    decision = find_visible_decision(staff, decision_id, action=action)
    if decision.state != Decision.State.SIGNED:
        raise Http404
    return decision


@staff_page
@require_safe
def decision(request: HttpRequest, staff: Staff, decision_id: int) -> HttpResponse:
    found = _signed(staff, decision_id, action="view decision")
    language = get_language() or "fi"
    content = filled(found.content or {"parts": []}, party_tokens(found.case), shown=None)
    corrections = list(found.corrections.filter(state=Decision.State.SIGNED).order_by("signed_at"))
    publication = getattr(found, "publication", None)
    context: dict[str, Any] = {
        "case": found.case,
        "decision": found,
        "section": section_text(found),
        "summary": summary(found, language),
        "parts": content["parts"],
        "effects": effect_rows(found, language),
        "channel": CHANNELS[NoticeChannel(found.notice_channel)] if found.notice_channel else "",
        "corrections": [(one.pk, section_text(one)) for one in corrections],
        "corrects": found.corrects and (found.corrects.pk, section_text(found.corrects)),
        "may_correct": not corrections and not is_party(found.case, staff.employee) and not _has_draft(found),
        "publication": publication,
    }
    return show(request, staff, "casework/decision.html", context)


def _has_draft(found: Decision) -> bool:
    return found.case.decisions.filter(state=Decision.State.DRAFT).exists()


@staff_page
@require_safe
def decision_as_pdf(_request: HttpRequest, staff: Staff, decision_id: int) -> HttpResponse:
    return pdf_response(_signed(staff, decision_id, action="view decision as PDF"))


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, staff: Staff, decision_id: int) -> HttpResponse:
    """Start the correction of a clerical error: the words are edited and signed like any proposal."""
    found = _signed(staff, decision_id, action="correct decision")
    if request.method != "POST":
        context = {"case": found.case, "decision": found, "section": section_text(found)}
        return show(request, staff, "casework/decision_correct.html", context)
    if is_party(found.case, staff.employee):
        messages.error(request, _("You are a party to this case, so you may neither prepare nor sign it."))
        return HttpResponseRedirect(reverse("staff-decision", args=[decision_id]))
    try:
        start_correction(decision_id=decision_id, actor=staff.actor, at=timezone.now())
    except NothingToCorrect:
        messages.info(request, _("The decision has been corrected already, or another proposal is under way."))
        return HttpResponseRedirect(reverse("staff-decision", args=[decision_id]))
    return HttpResponseRedirect(reverse("staff-proposal-of-case", args=[found.case_id]))


class EffectForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("What you did"),
        help_text=gettext_lazy("Kept in the log of the case. Write nothing about the person."),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def effect(request: HttpRequest, staff: Staff, effect_id: int) -> HttpResponse:
    """Somebody has done by hand what the machine could not, or lets it try once more."""
    found = Effect.objects.filter(pk=effect_id).first()
    if found is None:
        raise Http404
    owner = _signed(staff, found.decision_id, action="settle effect")
    back = HttpResponseRedirect(reverse("staff-decision", args=[owner.pk]))
    if found.state not in FOR_A_PERSON:
        messages.info(request, _("This has been done meanwhile."))
        return back
    form = EffectForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        status = 422
        try:
            if "again" in request.POST:
                try_again(effect_id=effect_id, actor=staff.actor, at=timezone.now())
                messages.success(request, _("Torget tries once more, and first finds out what the earlier try did."))
            else:
                note = form.cleaned_data["note"]
                mark_done(effect_id=effect_id, note=note, actor=staff.actor, at=timezone.now())
                messages.success(request, _("Marked as done."))
        except ReasonRequired:
            form.add_error("note", _("Write what you did"))
        except ChangedMeanwhile:
            messages.info(request, _("This has been done meanwhile."))
            return back
        else:
            return back
    language = get_language() or "fi"
    context = {
        "case": owner.case,
        "decision": owner,
        "text": effect_words(found, language),
        "detail": reported(find_procedure(owner.case.procedure), found.detail, language),
        "form": form,
    }
    return show(request, staff, "casework/effect.html", context, status=status)
