"""What has happened in one errand, oldest first, from every part that had to do with it."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from torget.casework.decisions.timeline import case_timeline
from torget.foundation.core.languages import in_language
from torget.foundation.design.page import EventKind
from torget.payments.fees.holds import holds_of
from torget.service.conversations.models import Contact, Conversation
from torget.service.conversations.steps import origin_of
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


def _message_title(contact: Contact, municipality: str, *, is_first: bool) -> str:
    if contact.direction == Contact.Direction.IN:
        return _("You wrote") if contact.channel != "form" else _("You sent your question")
    if contact.channel == "automatic" and not is_first:
        return _("Notice")
    if contact.channel == "automatic":
        return _("Receipt of your message")
    return _("%(municipality)s answered") % {"municipality": municipality}


def _messages(conversation: Conversation, language: str) -> list[Entry]:
    municipality = conversation.municipality.name(language)
    contacts = conversation.contacts.exclude(direction=Contact.Direction.NOTE).prefetch_related("attachments")
    return [
        Entry(
            at=contact.at,
            title=_message_title(contact, municipality, is_first=place == 1),
            body=contact.body,
            language=contact.language if contact.language != language else "",
            attachments=sorted(contact.attachments.all(), key=lambda one: one.pk),
        )
        for place, contact in enumerate(contacts.order_by("at", "pk"))
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


def _case(conversation: Conversation, language: str) -> list[Entry]:
    """The matter, its decisions and what was done about the money, as casework tells it to the party."""
    if conversation.case_id is None:
        return []
    entries = []
    for event in case_timeline(conversation.case_id, language):
        links = [(_("Read the decision"), event.page_url), (_("The decision as PDF"), event.pdf_url)]
        kind = EventKind.PROBLEM if event.needs_a_person else EventKind.WAITING if event.is_waiting else EventKind.DONE
        entries.append(
            Entry(
                at=event.at,
                title=event.title,
                body=event.text,
                kind=kind,
                links=[EntryLink(text=text, url=url) for text, url in links if url],
            )
        )
    return entries


def _money(conversation: Conversation, language: str) -> list[Entry]:
    """The hold of the fee, read where it is kept; the errand stores nothing of it."""
    municipality = conversation.municipality.name(language)
    entries = []
    for placed_at, ended_at in holds_of(origin=origin_of(conversation)):
        entries.append(Entry(at=placed_at, title=_("You need not pay the fee while the question is open")))
        if ended_at is not None:
            entries.append(
                Entry(
                    at=ended_at,
                    title=_("The fee is no longer on hold"),
                    body=_("What is still open can be paid again, to %(municipality)s.")
                    % {"municipality": municipality},
                )
            )
    return entries


def errand_timeline(conversation: Conversation, language: str) -> list[Entry]:
    """Messages, hand-overs, the matter, and the money: each part says what it knows, and nothing is copied."""
    entries = [
        *_messages(conversation, language),
        *_transfers(conversation, language),
        *_case(conversation, language),
        *_money(conversation, language),
    ]
    return sorted(entries, key=lambda entry: entry.at)
