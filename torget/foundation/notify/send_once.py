"""Send one message at once and never again: who wrote it learns what became of it.

For what must not arrive twice and must not arrive late. The row is committed before it is called; if the process dies
meanwhile, the row stays unsent and nobody takes it up.
"""

import smtplib
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import cast

from django.conf import settings
from django.core.mail import get_connection

from torget.foundation.core.messages import Delivered, SmsGateway
from torget.foundation.notify.models import OutgoingEmail, OutgoingSms
from torget.foundation.notify.send import message_of

_FOR_GOOD = 500
"""Answers from here on are final (RFC 5321); below it the server asks to be tried later."""


def can_send_sms() -> bool:
    return bool(settings.SMS_GATEWAY["OPTIONS"]["url"])


@cache
def _build(backend: str, options: tuple[tuple[str, str], ...]) -> SmsGateway:
    module, _dot, name = backend.rpartition(".")
    return cast("SmsGateway", getattr(import_module(module), name)(**dict(options)))


def _gateway() -> SmsGateway:
    return _build(settings.SMS_GATEWAY["BACKEND"], tuple(sorted(settings.SMS_GATEWAY["OPTIONS"].items())))


def send_sms_once(*, sms_id: int, now: datetime) -> Delivered:
    sms = OutgoingSms.objects.get(pk=sms_id, sent_at=None)
    if not can_send_sms():
        return Delivered.NOT_SENT
    answer = _gateway().send(recipient=sms.recipient, text=sms.body, reference=sms.about)
    if answer.delivered is Delivered.SENT:
        OutgoingSms.objects.filter(pk=sms_id).update(sent_at=now, gateway_reference=answer.reference)
    return answer.delivered


def send_email_once(*, email_id: int, now: datetime) -> Delivered:
    email = OutgoingEmail.objects.get(pk=email_id, is_once=True, sent_at=None)
    delivered = _over_smtp(email)
    if delivered is Delivered.SENT:
        OutgoingEmail.objects.filter(pk=email_id).update(sent_at=now)
    return delivered


def _over_smtp(email: OutgoingEmail) -> Delivered:
    message = message_of(email)
    if settings.SERVICE_MAILBOX_ADDRESS:
        # Mail servers tell the envelope's sender what did not arrive, and that mailbox is read.
        message.extra_headers["From"] = message.from_email
        message.from_email = settings.SERVICE_MAILBOX_ADDRESS
    server = get_connection()
    try:
        server.open()
    except (OSError, smtplib.SMTPException):
        return Delivered.NOT_SENT
    try:
        server.send_messages([message])
    except smtplib.SMTPRecipientsRefused as refused:
        codes = [code for code, _text in refused.recipients.values()]
        return Delivered.REFUSED if min(codes) >= _FOR_GOOD else Delivered.NOT_SENT
    except smtplib.SMTPSenderRefused:
        return Delivered.NOT_SENT
    except smtplib.SMTPDataError as refused:
        return Delivered.REFUSED if refused.smtp_code >= _FOR_GOOD else Delivered.NOT_SENT
    except (OSError, smtplib.SMTPException):
        return Delivered.UNKNOWN
    finally:
        server.close()
    return Delivered.SENT
