"""What agents see: the conversations of their municipalities, and nothing of others."""

from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from torget.foundation.people.access import Access
from torget.service.conversations.models import Conversation, Transfer
from torget.service.core.states import State

CLOSED_SHOWN_FOR = timedelta(days=90)


def visible_conversations(access: Access) -> QuerySet[Conversation]:
    """From the role of agent alone; an operator looks after the system and reads nobody's letters."""
    return Conversation.objects.filter(municipality_id__in=sorted(access.agent))


def open_queue(access: Access) -> QuerySet[Conversation]:
    """Those that wait for us first, by their due time; then those that wait for the person."""
    waiting = visible_conversations(access).exclude(state=State.CLOSED)
    return waiting.select_related("municipality", "agent").order_by(F("due_at").asc(nulls_last=True), "pk")


def closed_lately(access: Access, now: datetime) -> QuerySet[Conversation]:
    closed = visible_conversations(access).filter(state=State.CLOSED, closed_at__gt=now - CLOSED_SHOWN_FOR)
    return closed.select_related("municipality", "agent").order_by("-closed_at")


def other_errands(access: Access, conversation: Conversation) -> QuerySet[Conversation]:
    """Of the same person, as far as the agent may see them."""
    same = Q(pk__in=[])
    if conversation.patron_id is not None:
        same |= Q(patron_id=conversation.patron_id)
    if conversation.email:
        same |= Q(email__iexact=conversation.email)
    return visible_conversations(access).filter(same).exclude(pk=conversation.pk).order_by("-opened_at")


def errands_of(patron_id: int) -> QuerySet[Conversation]:
    return Conversation.objects.filter(patron_id=patron_id).select_related("municipality").order_by("-opened_at")


def offered_to(access: Access) -> QuerySet[Transfer]:
    """What other municipalities offer to those of the agent, the oldest first."""
    offered = Transfer.objects.filter(state=Transfer.State.OFFERED, to_municipality_id__in=sorted(access.agent))
    return offered.select_related("from_municipality", "to_municipality", "conversation").order_by("offered_at")
