"""The case register (906/2019, 25-26 §): cases, parties, documents, and a log that shows if it was touched."""

from django.db import models
from django.db.models import Q

from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Employee


class RecordClass(models.Model):
    """A class of the information-control plan (TOS); a case inherits what stands here. Codes as in JHS 191."""

    code = models.CharField(max_length=20, unique=True)
    names = models.JSONField()
    #: 1 public, 2 partly secret, 3 secret, 4 not public
    publicity = models.PositiveSmallIntegerField()
    secrecy_basis = models.CharField(max_length=100, blank=True)
    #: 0, 3, 6, 10, 20, 50, 120, or -1 for ever
    retention_years = models.SmallIntegerField()
    retention_basis = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(name="record_class_publicity", condition=Q(publicity__in=[1, 2, 3, 4])),
            models.CheckConstraint(
                name="record_class_retention", condition=Q(retention_years__in=[-1, 0, 3, 6, 10, 20, 50, 120])
            ),
            models.CheckConstraint(
                name="secrecy_has_a_basis", condition=Q(publicity__in=[1, 4]) | ~Q(secrecy_basis="")
            ),
        ]


class CaseNumberCounter(models.Model):
    """The last running number of a municipality's year; taken under a row lock, so the series has no gaps."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "year"], name="case_counter_once")]


class Case(models.Model):
    """A registered matter (asia, ärende)."""

    class State(models.TextChoices):
        OPEN = "open"
        PREPARED = "prepared"
        DECIDED = "decided"
        CLOSED = "closed"

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="cases")
    #: As the municipality writes it: 5146/01.04.00/2026.
    number = models.CharField(max_length=40)
    record_class = models.ForeignKey(RecordClass, on_delete=models.PROTECT)
    procedure = models.SlugField()
    #: By language; may name persons, so it stays inside.
    titles = models.JSONField()
    #: By language; names nobody.
    public_titles = models.JSONField()
    publicity = models.PositiveSmallIntegerField()
    secrecy_basis = models.CharField(max_length=100, blank=True)
    #: The party's language.
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=10, choices=State.choices)
    #: What it is about, in ids: library system, patron reference, fee reference.
    subject = models.JSONField()
    #: What it came from: 'conversation:12'.
    origin = models.CharField(max_length=60, blank=True)
    preparer = models.ForeignKey(Employee, on_delete=models.PROTECT, null=True, related_name="prepares")
    opened_at = models.DateTimeField()
    #: By when a decision is to be expected.
    due_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    #: When the machine collects facts and lets the rules propose; empty when it has, or when a person does it.
    prepare_at = models.DateTimeField(null=True)
    prepare_tries = models.PositiveSmallIntegerField(default=0)
    #: When the oldest thing that a person sent, and nobody who prepares has read, came in.
    unread_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "number"], name="case_number_once")]
        indexes = [
            models.Index(fields=["municipality", "state", "-opened_at"]),
            models.Index(fields=["municipality", "-opened_at", "-id"], name="case_newest_first"),
            models.Index(
                fields=["municipality", "due_on", "id"],
                condition=Q(state__in=["open", "prepared"]),
                name="case_most_urgent_first",
            ),
            models.Index(fields=["origin"]),
            models.Index(fields=["prepare_at"], condition=Q(prepare_at__isnull=False), name="case_to_prepare"),
            models.Index(fields=["municipality"], condition=Q(unread_since__isnull=False), name="case_unread"),
        ]


class CaseWord(models.Model):
    """What a case is found by: keyed digests of its words, so that sealed names can be searched and not read.

    Equality of numbers is the one test that row-level security lets an index answer.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="words", db_index=False)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, db_index=False)
    digest = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "digest"], name="case_word_once")]
        indexes = [models.Index(fields=["municipality", "digest", "-case"], name="case_word")]


class Party(models.Model):
    """Somebody whom the case concerns. Texts refer to a party by its place, so it can be erased in one place."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parties")
    position = models.PositiveSmallIntegerField()
    #: 'applicant', 'guardian', 'other'
    role = models.CharField(max_length=20)
    #: Name and contact details as a sealed JSON; emptied when the purpose ends.
    sealed = models.BinaryField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "position"], name="party_position_once")]


class CaseDocument(models.Model):
    """A document as it came or was made; only added, and known by its hash."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    number = models.PositiveIntegerField()
    #: 'application', 'receipt', 'facts', 'decision', 'notice', 'attachment'
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    language = models.CharField(max_length=2, blank=True)
    media_type = models.CharField(max_length=100)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    publicity = models.PositiveSmallIntegerField()
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=60)
    #: Why a letter may not be from whom it seems: 'other_sender', 'unauthenticated'.
    sender_doubt = models.CharField(max_length=20, blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="document_number_once")]


class CaseAction(models.Model):
    """One step of a case (toimenpide); only added, each row carrying the hash of the one before."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="actions")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    #: 'staff:12', 'patron:7', 'worker'
    actor = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="action_number_once")]
