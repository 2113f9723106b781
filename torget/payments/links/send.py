"""Send a payment link by e-mail: sum, payees and last day, and nothing of what was borrowed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from torget.foundation.audit.record import record
from torget.foundation.notify.models import OutgoingEmail
from torget.payments.links.models import PaymentLink

SENT_MAX = 3
"""More often nobody needs the same link, and a slip must not become a flood."""


class SentOften(Exception):
    """The link has been sent as often as it may."""


def send_link(
    *, link_id: int, recipient: str, subject: str, paragraphs: Sequence[str], actor: str, now: datetime
) -> None:
    """Lay the message into the out-box. Raise SentOften."""
    with transaction.atomic():
        link = PaymentLink.objects.select_for_update(of=("self",)).select_related("municipality").get(pk=link_id)
        about = f"link:{link_id}:"
        sent = OutgoingEmail.objects.filter(about__startswith=about).count()
        if sent >= SENT_MAX:
            raise SentOften
        OutgoingEmail.objects.create(
            created_at=now,
            recipient=recipient,
            subject=subject,
            body="\n\n".join(paragraphs) + "\n",
            about=f"{about}{sent + 1}",
            reply_to=link.municipality.contact_email if link.municipality else "",
        )
        record(
            at=now,
            actor=actor,
            action="send payment link",
            subject=f"link:{link_id}",
            municipality_id=link.municipality_id,
        )
