"""What was decided about a person: facts with their sources, decisions in their words, and what followed."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from torget.casework.cases.models import Case
from torget.casework.cases.person import cases_of
from torget.casework.cases.register import party_tokens
from torget.casework.core.fact_words import value_text
from torget.casework.core.facts import FactSet
from torget.casework.core.procedure import all_procedures
from torget.casework.decisions.document import filled
from torget.casework.decisions.models import Decision, Effect, FactRecord
from torget.foundation.audit.models import AuditEntry
from torget.foundation.core.languages import in_language
from torget.foundation.core.person import Person, Section
from torget.foundation.notify.models import OutgoingEmail


def signed_decisions(person: Person) -> QuerySet[Decision]:
    """What is being prepared is told when it is decided (621/1999, 6 §)."""
    found = Decision.objects.filter(case__in=cases_of(person), state=Decision.State.SIGNED)
    return found.select_related("case", "decision_maker", "corrects").order_by("signed_at", "pk")


def section_of(decision: Decision) -> str:
    return f"{decision.section} § {decision.year}"


def _fact_rows(record: FactRecord) -> Iterator[dict[str, Any]]:
    """In the words of the procedure, or in the rules' own when this installation does not have it any more."""
    case = record.case
    procedure = next((one for one in all_procedures() if one.slug == case.procedure), None)
    labels, words = (procedure.fact_labels, procedure.fact_value_words) if procedure else ({}, {})
    for fact in FactSet.from_canonical(record.canonical).facts:
        yield {
            "case_number": case.number,
            "fact": in_language(labels.get(fact.name, {}), case.language) or fact.name,
            "value": value_text(fact.name, fact.value, case.language, words.get(fact.name)),
            "source": fact.source,
            "source_reference": fact.source_reference,
            "at": fact.read_at,
        }


def _text(decision: Decision) -> str:
    """The whole decision in the party's language, as it was signed."""
    parts = filled(decision.content or {"parts": []}, party_tokens(decision.case), shown=None)["parts"]
    if not parts:
        return ""
    part = next((one for one in parts if one["language"] == decision.case.language), parts[0])
    lines = [part["title"], *(f"{row['key']}: {row['value']}" for row in part["rows"])]
    for section in part["sections"]:
        lines += ["", section["heading"], *section["paragraphs"]]
    for named in ("contact", "remedy"):
        lines += ["", part[named]["heading"], part[named]["text"]]
    return "\n".join(lines)


def _decision_row(decision: Decision) -> dict[str, Any]:
    return {
        "case_number": decision.case.number,
        "section": section_of(decision),
        "decision_maker": in_language(decision.decision_maker.titles, decision.case.language),
        "outcome": decision.outcome,
        "is_automatic": decision.is_automatic,
        "signed_at": decision.signed_at,
        "notice_channel": decision.notice_channel,
        "notice_sent_on": decision.notice_sent_on,
        "last_day_to_appeal": decision.last_day_to_appeal,
        "corrects": section_of(decision.corrects) if decision.corrects else "",
        "body": _text(decision),
    }


def _effect_row(effect: Effect) -> dict[str, Any]:
    return {
        "case_number": effect.decision.case.number,
        "section": section_of(effect.decision),
        "kind": effect.kind,
        "state": effect.state,
        "detail": effect.detail,
        "finished_at": effect.finished_at,
    }


def _notices(decisions: list[Decision]) -> QuerySet[OutgoingEmail]:
    return OutgoingEmail.objects.filter(about__in=[f"decision:{one.pk}" for one in decisions])


def sections(person: Person) -> list[Section]:
    decisions = list(signed_decisions(person))
    records = FactRecord.objects.filter(case__in=cases_of(person)).select_related("case").order_by("collected_at", "pk")
    effects = Effect.objects.filter(decision__in=decisions).select_related("decision__case")
    seen = AuditEntry.objects.filter(subject__in=[f"decision:{one.pk}" for one in decisions]).order_by("at")
    mail = _notices(decisions).order_by("created_at")
    return [
        Section(code="case_facts", rows=[row for record in records for row in _fact_rows(record)]),
        Section(code="decisions", rows=[_decision_row(one) for one in decisions]),
        Section(code="effects", rows=[_effect_row(one) for one in effects.order_by("decision_id", "number")]),
        Section(code="decision_notices", rows=list(mail.values("created_at", "recipient", "subject", "body"))),
        Section(code="decision_audit", rows=list(seen.values("at", "actor", "action", "subject", "why"))),
    ]


def obstacles(person: Person) -> list[str]:
    """A closed matter may be open again in one way: by a correction that nobody has signed yet."""
    begun = Decision.objects.filter(case__in=cases_of(person), state=Decision.State.DRAFT)
    return [
        f"A correction in matter {one.case.number} is not signed."
        for one in begun.filter(case__state=Case.State.CLOSED).select_related("case").order_by("pk")
    ]


def kept(_person: Person) -> list[str]:
    """Decisions stay with their matters, which name themselves."""
    return []


def erase(person: Person, _at: datetime) -> dict[str, int]:
    """Only the e-mail that told of a decision: that and when it was told stands in the decision itself."""
    sent = _notices(list(signed_decisions(person))).filter(sent_at__isnull=False)
    return {"decision_notices": sent.delete()[0]}
