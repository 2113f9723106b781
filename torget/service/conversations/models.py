"""A person's errand and what was said in it, the queue it waits in, and its way to another municipality."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Employee, Patron
from torget.service.forms.models import Attachment, Draft


class Conversation(models.Model):
    """One errand (yhteydenotto, kontakt): messages in both directions until it is closed."""

    class State(models.TextChoices):
        WAITING = "waiting"  #: for us
        ASKED = "asked"  #: for the person; the clock stands still
        CLOSED = "closed"

    #: Unguessable: the address of the person's page, and the thread's mark in e-mail addresses.
    token = models.CharField(max_length=43, unique=True)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="conversations")
    service_type = models.SlugField()
    patron = models.ForeignKey(Patron, on_delete=models.PROTECT, null=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=2)
    topic = models.CharField(max_length=200)
    #: What it is about, in ids: library system, patron reference, fee reference.
    subject = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices)
    agent = models.ForeignKey(Employee, on_delete=models.SET_NULL, null=True, related_name="conversations")
    #: The registered matter it was promoted to, by id only.
    case_id = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    #: By when the person should have an answer; moves when the clock stands still.
    due_at = models.DateTimeField(null=True)
    #: Office minutes used before the clock was stopped.
    minutes_used = models.PositiveIntegerField(default=0)
    clock_since = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    #: Guards answers: an agent who wrote on an older version is shown what came meanwhile.
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["municipality", "due_at"], condition=~Q(state="closed"), name="conversation_queue"),
            models.Index(fields=["patron", "-opened_at"]),
            models.Index(fields=["case_id"]),
            # Some mail servers change the letters of an address to lower case.
            models.Index(Upper("token"), name="conversation_by_address"),
        ]
        constraints = [
            models.CheckConstraint(
                name="clock_runs_only_while_waiting",
                condition=Q(state="waiting", clock_since__isnull=False, due_at__isnull=False)
                | (~Q(state="waiting") & Q(clock_since__isnull=True, due_at__isnull=True)),
            ),
            models.CheckConstraint(name="closed_has_a_time", condition=Q(state="closed") ^ Q(closed_at__isnull=True)),
        ]


class Contact(models.Model):
    """One message in a conversation; only added."""

    class Direction(models.TextChoices):
        IN = "in"
        OUT = "out"
        NOTE = "note"  #: seen by staff only

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="contacts")
    at = models.DateTimeField()
    direction = models.CharField(max_length=4, choices=Direction.choices)
    #: 'form', 'email', 'phone', 'desk', 'automatic'
    channel = models.CharField(max_length=10)
    actor = models.CharField(max_length=60)
    language = models.CharField(max_length=2)
    body = models.TextField()
    #: The form that was sent, with its attachments.
    draft = models.OneToOneField(Draft, on_delete=models.PROTECT, null=True, related_name="contact")
    #: Why an incoming e-mail may not be from whom it seems: 'other_sender', 'unauthenticated'.
    mark = models.CharField(max_length=20, blank=True)
    attachments = models.ManyToManyField(Attachment, related_name="contacts")
    #: Of an incoming e-mail; the same one twice is taken once.
    message_id = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message_id"], condition=~Q(message_id=""), name="email_taken_once")
        ]
        indexes = [models.Index(fields=["conversation", "at"])]


class ConversationEvent(models.Model):
    """One step of a conversation that is no message: who took, closed or handed over; only added."""

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    #: 'staff:12', 'patron:7', 'person' by the link alone, 'worker'
    actor = models.CharField(max_length=60)
    kind = models.CharField(max_length=30)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["conversation", "at"])]


class AnswerTemplate(models.Model):
    """A ready answer of a municipality, or of all when empty; complete in three languages."""

    slug = models.SlugField(unique=True)
    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, null=True)
    service_type = models.SlugField(blank=True)
    names = models.JSONField()
    texts = models.JSONField()


class Presence(models.Model):
    """Who has a conversation open now, and what they have typed so far."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="present")
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE)
    seen_at = models.DateTimeField()
    typed = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "employee"], name="presence_once")]


class Transfer(models.Model):
    """A conversation offered to the municipality it belongs to (434/2003, 21 §)."""

    class State(models.TextChoices):
        OFFERED = "offered"
        ACCEPTED = "accepted"
        RETURNED = "returned"

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="transfers")
    from_municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="transfers_from")
    to_municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="transfers_to")
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.CharField(max_length=500)
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    #: When the competent authority had it: what a legal deadline is judged by.
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Employee, on_delete=models.PROTECT, null=True, related_name="+")
    return_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation"], condition=Q(state="offered"), name="one_open_transfer"),
            models.CheckConstraint(
                name="transfer_goes_elsewhere", condition=~Q(from_municipality=models.F("to_municipality"))
            ),
        ]
