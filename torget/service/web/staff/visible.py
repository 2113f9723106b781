"""One conversation that an employee may see; a try at another's is audited and looks like none."""

from django.http import Http404
from django.utils import timezone

from torget.foundation.audit.record import record
from torget.foundation.people.access import Access
from torget.foundation.staff.session import Staff, note_refusal
from torget.service.conversations.models import Conversation
from torget.service.conversations.queries import visible_conversations


def answers_people(access: Access) -> bool:
    """Whom the pages of customer service are for."""
    return bool(access.agent)


def find_conversation(staff: Staff, conversation_id: int, *, action: str) -> Conversation:
    found = (
        visible_conversations(staff.access)
        .select_related("municipality", "agent", "patron")
        .filter(pk=conversation_id)
        .first()
    )
    if found is None:
        owner = Conversation.objects.filter(pk=conversation_id).values_list("municipality_id", flat=True).first()
        note_refusal(staff, action=action, subject=f"conversation:{conversation_id}", municipality_id=owner)
        raise Http404
    return found


def note_read(staff: Staff, conversation: Conversation, *, action: str = "view conversation", **detail: object) -> None:
    record(
        at=timezone.now(),
        actor=staff.actor,
        action=action,
        subject=f"conversation:{conversation.pk}",
        municipality_id=conversation.municipality_id,
        detail=detail,
    )
