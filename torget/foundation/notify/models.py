"""The out-box: every message we mean to send, and what became of it."""

from django.db import models


class OutgoingEmail(models.Model):
    """Written in the same transaction as what it tells of; sent by a background task."""

    created_at = models.DateTimeField()
    recipient = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    #: What it is about, such as 'receipt:17'; the same message is never queued twice.
    about = models.CharField(max_length=80, unique=True)
    #: Where an answer goes; empty for messages that nobody is to answer.
    reply_to = models.EmailField(blank=True)
    #: Whether no person wrote it: then other machines know that they must not answer (RFC 3834).
    is_automatic = models.BooleanField(default=True)
    sent_at = models.DateTimeField(null=True)
    #: When to try (again); empty means now. While a sender has the row, the end of its lease.
    next_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    #: Whoever wrote it sends it at once, by `send_once`; the background task leaves it alone.
    is_once = models.BooleanField(default=False, db_default=False)
    #: Headers of its own, such as List-Unsubscribe.
    headers = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    #: When a mail server told us that it did not arrive.
    bounced_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], condition=models.Q(sent_at__isnull=True), name="email_unsent"),
            models.Index(fields=["bounced_at"], condition=models.Q(bounced_at__isnull=False), name="email_bounced"),
        ]


class OutgoingSms(models.Model):
    """A text message, sent once by whoever wrote it (`send_once`)."""

    created_at = models.DateTimeField()
    #: As from `phone_number`.
    recipient = models.CharField(max_length=15)
    body = models.CharField(max_length=1000)
    about = models.CharField(max_length=80, unique=True)
    sent_at = models.DateTimeField(null=True)
    #: The gateway's own number of it.
    gateway_reference = models.CharField(max_length=60, blank=True)


class UndeliverableAddress(models.Model):
    """An e-mail address or phone number that sent a message back, as a keyed hash only."""

    address_hash = models.BinaryField(max_length=32, unique=True)
    noted_at = models.DateTimeField()
