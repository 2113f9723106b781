"""What was done with a conversation, in words."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from torget.foundation.people.models import Employee
from torget.service.conversations.models import Conversation, ConversationEvent
from torget.service.conversations.transfer import taken_over_at


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWords:
    at: datetime
    text: str
    who: str


def _text(event: ConversationEvent) -> str:
    plain = {
        "opened": _("Opened"),
        "answered": _("Answered, kept open"),
        "answered_last": _("Answered and closed"),
        "asked": _("Asked the person; the clock stands still"),
        "replied": _("The person wrote"),
        "closed": _("Closed: %(reason)s"),
        "reopened": _("Opened again"),
        "assigned": _("Given to %(to)s"),
        "unassigned": _("Put back into the queue"),
        "noted": _("Note written"),
        "promoted": _("Became the matter %(number)s"),
        "bounced": _("An e-mail to the person did not arrive"),
        "machine_wrote": _("An automatic answer came, such as out of office"),
        "offered": _("Offered to %(to)s: %(reason)s"),
        "accepted": _("Taken over by %(to)s"),
        "returned": _("Given back: %(reason)s"),
    }
    detail = {"reason": "", "to": "", "number": "", **event.detail}
    kind = event.kind
    if kind == "assigned":
        agent = Employee.objects.filter(pk=event.detail.get("to")).first() if event.detail.get("to") else None
        kind = "assigned" if agent else "unassigned"
        detail["to"] = agent.full_name if agent else ""
    return plain[kind] % detail if kind in plain else kind


def event_words(conversation: Conversation, names: dict[str, str]) -> list[EventWords]:
    """The latest first; what was done before the present municipality took over stays with the one before."""
    since = taken_over_at(conversation)
    events = conversation.events.order_by("-at", "-pk")
    if since is not None:
        events = events.filter(at__gte=since)
    return [EventWords(at=event.at, text=_text(event), who=names.get(event.actor, "")) for event in events]
