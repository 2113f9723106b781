"""Forms made from data: versions, drafts that can be resumed anywhere, and attachments that are scanned first."""

from django.db import models

from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Patron


class FormVersion(models.Model):
    """A form's definition; never changed once published. A draft keeps its version though a newer one exists."""

    service_type = models.SlugField()
    version = models.PositiveIntegerField()
    definition = models.JSONField()
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service_type", "version"], name="form_version_once")]


class Draft(models.Model):
    """Answers on their way. The link is the key to one draft and to nothing else."""

    token = models.CharField(max_length=43, unique=True)
    form = models.ForeignKey(FormVersion, on_delete=models.PROTECT)
    patron = models.ForeignKey(Patron, on_delete=models.PROTECT, null=True)
    #: Who will answer it.
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=2)
    #: What the form was opened about, in ids; not editable by who fills it in.
    subject = models.JSONField(default=dict)
    #: What was filled in for the person, each with the source: [{"labels", "values", "sources"}], by language.
    prefilled = models.JSONField(default=list)
    answers = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["expires_at"], condition=models.Q(sent_at__isnull=True), name="draft_unsent"),
            models.Index(fields=["patron", "-changed_at"]),
        ]


class Attachment(models.Model):
    """A file; shown to nobody until the scanner has passed it."""

    class State(models.TextChoices):
        WAITING = "waiting"  #: the scanner has not looked yet, or is down
        CLEAN = "clean"
        INFECTED = "infected"  #: content removed

    #: Empty for what came by e-mail.
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, null=True, related_name="attachments")
    #: As the sender called it; shown escaped, never used as a path.
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices)
    finding = models.CharField(max_length=100, blank=True)
    added_at = models.DateTimeField()
    scanned_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state="waiting"), name="attachment_unscanned"),
            models.Index(fields=["scanned_at"], name="attachment_scanned"),
        ]
        constraints = [
            models.CheckConstraint(
                name="infected_content_is_gone", condition=~models.Q(state="infected") | models.Q(content=b"")
            ),
        ]
