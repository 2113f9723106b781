"""Letters to the person of a conversation, put into the out-box with what they tell of."""

from datetime import datetime
from email.headerregistry import Address

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from torget.foundation.core.identity_codes import mask_identity_codes
from torget.foundation.notify.models import OutgoingEmail
from torget.service.conversations.models import Contact, Conversation

SUBJECT_LENGTH_MAX = 200


def errand_url(conversation: Conversation) -> str:
    return f"{settings.PUBLIC_URL}{reverse('errand', args=[conversation.token])}"


def reply_address(conversation: Conversation) -> str:
    """Our mailbox with the conversation's token after a plus; empty when no mailbox is configured."""
    if not settings.SERVICE_MAILBOX_ADDRESS:
        return ""
    address = Address(addr_spec=settings.SERVICE_MAILBOX_ADDRESS)
    return Address(username=f"{address.username}+{conversation.token}", domain=address.domain).addr_spec


def _closing(conversation: Conversation) -> str:
    """In the person's language: where the errand is, and how one answers."""
    url = errand_url(conversation)
    lines = [_("See the whole errand and write to us here:"), url]
    if settings.SERVICE_MAILBOX_ADDRESS:
        lines.append(_("You can also answer this message. Do not write your personal identity code."))
    return "\n".join(lines)


def queue_letter(conversation: Conversation, contact: Contact, *, at: datetime) -> bool:
    """Whether there was an address to write to. The same contact is never queued twice."""
    if not conversation.email:
        return False
    with override(conversation.language):
        name = conversation.municipality.name(conversation.language)
        subject = f"{conversation.topic} – {name}"
        # E-mail is not sealed, so what looks like an identity code does not leave by it.
        body = f"{mask_identity_codes(contact.body)}\n\n{name}\n\n--\n{_closing(conversation)}\n"
    OutgoingEmail.objects.get_or_create(
        about=f"contact:{contact.pk}",
        defaults={
            "created_at": at,
            "recipient": conversation.email,
            "subject": subject[:SUBJECT_LENGTH_MAX],
            "body": body,
            "reply_to": reply_address(conversation),
            "is_automatic": contact.channel == "automatic",
        },
    )
    return True
