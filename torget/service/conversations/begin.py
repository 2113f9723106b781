"""Begin a conversation in a municipality's queue: its clock, its first message, its receipt, and what hangs on it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from torget.foundation.core.opaque import opaque_token
from torget.service.conversations.mail import queue_letter
from torget.service.conversations.models import Contact, Conversation
from torget.service.conversations.receipt import receipt_text
from torget.service.conversations.steps import add_contact, note_event, origin_of
from torget.service.core.clock import Clock
from torget.service.core.service_types import ServiceType, Subject
from torget.service.core.states import State
from torget.service.forms.models import Attachment, Draft


def begin_conversation(
    *,
    service_type: ServiceType,
    municipality_id: int,
    patron_id: int | None,
    email: str,
    language: str,
    topic: str,
    subject: Subject,
    channel: str,
    actor: str,
    body: str,
    at: datetime,
    draft: Draft | None = None,
    message_id: str = "",
    mark: str = "",
    attachments: Sequence[Attachment] = (),
) -> Conversation:
    """Belongs into the caller's transaction, with what it came from."""
    clock = Clock(allowed=timedelta(hours=service_type.answer_within_hours)).started(at)
    conversation = Conversation.objects.create(
        token=opaque_token(),
        municipality_id=municipality_id,
        service_type=service_type.slug,
        patron_id=patron_id,
        email=email,
        language=language,
        topic=topic,
        subject=dict(subject),
        state=State.WAITING,
        opened_at=at,
        due_at=clock.due_at,
        clock_since=clock.since,
    )
    note_event(conversation, "opened", actor=actor, at=at, detail={"channel": channel})
    add_contact(
        conversation,
        direction=Contact.Direction.IN,
        channel=channel,
        actor=actor,
        body=body,
        at=at,
        draft=draft,
        message_id=message_id,
        mark=mark,
        attachments=attachments,
    )
    service_type.on_open(conversation.subject, origin_of(conversation), at)
    receipt = add_contact(
        conversation,
        direction=Contact.Direction.OUT,
        channel="automatic",
        actor="worker",
        body=receipt_text(conversation, clock.due_at or at),
        at=at,
    )
    queue_letter(conversation, receipt, at=at)
    return conversation
