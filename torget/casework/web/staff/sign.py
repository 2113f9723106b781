"""Sign: one page that says what will happen, one tick, one button."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from torget.casework.cases.register import party_tokens
from torget.casework.core.acts import Remedy
from torget.casework.core.deadlines import NoticeChannel, last_day_to_appeal
from torget.casework.decisions.drafts import ChangedMeanwhile
from torget.casework.decisions.models import Decision
from torget.casework.decisions.seal import NoSeal
from torget.casework.decisions.sign import Incomplete, MayNotSign, sign_decision, why_not
from torget.casework.web.staff.change import find_draft, to_proposal
from torget.casework.web.staff.proposal import summary
from torget.casework.web.words import CHANNELS, LACKS, section_text, why_not_words
from torget.foundation.core.business_days import HELSINKI
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, note_refusal, staff_page


class SignForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(
        label=gettext_lazy("How the party is told"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how the party is told")},
    )
    has_read = forms.BooleanField(
        label=gettext_lazy("I have read the decision in both languages, and I am not disqualified in the matter"),
        error_messages={"required": gettext_lazy("Tick this before you sign")},
    )


def _channels(decision: Decision) -> list[tuple[str, str]]:
    """Electronically only whom we can reach so."""
    has_address = bool(party_tokens(decision.case).get("party.1.email"))
    return [
        (channel.value, str(words))
        for channel, words in CHANNELS.items()
        if has_address or channel is not NoticeChannel.ELECTRONIC
    ]


def _try_to_sign(staff: Staff, decision: Decision, form: SignForm) -> Decision | None:
    """The signed decision; None when it was not signed, and the form or a message says why."""
    wanted = form.cleaned_data
    try:
        return sign_decision(
            decision_id=decision.pk,
            version=wanted["version"],
            employee=staff.employee,
            channel=NoticeChannel(wanted["channel"]),
            at=timezone.now(),
        )
    except MayNotSign as why:
        subject = f"case:{decision.case_id}"
        note_refusal(staff, action="sign decision", subject=subject, municipality_id=decision.case.municipality_id)
        form.add_error(None, str(why_not_words(str(why))))
    except Incomplete as lacking:
        missing = ", ".join(str(LACKS[lack]) for lack in lacking.missing)
        form.add_error(None, _("Something is missing: %(what)s") % {"what": missing})
    except ChangedMeanwhile:
        form.add_error(
            None,
            _(
                "This proposal was changed or signed meanwhile, or something new came into the matter. You have signed"
                " nothing; read it again."
            ),
        )
    except NoSeal:
        form.add_error(
            None, _("The organisation's seal is not installed, so nothing can be signed. Tell the operator.")
        )
    return None


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, staff: Staff, decision_id: int) -> HttpResponse:
    decision = find_draft(request, staff, decision_id, action="sign decision")
    if isinstance(decision, HttpResponse):
        return decision
    now = timezone.now()
    refusal = why_not(decision, staff.employee, now)
    if refusal is not None:
        messages.error(request, str(why_not_words(refusal)))
        return to_proposal(decision)
    channels = _channels(decision)
    form = SignForm(request.POST or None, initial={"version": decision.version, "channel": channels[0][0]})
    form.fields["channel"].choices = channels  # type: ignore[attr-defined] # a ChoiceField
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            signed = _try_to_sign(staff, decision, form)
            if signed is not None:
                messages.success(request, _("Signed: %(section)s") % {"section": section_text(signed)})
                return HttpResponseRedirect(reverse("staff-decision", args=[signed.pk]))
    context = {
        "case": decision.case,
        "decision": decision,
        "form": form,
        "summary": summary(decision, get_language() or "fi"),
        "last_days": _last_days(decision, channels, now),
    }
    return show(request, staff, "casework/proposal_sign.html", context, status=status)


def _last_days(decision: Decision, channels: list[tuple[str, str]], now: Any) -> list[tuple[str, Any]]:
    """When a review must be asked for at the latest, by each way of telling."""
    today = now.astimezone(HELSINKI).date()
    remedy = Remedy(decision.remedy)
    return [(words, last_day_to_appeal(today, NoticeChannel(channel), remedy)) for channel, words in channels]
