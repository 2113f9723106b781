"""What has happened in one errand, oldest first, from every part that had to do with it."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from torget.foundation.core.languages import in_language
from torget.foundation.design.page import EventKind
from torget.service.conversations.models import Contact, Conversation
from torget.service.forms.models import Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLink:
    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    at: datetime
    title: str
    body: str = ""
    kind: EventKind = EventKind.DONE
    language: str = ""
    """Of the body, where it differs from the page's."""
    attachments: list[Attachment] = field(default_factory=list)
    links: list[EntryLink] = field(default_factory=list)


def _message_title(contact: Contact, municipality: str) -> str:
    if contact.direction == Contact.Direction.IN:
        return _("You wrote") if contact.channel != "form" else _("You sent your question")
    if contact.channel == "automatic":
        return _("Receipt")
    return _("%(municipality)s answered") % {"municipality": municipality}


def _messages(conversation: Conversation, language: str) -> list[Entry]:
    municipality = conversation.municipality.name(language)
    contacts = conversation.contacts.exclude(direction=Contact.Direction.NOTE).prefetch_related("attachments")
    return [
        Entry(
            at=contact.at,
            title=_message_title(contact, municipality),
            body=contact.body,
            language=contact.language if contact.language != language else "",
            attachments=sorted(contact.attachments.all(), key=lambda one: one.pk),
        )
        for contact in contacts.order_by("at", "pk")
    ]


def _transfers(conversation: Conversation, language: str) -> list[Entry]:
    entries = []
    for transfer in conversation.transfers.select_related("to_municipality", "from_municipality"):
        to, sender = transfer.to_municipality, transfer.from_municipality
        names = {"to": in_language(to.names, language), "sender": in_language(sender.names, language)}
        entries.append(Entry(at=transfer.offered_at, title=_("Handed over to %(to)s") % names))
        if transfer.answered_at and transfer.state == "accepted":
            entries.append(Entry(at=transfer.answered_at, title=_("%(to)s took over your errand") % names))
        elif transfer.answered_at:
            entries.append(
                Entry(at=transfer.answered_at, title=_("%(to)s gave your errand back to %(sender)s") % names)
            )
    return entries


def errand_timeline(conversation: Conversation, language: str) -> list[Entry]:
    entries = [*_messages(conversation, language), *_transfers(conversation, language)]
    return sorted(entries, key=lambda entry: entry.at)
