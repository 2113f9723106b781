"""Who has a conversation open, and what they have typed and not sent; so that two agents never surprise each other."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from torget.service.conversations.models import Presence
from torget.service.core.forms import LONG_TEXT_LENGTH_MAX

HERE_FOR = timedelta(seconds=45)
"""Without a sign of life for so long, an agent has gone; the page gives one every fifteen seconds."""
HERE_FOR_WITHOUT_SCRIPT = timedelta(minutes=5)
"""A browser without scripts gives a sign only when a page is opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    name: str
    is_typing: bool


def note_presence(*, conversation_id: int, employee_id: int, typed: str | None, at: datetime) -> None:
    """`typed` None leaves what was kept before."""
    defaults: dict[str, object] = {"seen_at": at}
    if typed is not None:
        defaults["typed"] = typed.replace("\x00", "")[:LONG_TEXT_LENGTH_MAX]
    Presence.objects.update_or_create(conversation_id=conversation_id, employee_id=employee_id, defaults=defaults)


def kept_text(*, conversation_id: int, employee_id: int) -> str:
    found = Presence.objects.filter(conversation_id=conversation_id, employee_id=employee_id)
    return found.values_list("typed", flat=True).first() or ""


def colleagues_here(*, conversation_id: int, employee_id: int, at: datetime) -> list[Colleague]:
    others = (
        Presence.objects.filter(conversation_id=conversation_id, seen_at__gt=at - HERE_FOR_WITHOUT_SCRIPT)
        .exclude(employee_id=employee_id)
        .select_related("employee")
        .order_by("employee__full_name")
    )
    return [
        Colleague(name=one.employee.full_name, is_typing=bool(one.typed))
        for one in others
        if one.typed or one.seen_at > at - HERE_FOR
    ]
