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

    class Meta:
        indexes = [models.Index(fields=["next_at"], condition=models.Q(sent_at__isnull=True), name="email_unsent")]
