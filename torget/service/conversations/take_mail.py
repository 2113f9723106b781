"""Take one incoming e-mail in: once, into its thread or as a new conversation, and never in answer to a machine."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Upper

from torget.foundation.cooperations.models import Cooperation, Municipality
from torget.foundation.core.languages import in_language
from torget.foundation.notify.models import OutgoingEmail
from torget.foundation.notify.send import message_id_host
from torget.foundation.notify.undeliverable import note_bounces
from torget.service.conversations.begin import begin_conversation
from torget.service.conversations.models import Contact, Conversation
from torget.service.conversations.reply import EmptyReply, add_reply
from torget.service.conversations.served import serving_municipalities
from torget.service.conversations.steps import lock_conversation, note_event, save
from torget.service.core.mail import IncomingMail, MailFile, Unreadable, Writer, read_mail
from torget.service.core.ports import RawMail
from torget.service.core.service_types import find_service_type
from torget.service.forms.attach import FileRefused, new_attachment
from torget.service.forms.models import Attachment

NEW_MAX = 5
"""New conversations by e-mail from one address within an hour; more is a loop or a flood."""
WITHIN = timedelta(hours=1)


class Taken(StrEnum):
    REPLY = "reply"
    NEW = "new"
    DOUBLE = "double"  #: taken before
    BOUNCE = "bounce"  #: noted with the conversation
    MACHINE = "machine"  #: noted if it belongs to a conversation; never answered
    LOOP = "loop"  #: our own letter, or too many from one address
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    NOWHERE = "nowhere"  #: no municipality takes questions here


def take_mail(raw: RawMail, *, at: datetime) -> Taken:
    """Never raises for what stands in the message."""
    try:
        mail = read_mail(
            raw.content,
            mailbox=settings.SERVICE_MAILBOX_ADDRESS,
            host=message_id_host(),
            trusted_server=settings.SERVICE_MAIL_TRUSTED_SERVER,
        )
    except Unreadable:
        return Taken.UNREADABLE
    if _is_ours(mail):
        return Taken.LOOP
    conversation = _thread(mail)
    if mail.writer is not Writer.PERSON:
        return _note_machine(mail, conversation, at=at)
    # A message that was cut off has no whole files.
    return _take_letter(mail, conversation, mail.files if raw.size <= len(raw.content) else (), at=at)


def _take_letter(
    mail: IncomingMail, conversation: Conversation | None, files: Sequence[MailFile], *, at: datetime
) -> Taken:
    """What a person wrote."""
    if Contact.objects.filter(message_id=mail.message_id).exists():
        return Taken.DOUBLE
    try:
        with transaction.atomic():
            attachments = [made for file in files if (made := _attach(file.name, file.content, at)) is not None]
            if conversation is not None:
                return _reply(mail, conversation, attachments, at=at)
            return _begin(mail, attachments, at=at)
    except EmptyReply:
        return Taken.EMPTY
    except IntegrityError:
        # Another worker has taken the same message in this moment.
        return Taken.DOUBLE


def _is_ours(mail: IncomingMail) -> bool:
    user, _at, domain = settings.SERVICE_MAILBOX_ADDRESS.lower().partition("@")
    local, _at, its_domain = mail.sender.lower().partition("@")
    is_mailbox = bool(user) and its_domain == domain and local.partition("+")[0] == user
    return is_mailbox or mail.message_id.startswith("<outgoing-")


def _thread(mail: IncomingMail) -> Conversation | None:
    """By our token in the address, else by the letter of ours that it answers."""
    for tag in mail.tags:
        by_token = Conversation.objects.annotate(upper=Upper("token")).filter(upper=tag.upper()).first()
        if by_token is not None:
            return by_token
    abouts = OutgoingEmail.objects.filter(pk__in=mail.answers, about__startswith="contact:")
    ids = [int(about.partition(":")[2]) for about in abouts.values_list("about", flat=True)]
    contact = Contact.objects.select_related("conversation").filter(pk__in=ids).order_by("-pk").first()
    return contact.conversation if contact else None


def _note_machine(mail: IncomingMail, conversation: Conversation | None, *, at: datetime) -> Taken:
    """An agent sees that the letter did not arrive, or that the person is away; the clock does not move."""
    taken = Taken.BOUNCE if mail.writer is Writer.BOUNCE else Taken.MACHINE
    if taken is Taken.BOUNCE and mail.has_failed:
        note_bounces(mail.answers, now=at)
    if conversation is not None:
        with transaction.atomic():
            locked = lock_conversation(conversation.pk)
            if not locked.events.filter(detail__message_id=mail.message_id).exists():
                save(locked)
                kind = "bounced" if taken is Taken.BOUNCE else "machine_wrote"
                note_event(locked, kind, actor="worker", at=at, detail={"message_id": mail.message_id})
    return taken


def _mark(mail: IncomingMail, expected: str) -> str:
    if mail.sender.lower() != expected.lower():
        return "other_sender"
    return "" if mail.is_authenticated else "unauthenticated"


def _attach(name: str, content: bytes, at: datetime) -> Attachment | None:
    """What is refused is left out; the text is taken all the same. The scanner's task looks at the rest."""
    try:
        return new_attachment(name=name or "file", content=content, draft=None, at=at)
    except FileRefused:
        return None


def _reply(mail: IncomingMail, conversation: Conversation, attachments: list[Attachment], *, at: datetime) -> Taken:
    add_reply(
        conversation_id=conversation.pk,
        body=mail.text,
        actor="person",
        at=at,
        channel="email",
        message_id=mail.message_id,
        mark=_mark(mail, conversation.email),
        attachments=attachments,
    )
    return Taken.REPLY


def _municipality(mail: IncomingMail) -> Municipality | None:
    """Its slug after the plus; without one, the coordinator of customer service answers or hands over."""
    served = {one.slug: one for one in serving_municipalities()}
    for tag in mail.tags:
        if tag.lower() in served:
            return served[tag.lower()]
    cooperation = Cooperation.objects.filter(service=Cooperation.Service.CUSTOMER_SERVICE).order_by("id").first()
    return cooperation.coordinator if cooperation else None


def _begin(mail: IncomingMail, attachments: list[Attachment], *, at: datetime) -> Taken:
    municipality = _municipality(mail)
    if municipality is None or not mail.sender:
        return Taken.NOWHERE
    if not mail.text and not attachments:
        return Taken.EMPTY
    lately = Conversation.objects.filter(email__iexact=mail.sender, opened_at__gt=at - WITHIN)
    if lately.count() >= NEW_MAX:
        return Taken.LOOP
    service_type = find_service_type(settings.SERVICE_MAILBOX_SERVICE_TYPE)
    language = municipality.languages[0] if municipality.languages else "fi"
    begin_conversation(
        service_type=service_type,
        municipality_id=municipality.pk,
        patron_id=None,
        email=mail.sender,
        language=language,
        topic=in_language(service_type.names, language),
        subject={},
        channel="email",
        actor="person",
        body=f"{mail.subject}\n\n{mail.text}" if mail.subject else mail.text,
        at=at,
        message_id=mail.message_id,
        mark="" if mail.is_authenticated else "unauthenticated",
        attachments=attachments,
    )
    return Taken.NEW
