"""What has happened in a case, for the person whose case it is: no names of officials, no inner steps."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.urls import reverse
from django.utils.translation import gettext as _

from torget.casework.cases.models import Case
from torget.casework.core.fact_words import euros
from torget.casework.core.procedure import find_procedure
from torget.casework.decisions.models import Decision, Effect
from torget.foundation.core.business_days import HELSINKI
from torget.foundation.core.languages import in_language


class Happened(StrEnum):
    REGISTERED = "registered"
    DECIDED = "decided"
    CORRECTED = "corrected"
    EFFECT = "effect"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """One line of the person's timeline, in the language that is active."""

    kind: Happened
    at: datetime
    title: str
    text: str = ""
    is_waiting: bool = False
    needs_a_person: bool = False
    page_url: str = ""
    """Where the decision can be read."""
    pdf_url: str = ""
    last_day_to_appeal: date | None = None


def is_decided(case_id: int) -> bool:
    """Whether there is a decision that the person can read."""
    return Decision.objects.filter(case=case_id, state=Decision.State.SIGNED).exists()


def case_timeline(case_id: int, language: str) -> list[CaseEvent]:
    """Oldest first; empty for a case that there is not."""
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        return []
    events = [*_registered(case), *_decisions(case, language), *_closed(case)]
    return sorted(events, key=lambda event: event.at)


def _registered(case: Case) -> Iterator[CaseEvent]:
    text = _("Case number %(number)s.") % {"number": case.number}
    if case.due_on and case.state in (Case.State.OPEN, Case.State.PREPARED):
        due = f"{case.due_on.day}.{case.due_on.month}.{case.due_on.year}"
        text += " " + _("A decision is to be expected by %(day)s.") % {"day": due}
    is_waiting = case.state in (Case.State.OPEN, Case.State.PREPARED)
    title = _("Your matter was registered")
    yield CaseEvent(kind=Happened.REGISTERED, at=case.opened_at, title=title, text=text, is_waiting=is_waiting)


def _decisions(case: Case, language: str) -> Iterator[CaseEvent]:
    signed = case.decisions.filter(state=Decision.State.SIGNED).order_by("signed_at").prefetch_related("effects")
    for decision in signed:
        if decision.signed_at is None:
            continue
        places = {"section": f"{decision.section} § {decision.year}"}
        is_correction = decision.corrects_id is not None
        title = _("The decision was corrected, %(section)s") if is_correction else _("Decision %(section)s")
        yield CaseEvent(
            kind=Happened.CORRECTED if is_correction else Happened.DECIDED,
            at=decision.signed_at,
            title=title % places,
            text=_outcome_text(decision, language),
            page_url=reverse("party-decision", args=[decision.token]),
            pdf_url=reverse("party-decision-pdf", args=[decision.token]),
            last_day_to_appeal=decision.last_day_to_appeal,
        )
        yield from (_effect(effect, language) for effect in decision.effects.all())


def _outcome_text(decision: Decision, language: str) -> str:
    outcomes = find_procedure(decision.case.procedure).outcomes
    words = in_language(outcomes.get(decision.outcome, {}), language)
    cents = decision.values.get("amount_cents")
    parts = [f"{words} {euros(int(cents), language)}." if cents and words else f"{words}." if words else ""]
    if decision.is_automatic:
        parts.append(_("Decided automatically."))
    if decision.last_day_to_appeal:
        last = decision.last_day_to_appeal
        day = f"{last.day}.{last.month}.{last.year}"
        parts.append(_("You can ask for a review on %(day)s at the latest.") % {"day": day})
    return " ".join(part for part in parts if part)


def _effect(effect: Effect, language: str) -> CaseEvent:
    decision = effect.decision
    text = in_language(find_procedure(decision.case.procedure).effect_names.get(effect.kind, {}), language)
    at = effect.finished_at or decision.signed_at or decision.created_at
    titles = {
        Effect.State.DONE: _("What was decided has been done"),
        Effect.State.DUE: _("What was decided is being done"),
    }
    return CaseEvent(
        kind=Happened.EFFECT,
        at=at,
        title=titles.get(Effect.State(effect.state), _("A person sees to what was decided")),
        text=text,
        is_waiting=effect.state != Effect.State.DONE,
        needs_a_person=effect.state not in titles,
    )


def _closed(case: Case) -> Iterator[CaseEvent]:
    if case.closed_at is not None:
        yield CaseEvent(kind=Happened.CLOSED, at=case.closed_at.astimezone(HELSINKI), title=_("The matter is closed"))
