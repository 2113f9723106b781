"""The person writes again: in an open errand the clock goes on; a closed one is opened anew, unless it is a matter.

A matter that is not decided yet takes the message itself, and nobody else's clock starts.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from torget.service.conversations.follow import follow_message
from torget.service.conversations.models import Contact
from torget.service.conversations.steps import add_contact, lock_conversation, note_event, save, step
from torget.service.core.files import COUNT_MAX, FileFault
from torget.service.core.forms import LONG_TEXT_LENGTH_MAX, tidy
from torget.service.core.ports import ScannerDown
from torget.service.core.states import Event, State
from torget.service.forms.attach import FileRefused, new_attachment, scan_attachment
from torget.service.forms.models import Attachment


class EmptyReply(Exception):
    """Nothing was written."""


class ReplyTooLong(Exception):
    """More than LONG_TEXT_LENGTH_MAX characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFile:
    name: str
    content: bytes


def _is_same(last: Contact, actor: str, text: str, files: Sequence[ReplyFile]) -> bool:
    if (last.direction, last.actor, last.body) != (Contact.Direction.IN, actor, text):
        return False
    sent = {hashlib.sha256(file.content).hexdigest() for file in files}
    return sent == set(last.attachments.values_list("sha256", flat=True))


def scan_reply(contact: Contact, *, at: datetime) -> None:
    """Look at its files now; while the scanner is down they wait for the task."""
    waiting = contact.attachments.filter(state=Attachment.State.WAITING).order_by("pk")
    for attachment_id in waiting.values_list("pk", flat=True):
        try:
            scan_attachment(attachment_id=attachment_id, at=at)
        except ScannerDown:
            return


def add_reply(
    *,
    conversation_id: int,
    body: str,
    actor: str,
    at: datetime,
    channel: str = "web",
    message_id: str = "",
    mark: str = "",
    attachments: Sequence[Attachment] = (),
    files: Sequence[ReplyFile] = (),
) -> Contact:
    """The same words and files as in the last message are a second press of the button and are taken once.

    `files` wait for the scanner, whom scan_reply asks afterwards. Raise EmptyReply, ReplyTooLong, FileRefused.
    """
    text = tidy(body)
    if not text and not attachments and not files:
        raise EmptyReply
    if len(files) > COUNT_MAX:
        raise FileRefused(FileFault.TOO_MANY)
    if len(text) > LONG_TEXT_LENGTH_MAX:
        raise ReplyTooLong
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        last = conversation.contacts.order_by("-at", "-pk").first()
        if channel == "web" and last is not None and _is_same(last, actor, text, files):
            return last
        made = [new_attachment(name=file.name, content=file.content, draft=None, at=at) for file in files]
        contact = add_contact(
            conversation,
            direction=Contact.Direction.IN,
            channel=channel,
            actor=actor,
            body=text,
            at=at,
            message_id=message_id,
            mark=mark,
            attachments=[*attachments, *made],
        )
        is_for_the_matter = follow_message(contact, at=at)
        detail = {"contact": contact.pk}
        if is_for_the_matter and conversation.state == State.CLOSED:
            save(conversation)
            note_event(conversation, Event.REPLIED, actor=actor, at=at, detail=detail)
        else:
            step(conversation, Event.REPLIED, actor=actor, at=at, detail=detail)
    return contact
