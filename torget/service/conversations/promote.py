"""Make a registered matter of a conversation: one action, and every id is kept.

An agent does it, or the sending of an application itself.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from torget.casework.cases.models import Case
from torget.casework.cases.register import PersonFacts, open_case
from torget.casework.core.procedure import find_procedure
from torget.service.conversations.follow import add_file, add_message
from torget.service.conversations.models import Contact, Conversation
from torget.service.conversations.steps import lock_conversation, origin_of, step
from torget.service.core.forms import Kind
from torget.service.core.service_types import find_service_type
from torget.service.core.states import Event
from torget.service.forms.drafts import form_of_draft
from torget.service.forms.models import Attachment, Draft


class NoProcedure(Exception):
    """No matter follows from this kind of errand."""


class AlreadyPromoted(Exception):
    """It is a matter already."""


def _form_sent(conversation: Conversation) -> Draft | None:
    contact = conversation.contacts.filter(draft__isnull=False).select_related("draft__form").order_by("pk").first()
    return contact.draft if contact else None


def _chosen(draft: Draft | None) -> dict[str, str]:
    """What was chosen from options, and days: facts for the rules. What was written freely goes in as a document."""
    if draft is None:
        return {}
    form = form_of_draft(draft)
    return {
        field_id: value
        for field_id, value in draft.answers.items()
        if (field := form.field(field_id)) is not None and field.kind in (Kind.CHOICE, Kind.DATE)
    }


def _person(conversation: Conversation, draft: Draft | None) -> PersonFacts:
    name = draft.answers.get("name", "") if draft else ""
    card = conversation.subject.get("card_number", "")
    return PersonFacts(
        role="applicant",
        name=name or conversation.email or conversation.topic,
        email=conversation.email,
        details={"card_number": card} if card else {},
    )


def promote_conversation(*, conversation_id: int, version: int, employee_id: int, at: datetime) -> int:
    """The id of the matter. Raise NoProcedure, AlreadyPromoted, ChangedMeanwhile, NotPossible."""
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        if conversation.case_id is not None:
            raise AlreadyPromoted
        lock_conversation(conversation_id, version=version)
        return make_matter(conversation, actor=f"staff:{employee_id}", at=at)


def make_matter(conversation: Conversation, *, actor: str, at: datetime) -> int:
    """In the caller's transaction, which holds the conversation's row. Raise NoProcedure, NotPossible."""
    slug = find_service_type(conversation.service_type).procedure
    if slug is None:
        raise NoProcedure
    procedure, draft = find_procedure(slug), _form_sent(conversation)
    person, origin = _person(conversation, draft), origin_of(conversation)
    channel = conversation.contacts.order_by("pk").values_list("channel", flat=True).first()
    subject: dict[str, Any] = {**_chosen(draft), **conversation.subject, "channel": channel, "origin": origin}
    case = open_case(
        municipality_id=conversation.municipality_id,
        municipality_number=conversation.municipality.number,
        procedure=procedure,
        titles={language: f"{name}: {person.name}" for language, name in procedure.names.items()},
        public_titles=procedure.names,
        language=conversation.language,
        subject=subject,
        parties=[person],
        origin=origin,
        actor=actor,
        at=at,
    )
    _add_documents(conversation, case, actor=actor, at=at)
    conversation.case_id = case.pk
    step(conversation, Event.PROMOTED, actor=actor, at=at, detail={"number": case.number, "case": case.pk})
    return case.pk


def _add_documents(conversation: Conversation, case: Case, *, actor: str, at: datetime) -> None:
    """What the person wrote, and the files that the scanner has passed; follow.py takes the others when it has."""
    incoming = conversation.contacts.filter(direction=Contact.Direction.IN).order_by("at", "pk")
    for number, contact in enumerate(incoming, start=1):
        add_message(contact, case, number=number, actor=actor, at=at)
        for attachment in contact.attachments.filter(state=Attachment.State.CLEAN).order_by("pk"):
            add_file(attachment, case, actor=actor, at=at)
