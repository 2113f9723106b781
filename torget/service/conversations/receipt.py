"""The automatic receipt of an errand (13/2003, 12 §): in Finnish and in Swedish, whatever language was used."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from torget.foundation.core.business_days import HELSINKI
from torget.foundation.core.languages import Language
from torget.service.conversations.models import Conversation


def _day(moment: datetime) -> str:
    local = moment.astimezone(HELSINKI)
    return f"{local.day}.{local.month}.{local.year}"


def _clock(moment: datetime, language: str) -> str:
    local = moment.astimezone(HELSINKI)
    return f"{local.hour}{':' if language == Language.ENGLISH else '.'}{local.minute:02d}"


def _in(language: str, conversation: Conversation, due_at: datetime) -> str:
    with override(language):
        return _(
            "We have received your message on %(day)s at %(clock)s. %(municipality)s answers at the latest on %(due)s. "
            "This receipt was sent automatically."
        ) % {
            "day": _day(conversation.opened_at),
            "clock": _clock(conversation.opened_at, language),
            "municipality": conversation.municipality.name(language),
            "due": _day(due_at),
        }


def receipt_text(conversation: Conversation, due_at: datetime) -> str:
    """The person's own language first; a bilingual authority's automatic answers are always in both."""
    order = dict.fromkeys([conversation.language, Language.FINNISH.value, Language.SWEDISH.value])
    return "\n\n".join(_in(language, conversation, due_at) for language in order)
