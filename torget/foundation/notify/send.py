"""Send what lies in the out-box.

A row is taken by a lease that is committed before the mail server is called: two senders never have the same row, and
what a dying sender had taken comes up again. So a message may rarely arrive twice, with the same Message-ID, never not
at all.
"""

import logging
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q

from torget.foundation.notify.models import OutgoingEmail

logger = logging.getLogger("torget.notify")

LEASE = timedelta(minutes=5)
WAIT_MAX = timedelta(hours=12)
TRIES_MAX = 12
"""About three days; after that the row stays unsent with this many tries, for a person to look at."""


def wait_after(tries: int) -> timedelta:
    """Two minutes after the first failure, doubled each time."""
    return min(timedelta(minutes=2**tries), WAIT_MAX)


def _take_next(now: datetime) -> OutgoingEmail | None:
    with transaction.atomic():
        due = OutgoingEmail.objects.select_for_update(skip_locked=True).filter(
            Q(next_at=None) | Q(next_at__lte=now), sent_at=None, tries__lt=TRIES_MAX, is_once=False
        )
        email = due.order_by(F("next_at").asc(nulls_first=True), "id").first()
        if email is None:
            return None
        email.next_at, email.tries = now + LEASE, email.tries + 1
        email.save(update_fields=["next_at", "tries"])
    return email


def message_id_host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"


def message_of(email: OutgoingEmail) -> EmailMessage:
    headers = {"Message-ID": f"<outgoing-{email.id}@{message_id_host()}>", **email.headers}
    if email.is_automatic:
        headers["Auto-Submitted"] = "auto-generated"
    reply_to = [email.reply_to] if email.reply_to else None
    return EmailMessage(
        subject=email.subject, body=email.body, to=[email.recipient], headers=headers, reply_to=reply_to
    )


def send_due_emails(now: datetime, limit: int) -> int:
    """Try at most `limit` messages, one by one; how many were sent. A failure leaves its message for later."""
    sent = 0
    for _ in range(limit):
        email = _take_next(now)
        if email is None:
            break
        try:
            message_of(email).send()
        except Exception as error:  # noqa: BLE001 - one bad message must not hold up the others
            # The type only: the error's text may carry the recipient's address.
            about = {"email": email.id, "tries": email.tries, "error": type(error).__name__}
            logger.warning("e-mail not sent", extra=about)
            OutgoingEmail.objects.filter(id=email.id, sent_at=None).update(next_at=now + wait_after(email.tries))
            continue
        sent += OutgoingEmail.objects.filter(id=email.id, sent_at=None).update(sent_at=now, next_at=None)
    return sent
