"""One case: where it stands and what to do next, whom it concerns, facts with their sources, documents, and the log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from torget.casework.cases.models import Case, CaseDocument
from torget.casework.cases.register import first_broken_action, party_tokens
from torget.casework.core.fact_words import value_text
from torget.casework.core.facts import FactSet
from torget.casework.core.procedure import find_procedure
from torget.casework.decisions.models import Decision, Effect, FactRecord
from torget.casework.decisions.prepare import NoDecisionMaker, prepare_case
from torget.casework.decisions.sign import has_old_rules, is_party
from torget.casework.web.staff.news import news_of, with_words
from torget.casework.web.staff.visible import find_visible_case, refuse_party
from torget.casework.web.words import (
    actor_words,
    case_tag,
    effect_tag,
    effect_words,
    reference_words,
    reported,
    source_words,
    step_words,
)
from torget.foundation.core.identity_codes import mask_identity_codes
from torget.foundation.core.languages import in_language
from torget.foundation.design.page import Tag, TimelineEvent
from torget.foundation.people.models import Employee
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, staff_page

DOWNLOADED_AS = {"application/pdf": "pdf", "text/plain": "txt", "image/jpeg": "jpg", "image/png": "png"}
"""How the name of a document ends, by its media type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactGroup:
    """Facts that were read from one place at one moment."""

    source: str
    reference: str
    read_at: datetime
    rows: list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRow:
    effect: Effect
    text: str
    detail: str
    tag: Tag
    needs_a_person: bool


def fact_groups(record: FactRecord | None, procedure_slug: str, language: str) -> list[FactGroup]:
    """In each group, facts that have words of their own first, in the order of the procedure."""
    if record is None:
        return []
    procedure = find_procedure(procedure_slug)
    labels, words = procedure.fact_labels, procedure.fact_value_words
    facts = {fact.name: fact for fact in FactSet.from_canonical(record.canonical).facts}
    groups: dict[tuple[str, str, datetime], FactGroup] = {}
    for name in [one for one in labels if one in facts] + [one for one in facts if one not in labels]:
        fact = facts[name]
        key = (fact.source, fact.source_reference, fact.read_at)
        group = groups.setdefault(
            key,
            FactGroup(
                source=source_words(fact.source),
                reference=reference_words(procedure, fact.source_reference, language),
                read_at=fact.read_at,
                rows=[],
            ),
        )
        label = in_language(labels.get(name, {}), language) or name
        group.rows.append((label, value_text(name, fact.value, language, words.get(name))))
    return list(groups.values())


def effect_rows(decision: Decision, language: str) -> list[EffectRow]:
    procedure = find_procedure(decision.case.procedure)
    return [
        EffectRow(
            effect=effect,
            text=effect_words(effect, language),
            detail=reported(procedure, effect.detail, language),
            tag=effect_tag(effect.state),
            needs_a_person=effect.state in (Effect.State.REFUSED, Effect.State.HUMAN),
        )
        for effect in decision.effects.order_by("number")
    ]


def log_events(case: Case) -> list[TimelineEvent]:
    actions = list(case.actions.order_by("number"))
    numbers = {one.actor.removeprefix("staff:") for one in actions if one.actor.startswith("staff:")}
    names = dict(
        Employee.objects.filter(pk__in=[one for one in numbers if one.isdigit()]).values_list("pk", "full_name")
    )
    return [
        TimelineEvent(
            title=step_words(one.kind),
            at=one.at,
            text=f"{actor_words(one.actor, names)} · {one.number} · {one.hash[:12]}",
        )
        for one in actions
    ]


def party_rows(case: Case) -> list[tuple[str, list[str]]]:
    """Role and what is known of each; an erased party shows as such."""
    tokens = party_tokens(case)
    rows = []
    for party in case.parties.order_by("position"):
        prefix = f"party.{party.position}."
        known = [value for key, value in tokens.items() if key.startswith(prefix) and value]
        rows.append((_("Applicant") if party.role == "applicant" else party.role, known or [_("Erased")]))
    return rows


def _may_prepare(case: Case) -> bool:
    return case.state in (Case.State.OPEN, Case.State.PREPARED)


@staff_page
@require_safe
def case(request: HttpRequest, staff: Staff, case_id: int) -> HttpResponse:
    found = find_visible_case(staff, case_id, action="view case")
    language = get_language() or "fi"
    decisions = list(found.decisions.exclude(state=Decision.State.DROPPED).select_related("decision_maker"))
    record = found.fact_records.order_by("-pk").first()
    broken, is_party_here = first_broken_action(found), is_party(found, staff.employee)
    draft = next((one for one in decisions if one.state == Decision.State.DRAFT), None)
    context: dict[str, Any] = {
        "case": found,
        "title": mask_identity_codes(in_language(found.titles, language)),
        "kind": in_language(find_procedure(found.procedure).names, language),
        "municipality": found.municipality.name(language),
        "tag": case_tag(found.state),
        "draft": draft,
        "has_old_rules": draft is not None and has_old_rules(draft),
        "news": news_of(found),
        "decisions": [
            (one, effect_rows(one, language), one.section) for one in decisions if one.state == Decision.State.SIGNED
        ],
        "parties": party_rows(found),
        "facts": fact_groups(record, found.procedure, language),
        "record": record,
        "documents": with_words(found.documents.all()),
        "log": log_events(found),
        "is_broken": broken is not None,
        "broken": broken,
        "may_prepare": _may_prepare(found),
        "waits_for_machine": found.prepare_at is not None,
        "is_party": is_party_here,
        "may_read": not is_party_here,
    }
    return show(request, staff, "casework/case.html", context)


@staff_page
@require_POST
def prepare(request: HttpRequest, staff: Staff, case_id: int) -> HttpResponse:
    """Collect the facts anew and let the rules propose; an earlier proposal is dropped."""
    found = find_visible_case(staff, case_id, action="prepare case")
    back = HttpResponseRedirect(reverse("staff-case", args=[case_id]))
    if refuse_party(request, staff, found, action="prepare case"):
        return back
    if not _may_prepare(found):
        messages.info(request, _("The case has been decided meanwhile."))
        return back
    try:
        prepare_case(case=found, actor=staff.actor, at=timezone.now(), preparer=staff.employee)
    except NoDecisionMaker:
        messages.error(request, _("Nobody in the municipality has the power to decide this kind of matter."))
        return back
    except Exception as error:  # noqa: BLE001 - procedures read systems of many kinds, and each fails in its own way
        found_error = type(error).__name__
        messages.error(
            request,
            _("The facts could not be collected (%(error)s). Nothing has changed; try again in a while.")
            % {"error": found_error},
        )
        return back
    messages.success(request, _("Prepared from facts read just now, by the rules in force."))
    return HttpResponseRedirect(reverse("staff-proposal-of-case", args=[case_id]))


@staff_page
@require_safe
def document(_request: HttpRequest, staff: Staff, case_id: int, number: int) -> HttpResponse:
    """A document of the case, always as a download: what people send is never opened inside our pages."""
    found = find_visible_case(staff, case_id, action=f"view document {number}")
    kept = CaseDocument.objects.filter(case=found, number=number).first()
    if kept is None:
        raise Http404
    ending = DOWNLOADED_AS.get(kept.media_type.partition(";")[0], "bin")
    content_type = kept.media_type if ending == "pdf" else "application/octet-stream"
    response = HttpResponse(bytes(kept.content), content_type=content_type)
    name = f"{found.number.replace('/', '-')}-{number}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
