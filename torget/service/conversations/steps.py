"""The one way a conversation changes: its row is locked, its version checked, and each step leaves a row."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from torget.service.conversations.models import Contact, Conversation, ConversationEvent
from torget.service.core.clock import Clock
from torget.service.core.service_types import find_service_type
from torget.service.core.states import Event, State, next_state
from torget.service.forms.models import Attachment, Draft


class ChangedMeanwhile(Exception):
    """Something came or was done since the page was shown; whoever asks must see it first."""


class NoConversation(Exception):
    """There is none of this id, or none that this person may change."""


def lock_conversation(conversation_id: int, *, version: int | None = None) -> Conversation:
    """Inside the caller's transaction. Raise NoConversation, and ChangedMeanwhile if a version is given and is old."""
    found = Conversation.objects.select_for_update().filter(pk=conversation_id).first()
    if found is None:
        raise NoConversation
    if version is not None and found.version != version:
        raise ChangedMeanwhile
    return found


def origin_of(conversation: Conversation) -> str:
    """How payments and casework call what they have from it."""
    return f"conversation:{conversation.pk}"


def clock_of(conversation: Conversation) -> Clock:
    hours = find_service_type(conversation.service_type).answer_within_hours
    return Clock(
        allowed=timedelta(hours=hours),
        used=timedelta(minutes=conversation.minutes_used),
        since=conversation.clock_since,
    )


def set_clock(conversation: Conversation, clock: Clock) -> None:
    conversation.minutes_used = int(clock.used.total_seconds() // 60)
    conversation.clock_since = clock.since
    conversation.due_at = clock.due_at


def step(
    conversation: Conversation, event: Event, *, actor: str, at: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    """Take a locked conversation one step on, with its clock and what else hangs on it. Raise NotPossible."""
    before = State(conversation.state)
    after = next_state(before, event)
    kind = find_service_type(conversation.service_type)
    clock = clock_of(conversation)
    if before is State.CLOSED and after is State.WAITING:
        # Whoever comes back waits anew.
        clock = Clock(allowed=clock.allowed).started(at)
        if conversation.case_id is None:
            kind.on_open(conversation.subject, origin_of(conversation), at)
    else:
        clock = clock.started(at) if after is State.WAITING else clock.stopped(at)
    set_clock(conversation, clock)
    conversation.state = after
    conversation.closed_at = at if after is State.CLOSED else None
    if after is State.CLOSED and before is not State.CLOSED and conversation.case_id is None:
        kind.on_close(conversation.subject, origin_of(conversation), at)
    save(conversation)
    note_event(conversation, event.value, actor=actor, at=at, detail=detail)


def save(conversation: Conversation) -> None:
    """A locked row, as the next version."""
    conversation.version += 1
    conversation.save()


def note_event(
    conversation: Conversation, kind: str, *, actor: str, at: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    ConversationEvent.objects.create(
        conversation=conversation, at=at, actor=actor, kind=kind, detail=dict(detail or {})
    )


def add_contact(
    conversation: Conversation,
    *,
    direction: Contact.Direction,
    channel: str,
    actor: str,
    body: str,
    at: datetime,
    language: str = "",
    draft: Draft | None = None,
    message_id: str = "",
    mark: str = "",
    attachments: Sequence[Attachment] = (),
) -> Contact:
    contact = Contact.objects.create(
        conversation=conversation,
        at=at,
        direction=direction,
        channel=channel,
        actor=actor,
        language=language or conversation.language,
        body=body,
        draft=draft,
        message_id=message_id,
        mark=mark,
    )
    contact.attachments.set(attachments)
    return contact
