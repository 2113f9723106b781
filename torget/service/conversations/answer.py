"""Answer the person, ask them something, or write a note for colleagues; never over the head of another agent."""

from datetime import datetime
from enum import StrEnum

from django.db import transaction

from torget.service.conversations.mail import queue_letter
from torget.service.conversations.models import Contact, Presence
from torget.service.conversations.steps import add_contact, lock_conversation, note_event, save, step
from torget.service.core.forms import LONG_TEXT_LENGTH_MAX, tidy
from torget.service.core.states import Event


class Then(StrEnum):
    """What the conversation waits for after the answer."""

    CLOSE = "close"
    ASK = "ask"
    KEEP = "keep"


EVENTS = {Then.CLOSE: Event.ANSWERED_LAST, Then.ASK: Event.ASKED, Then.KEEP: Event.ANSWERED}


class NothingWritten(Exception):
    """An empty answer helps nobody."""


class TooLong(Exception):
    """More than LONG_TEXT_LENGTH_MAX characters."""


def _checked(body: str) -> str:
    text = tidy(body)
    if not text:
        raise NothingWritten
    if len(text) > LONG_TEXT_LENGTH_MAX:
        raise TooLong
    return text


def answer_conversation(
    *, conversation_id: int, version: int, body: str, then: Then, employee_id: int, at: datetime
) -> Contact:
    """Raise NothingWritten, TooLong, ChangedMeanwhile, NotPossible. The same answer sent twice is one answer."""
    text = _checked(body)
    actor = f"staff:{employee_id}"
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        last = conversation.contacts.order_by("-at", "-pk").first()
        is_double_click = (
            conversation.version == version + 1
            and last is not None
            and (last.direction, last.actor, last.body) == (Contact.Direction.OUT, actor, text)
        )
        if is_double_click and last is not None:
            return last
        lock_conversation(conversation_id, version=version)
        if conversation.agent_id is None:
            conversation.agent_id = employee_id
        step(conversation, EVENTS[then], actor=actor, at=at)
        contact = add_contact(
            conversation, direction=Contact.Direction.OUT, channel="web", actor=actor, body=text, at=at
        )
        queue_letter(conversation, contact, at=at)
        Presence.objects.filter(conversation=conversation, employee_id=employee_id).update(typed="")
    return contact


def write_note(*, conversation_id: int, body: str, employee_id: int, at: datetime) -> Contact:
    """For staff only; a note answers nobody, so it needs no version. Raise NothingWritten, TooLong."""
    text = _checked(body)
    actor = f"staff:{employee_id}"
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        contact = add_contact(
            conversation, direction=Contact.Direction.NOTE, channel="web", actor=actor, body=text, at=at
        )
        save(conversation)
        note_event(conversation, "noted", actor=actor, at=at, detail={"contact": contact.pk})
    return contact
