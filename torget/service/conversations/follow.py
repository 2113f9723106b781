"""What comes to an errand that is a matter goes into it: messages at once, files when the scanner has passed them."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from torget.casework.cases.models import Case, CaseDocument
from torget.casework.cases.register import add_document
from torget.casework.cases.unread import note_unread
from torget.casework.decisions.drafts import read_again
from torget.service.conversations.models import Contact
from torget.service.forms.models import Attachment

LOOKED_BACK = timedelta(days=7)
"""How long ago the scanner may have passed a file that is still to follow."""
BATCH = 200


def add_message(contact: Contact, case: Case, *, number: int, actor: str, at: datetime) -> None:
    add_document(
        case,
        kind="application" if number == 1 else "message",
        title=f"{contact.conversation.topic} {number}",
        content=contact.body.encode(),
        media_type="text/plain; charset=utf-8",
        language=contact.language,
        actor=actor,
        at=at,
        sender_doubt=contact.mark,
    )


def add_file(attachment: Attachment, case: Case, *, actor: str, at: datetime) -> None:
    came_with = attachment.contacts.order_by("pk").first()
    add_document(
        case,
        kind="attachment",
        title=attachment.name,
        content=bytes(attachment.content),
        media_type=attachment.media_type,
        actor=actor,
        at=at,
        sender_doubt=came_with.mark if came_with else "",
    )


def follow_message(contact: Contact, *, at: datetime) -> bool:
    """A person wrote again in an errand that is a matter; in the transaction that took the message.

    Whether the matter is still undecided: then whoever prepares it reads the message, and no agent is asked.
    """
    conversation = contact.conversation
    if conversation.case_id is None:
        return False
    case = Case.objects.select_for_update().get(pk=conversation.case_id)
    is_undecided = case.state in (Case.State.OPEN, Case.State.PREPARED)
    if contact.body:
        number = conversation.contacts.filter(direction=Contact.Direction.IN).count()
        add_message(contact, case, number=number, actor=contact.actor, at=at)
        read_again(case)
        if is_undecided:
            note_unread(case, at=at)
    return is_undecided


def follow_files(*, at: datetime) -> int:
    """Add the files that have been passed since their errand became a matter; how many those were."""
    there = CaseDocument.objects.filter(case=OuterRef("case_id"), kind="attachment", sha256=OuterRef("sha256"))
    missing = (
        Attachment.objects.filter(
            state=Attachment.State.CLEAN,
            scanned_at__gt=at - LOOKED_BACK,
            contacts__direction=Contact.Direction.IN,
            contacts__conversation__case_id__isnull=False,
        )
        .annotate(case_id=F("contacts__conversation__case_id"))
        .exclude(Exists(there))
        .order_by("pk")
    )
    done = 0
    for attachment_id, case_id in missing.values_list("pk", "case_id")[:BATCH]:
        with transaction.atomic():
            case = Case.objects.select_for_update().get(pk=case_id)
            attachment = Attachment.objects.get(pk=attachment_id)
            # Another process may have been first; the case's row is locked from here on.
            if not case.documents.filter(kind="attachment", sha256=attachment.sha256).exists():
                add_file(attachment, case, actor="worker", at=at)
                read_again(case)
                note_unread(case, at=at)
                done += 1
    return done
