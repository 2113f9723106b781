"""Take a conversation, give it to a colleague, close it without an answer, and open it again."""

from datetime import datetime

from django.db import transaction

from torget.foundation.people.models import Employee, Role
from torget.service.conversations.models import Conversation
from torget.service.conversations.steps import lock_conversation, note_event, save, step
from torget.service.core.states import Event

REASON_LENGTH_MAX = 500


class NoReason(Exception):
    """Closing without an answer needs a reason that colleagues can read."""


class NotAnAgent(Exception):
    """Whoever shall have it does not work in this queue."""


def agents_of(municipality_id: int) -> list[Employee]:
    found = Employee.objects.filter(is_active=True, roles__kind=Role.Kind.AGENT, roles__municipality_id=municipality_id)
    return list(found.distinct().order_by("full_name"))


def assign_conversation(*, conversation_id: int, agent_id: int | None, employee_id: int, at: datetime) -> Conversation:
    """To oneself, to a colleague, or back to the queue. Raise NotAnAgent."""
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        if agent_id is not None and agent_id not in {one.pk for one in agents_of(conversation.municipality_id)}:
            raise NotAnAgent
        if conversation.agent_id == agent_id:
            return conversation
        before, conversation.agent_id = conversation.agent_id, agent_id
        save(conversation)
        note_event(
            conversation,
            "assigned",
            actor=f"staff:{employee_id}",
            at=at,
            detail={"from": before, "to": agent_id},
        )
    return conversation


def close_conversation(*, conversation_id: int, version: int, reason: str, employee_id: int, at: datetime) -> None:
    """Raise NoReason, ChangedMeanwhile, NotPossible."""
    text = reason.strip()[:REASON_LENGTH_MAX]
    if not text:
        raise NoReason
    with transaction.atomic():
        conversation = lock_conversation(conversation_id, version=version)
        step(conversation, Event.CLOSED, actor=f"staff:{employee_id}", at=at, detail={"reason": text})


def reopen_conversation(*, conversation_id: int, version: int, employee_id: int, at: datetime) -> None:
    """Raise ChangedMeanwhile, NotPossible."""
    with transaction.atomic():
        conversation = lock_conversation(conversation_id, version=version)
        step(conversation, Event.REOPENED, actor=f"staff:{employee_id}", at=at)
