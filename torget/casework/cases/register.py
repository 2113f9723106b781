"""Open a case and add to it. Everything here belongs into the caller's transaction, with what it follows from."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.db import connection

from torget.casework.cases.find import index_words
from torget.casework.cases.models import Case, CaseAction, CaseDocument, Party, RecordClass
from torget.casework.cases.wake import wake_worker
from torget.casework.core import chain
from torget.casework.core.numbering import case_number
from torget.casework.core.procedure import Procedure, Subject
from torget.casework.core.tokens import literal
from torget.foundation.core.business_days import HELSINKI, add_working_days
from torget.foundation.core.languages import LocalisedText
from torget.foundation.core.sealing import seal, unseal


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """A party as the outside knows them; sealed at rest, and shown through tokens."""

    role: str
    name: str
    email: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    """Such as the card number."""


def _next_number(municipality_id: int, year: int) -> int:
    """Without gaps: the row stays locked until the case is committed, and a roll-back gives the number back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_casenumbercounter (municipality_id, year, last) VALUES (%s, %s, 1) "
            "ON CONFLICT (municipality_id, year) DO UPDATE SET last = cases_casenumbercounter.last + 1 RETURNING last",
            [municipality_id, year],
        )
        return cast("int", cursor.fetchone()[0])


def open_case(
    *,
    municipality_id: int,
    municipality_number: str,
    procedure: Procedure,
    titles: LocalisedText,
    public_titles: LocalisedText,
    language: str,
    subject: Subject,
    parties: Sequence[PersonFacts],
    origin: str,
    actor: str,
    at: datetime,
) -> Case:
    """Register a matter; class, publicity and retention come from the information-control plan."""
    record_class = RecordClass.objects.get(code=procedure.record_class)
    year = at.astimezone(HELSINKI).year
    running = _next_number(municipality_id, year)
    case = Case.objects.create(
        municipality_id=municipality_id,
        number=case_number(
            settings.CASE_NUMBER_FORMAT,
            running=running,
            record_class=record_class.code,
            year=year,
            municipality_number=municipality_number,
        ),
        record_class=record_class,
        procedure=procedure.slug,
        titles={language: literal(text) for language, text in titles.items()},
        public_titles=dict(public_titles),
        publicity=record_class.publicity,
        secrecy_basis=record_class.secrecy_basis,
        language=language,
        state=Case.State.OPEN,
        subject=dict(subject),
        origin=origin,
        opened_at=at,
        due_on=add_working_days(at.astimezone(HELSINKI).date(), procedure.handling_days),
        prepare_at=at,
    )
    for position, person in enumerate(parties, start=1):
        content = {"name": person.name, "email": person.email, "details": dict(person.details)}
        Party.objects.create(
            case=case, position=position, role=person.role, sealed=seal(content, settings.CREDENTIAL_KEYS)
        )
    make_findable(case)
    log_action(case, kind="opened", actor=actor, at=at, detail={"origin": origin, "class": record_class.code})
    wake_worker()
    return case


def make_findable(case: Case) -> None:
    """By its number, the words of its titles, and the names of its parties."""
    names = [value for token, value in party_tokens(case).items() if token.endswith(".name")]
    index_words(case, [*case.titles.values(), case.number, *names])


def party_tokens(case: Case) -> dict[str, str]:
    """What the tokens in texts stand for, such as 'party.1.name'; an erased party has none."""
    tokens: dict[str, str] = {}
    for party in case.parties.filter(erased_at=None).order_by("position"):
        content = unseal(bytes(party.sealed), settings.CREDENTIAL_KEYS)
        tokens[f"party.{party.position}.name"] = content["name"]
        tokens[f"party.{party.position}.email"] = content["email"]
        tokens |= {f"party.{party.position}.{key}": value for key, value in content["details"].items()}
    return tokens


def log_action(case: Case, *, kind: str, actor: str, at: datetime, detail: Mapping[str, Any] | None = None) -> None:
    """Add a row to the case's log; the case's row is locked so that two writers form one chain."""
    Case.objects.select_for_update().only("pk").get(pk=case.pk)
    last = case.actions.order_by("-number").first()
    number, previous = (last.number + 1, last.hash) if last else (1, chain.START)
    content = dict(detail or {})
    CaseAction.objects.create(
        case=case,
        number=number,
        at=at,
        actor=actor,
        kind=kind,
        detail=content,
        previous_hash=previous,
        hash=chain.link(previous, number=number, at=at, actor=actor, kind=kind, detail=content),
    )


def first_broken_action(case: Case) -> int | None:
    """The number of the first row of the log that does not follow from the one before; None when all do."""
    rows = case.actions.order_by("number")
    return chain.first_break(
        (row.number, row.at, row.actor, row.kind, row.detail, row.previous_hash, row.hash) for row in rows
    )


def add_document(
    case: Case,
    *,
    kind: str,
    title: str,
    content: bytes,
    media_type: str,
    actor: str,
    at: datetime,
    language: str = "",
    publicity: int | None = None,
    sender_doubt: str = "",
) -> CaseDocument:
    Case.objects.select_for_update().only("pk").get(pk=case.pk)
    last = case.documents.order_by("-number").values_list("number", flat=True).first()
    document = CaseDocument.objects.create(
        case=case,
        number=(last or 0) + 1,
        kind=kind,
        title=title[:200],
        language=language,
        media_type=media_type,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        publicity=case.publicity if publicity is None else publicity,
        added_at=at,
        added_by=actor,
        sender_doubt=sender_doubt,
    )
    log_action(
        case, kind="document_added", actor=actor, at=at, detail={"document": document.number, "sha256": document.sha256}
    )
    return document
