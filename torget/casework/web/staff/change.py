"""Change a proposal: the words of one part in all its languages, what is decided, or take it back."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from torget.casework.core.fact_words import euros
from torget.casework.core.facts import AMOUNT
from torget.casework.core.procedure import find_procedure
from torget.casework.decisions.drafts import ChangedMeanwhile
from torget.casework.decisions.edit import BadText, choose_outcome, edit_block, most_of
from torget.casework.decisions.models import Decision
from torget.casework.decisions.withdraw import ReasonRequired, withdraw_proposal
from torget.casework.web.staff.proposal import LANGUAGE_NAMES, columns_for, rule_reasons
from torget.casework.web.staff.visible import find_visible_decision, refuse_party
from torget.casework.web.words import BAD_TEXTS, BLOCKS
from torget.foundation.core.languages import in_language
from torget.foundation.core.money import Money
from torget.foundation.design.forms import EuroField
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, staff_page


class TextsForm(forms.Form):
    """One field a language; `version` says which proposal the person read."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, languages: tuple[str, ...], **named: Any) -> None:
        super().__init__(*arguments, **named)
        for language in languages:
            self.fields[language] = forms.CharField(
                label=LANGUAGE_NAMES[language],
                required=language != "en",
                strip=True,
                error_messages={"required": _("Write the text in %(name)s") % {"name": LANGUAGE_NAMES[language]}},
                widget=forms.Textarea(attrs={"rows": 8, "lang": language, "spellcheck": "true"}),
            )
        self.languages = languages

    def texts(self) -> dict[str, str]:
        return {language: self.cleaned_data[language].replace("\r\n", "\n") for language in self.languages}


class OutcomeForm(TextsForm):
    """The texts are the person's own reasons, in place of those of the rules."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What is decided"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what is decided")},
    )
    amount = EuroField(label=gettext_lazy("Sum in euros"), required=False)

    def __init__(self, *arguments: Any, decision: Decision, languages: tuple[str, ...], **named: Any) -> None:
        super().__init__(*arguments, languages=languages, **named)
        most_cents = most_of(decision)
        page_language, procedure = get_language() or "fi", find_procedure(decision.case.procedure)
        choices = [(slug, in_language(names, page_language)) for slug, names in procedure.outcomes.items()]
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined] # a ChoiceField
        with_amount = [words for slug, words in choices if slug in procedure.outcomes_with_amount]
        self.fields["amount"].help_text = self._about_the_sum(", ".join(with_amount), most_cents)
        if not with_amount:
            del self.fields["amount"]
        for language in languages:
            self.fields[language].label = _("Your reasons – %(name)s") % {"name": LANGUAGE_NAMES[language]}

    @staticmethod
    def _about_the_sum(outcomes: str, most_cents: int | None) -> str:
        only_for = _("Only for: %(outcomes)s") % {"outcomes": outcomes}
        return (
            only_for
            if most_cents is None
            else f"{only_for}. " + _("At most %(sum)s") % {"sum": euros(most_cents, get_language() or "fi")}
        )


class WithdrawForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("Kept in the log of the case. Write nothing about the person."),
        max_length=500,
        error_messages={"required": gettext_lazy("Write why the proposal is taken back")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def find_draft(request: HttpRequest, staff: Staff, decision_id: int, *, action: str) -> Decision | HttpResponse:
    """The draft, or the way back to the case with the reason."""
    decision = find_visible_decision(staff, decision_id, action=action)
    back = HttpResponseRedirect(reverse("staff-case", args=[decision.case_id]))
    if decision.state != Decision.State.DRAFT:
        messages.info(request, _("Somebody else has signed or replaced this proposal meanwhile. See the case below."))
        return back
    return back if refuse_party(request, staff, decision.case, action=action) else decision


def to_proposal(decision: Decision) -> HttpResponse:
    return HttpResponseRedirect(reverse("staff-proposal-of-case", args=[decision.case_id]))


def _change(
    request: HttpRequest,
    staff: Staff,
    decision: Decision,
    form: forms.Form,
    *,
    template: str,
    take: Callable[[Mapping[str, Any]], object],
    **context: object,
) -> HttpResponse:
    """Show the form; when it is sent and right, `take` what it holds and go back to the proposal."""
    if request.method == "POST" and form.is_valid():
        try:
            take(form.cleaned_data)
        except BadText as why:
            field = "amount" if str(why) == "too_much" else str(why)
            form.add_error(field if field in form.fields else None, str(BAD_TEXTS[str(why)]))
        except ReasonRequired:
            form.add_error("reason", _("Write why the proposal is taken back"))
        except ChangedMeanwhile:
            form.add_error(
                None,
                _(
                    "The proposal was changed meanwhile, or something new came into the matter. Nothing of yours was"
                    " saved: keep a copy of your text, and read the proposal again."
                ),
            )
        else:
            return to_proposal(decision)
    status = 422 if request.method == "POST" else 200
    return show(request, staff, template, {"case": decision.case, "form": form, **context}, status=status)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def block(request: HttpRequest, staff: Staff, decision_id: int, position: int) -> HttpResponse:
    """The words of one part; with ?earlier, those that a person had written before lie in the form."""
    decision = find_draft(request, staff, decision_id, action="change proposal")
    if isinstance(decision, HttpResponse):
        return decision
    if position >= len(decision.blocks):
        raise Http404
    found, languages = decision.blocks[position], columns_for(decision.case.language)
    shown = found.get("earlier", found["texts"]) if "earlier" in request.GET else found["texts"]
    initial = {"version": decision.version, **{one: shown.get(one, "") for one in languages}}
    form = TextsForm(request.POST or None, initial=initial, languages=languages)

    def take(wanted: Mapping[str, Any]) -> object:
        return edit_block(
            decision_id=decision_id,
            version=wanted["version"],
            position=position,
            texts={**found["texts"], **form.texts()},
            actor=staff.actor,
            at=timezone.now(),
        )

    heading = BLOCKS.get(found["kind"], found["kind"])
    return _change(request, staff, decision, form, template="casework/proposal_block.html", take=take, heading=heading)


def _own_words(decision: Decision, languages: tuple[str, ...]) -> dict[str, str]:
    """What a person has put in place of the reasons of the rules already, to go on from."""
    own = [one["texts"] for one in decision.blocks if one["kind"] == "reasons" and one.get("is_edited")]
    return {language: "\n\n".join(texts.get(language, "") for texts in own) for language in languages}


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def outcome(request: HttpRequest, staff: Staff, decision_id: int) -> HttpResponse:
    """Decide by one's own judgement, with reasons of one's own."""
    decision = find_draft(request, staff, decision_id, action="choose outcome")
    if isinstance(decision, HttpResponse):
        return decision
    cents = decision.values.get(AMOUNT)
    initial: dict[str, Any] = {
        "version": decision.version,
        "outcome": decision.outcome,
        "amount": Money(int(cents)) if cents else None,
    }
    languages = columns_for(decision.case.language)
    initial |= _own_words(decision, languages)
    form = OutcomeForm(request.POST or None, initial=initial, decision=decision, languages=languages)

    def take(wanted: Mapping[str, Any]) -> object:
        return choose_outcome(
            decision_id=decision_id,
            version=wanted["version"],
            outcome=wanted["outcome"],
            amount_cents=wanted["amount"].cents if wanted.get("amount") else None,
            reasons=form.texts(),
            actor=staff.actor,
            at=timezone.now(),
        )

    said = rule_reasons(decision.evaluation, get_language() or "fi")
    return _change(request, staff, decision, form, template="casework/proposal_outcome.html", take=take, rules_say=said)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, staff: Staff, decision_id: int) -> HttpResponse:
    decision = find_draft(request, staff, decision_id, action="withdraw proposal")
    if isinstance(decision, HttpResponse):
        return decision
    form = WithdrawForm(request.POST or None, initial={"version": decision.version})

    def take(wanted: Mapping[str, Any]) -> None:
        withdraw_proposal(
            decision_id=decision_id,
            version=wanted["version"],
            reason=wanted["reason"],
            actor=staff.actor,
            at=timezone.now(),
        )
        messages.success(request, _("The proposal was taken back. The case can be prepared again."))

    return _change(request, staff, decision, form, template="casework/proposal_withdraw.html", take=take)
