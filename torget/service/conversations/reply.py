"""The person writes again: in an open errand the clock goes on, and a closed one is opened anew."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from torget.service.conversations.models import Contact
from torget.service.conversations.steps import add_contact, lock_conversation, step
from torget.service.core.forms import LONG_TEXT_LENGTH_MAX, tidy
from torget.service.core.states import Event
from torget.service.forms.models import Attachment


class EmptyReply(Exception):
    """Nothing was written."""


class ReplyTooLong(Exception):
    """More than LONG_TEXT_LENGTH_MAX characters."""


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
) -> Contact:
    """The same words again within the last message are a second press of the button and are taken once."""
    text = tidy(body)
    if not text and not attachments:
        raise EmptyReply
    if len(text) > LONG_TEXT_LENGTH_MAX:
        raise ReplyTooLong
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        last = conversation.contacts.order_by("-at", "-pk").first()
        if (
            channel == "web"
            and last is not None
            and (last.direction, last.actor, last.body) == (Contact.Direction.IN, actor, text)
        ):
            return last
        contact = add_contact(
            conversation,
            direction=Contact.Direction.IN,
            channel=channel,
            actor=actor,
            body=text,
            at=at,
            message_id=message_id,
            mark=mark,
            attachments=attachments,
        )
        step(conversation, Event.REPLIED, actor=actor, at=at, detail={"contact": contact.pk})
    return contact
