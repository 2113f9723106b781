"""What the register knows of a person: every matter about them, with parties, documents and the log.

A matter is about the patron whom its subject names, or whose address a party has where it names none. Commands have no
scope, so matters of every municipality are found.
"""

import mimetypes
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from torget.casework.cases.models import Case, CaseAction, CaseDocument, Party, RecordClass
from torget.foundation.audit.models import AuditEntry
from torget.foundation.core.languages import in_language
from torget.foundation.core.person import Person, Section
from torget.foundation.core.sealing import unseal


def _by_address(person: Person) -> list[int]:
    """Matters without a patron in which a party has one of the addresses; parties are sealed, so each is opened."""
    if not person.emails:
        return []
    no_patron = Q(case__subject__patron_reference__isnull=True) | Q(case__subject__patron_reference="")
    nobodys = Party.objects.filter(no_patron, erased_at=None)
    return [
        case_id
        for case_id, sealed in nobodys.values_list("case_id", "sealed").iterator()
        if unseal(bytes(sealed), settings.CREDENTIAL_KEYS)["email"].lower() in person.emails
    ]


def cases_of(person: Person) -> QuerySet[Case]:
    named = Q(subject__library_system=person.library_system, subject__patron_reference=person.reference)
    found = Case.objects.filter(named | Q(pk__in=_by_address(person)))
    return found.select_related("municipality", "record_class").order_by("opened_at", "pk")


def _case_row(case: Case) -> dict[str, Any]:
    return {
        "case_number": case.number,
        "municipality": case.municipality.slug,
        "title": in_language(case.titles, case.language),
        "state": case.state,
        "record_class": f"{case.record_class.code} {in_language(case.record_class.names, case.language)}",
        "publicity": case.publicity,
        "secrecy_basis": case.secrecy_basis,
        "language": case.language,
        "opened_at": case.opened_at,
        "due_on": case.due_on,
        "closed_at": case.closed_at,
    }


def _party_row(party: Party) -> dict[str, Any]:
    row: dict[str, Any] = {"case_number": party.case.number, "role": party.role}
    if party.erased_at is None:
        row |= unseal(bytes(party.sealed), settings.CREDENTIAL_KEYS)
    return row


def _file_name(document: CaseDocument) -> str:
    """Of the municipality, the case and the document's number, never of a title that somebody chose."""
    case = document.case
    number = re.sub(r"[^\w.-]+", "-", f"{case.municipality.slug}-{case.number}-{document.number}")
    return f"documents/{number}{mimetypes.guess_extension(document.media_type.partition(';')[0].strip()) or '.bin'}"


def _documents(cases: Sequence[Case]) -> Section:
    rows, files = [], {}
    found = CaseDocument.objects.filter(case__in=cases).select_related("case__municipality")
    for document in found.order_by("case__opened_at", "case_id", "number"):
        file = _file_name(document)
        files[file] = bytes(document.content)
        rows.append(
            {
                "case_number": document.case.number,
                "number": document.number,
                "kind": document.kind,
                "title": document.title,
                "language": document.language,
                "media_type": document.media_type,
                "at": document.added_at,
                "added_by": document.added_by,
                "sha256": document.sha256,
                "file": file,
            }
        )
    return Section(code="case_documents", rows=rows, files=files)


def sections(person: Person) -> list[Section]:
    cases = list(cases_of(person))
    in_order = ("case__opened_at", "case_id")
    parties = Party.objects.filter(case__in=cases).select_related("case").order_by(*in_order, "position")
    steps = CaseAction.objects.filter(case__in=cases).select_related("case").order_by(*in_order, "number")
    seen = AuditEntry.objects.filter(subject__in=[f"case:{case.pk}" for case in cases]).order_by("at")
    return [
        Section(code="cases", rows=[_case_row(case) for case in cases]),
        Section(code="case_parties", rows=[_party_row(party) for party in parties]),
        _documents(cases),
        Section(
            code="case_steps",
            rows=[
                {
                    "case_number": step.case.number,
                    "number": step.number,
                    "at": step.at,
                    "actor": step.actor,
                    "event": step.kind,
                    "detail": step.detail,
                }
                for step in steps
            ],
        ),
        Section(code="case_audit", rows=list(seen.values("at", "actor", "action", "subject", "why"))),
    ]


def obstacles(person: Person) -> list[str]:
    return [
        f"Matter {case.number} of {case.municipality.slug} is not closed: {case.state}."
        for case in cases_of(person).exclude(state=Case.State.CLOSED)
    ]


def _how_long(record_class: RecordClass) -> str:
    return "for ever" if record_class.retention_years < 0 else f"{record_class.retention_years} years"


def kept(person: Person) -> list[str]:
    """A registered matter is archived by its class in the information-control plan, whoever asks."""
    return [
        f"Matter {case.number} of {case.municipality.slug} stays {_how_long(case.record_class)}, with parties, "
        f"documents and decisions: class {case.record_class.code} of the information-control plan."
        for case in cases_of(person)
    ]


def erase(_person: Person, _at: datetime) -> dict[str, int]:
    """Nothing: see `kept`. Parties' names stay sealed."""
    return {}
