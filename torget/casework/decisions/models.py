"""Preparing, deciding and carrying out: facts, rules, proposals, decisions with their numbers, and effects."""

from django.db import models
from django.db.models import Q

from torget.casework.cases.models import Case, CaseDocument
from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.opaque import opaque_token
from torget.foundation.people.models import Employee


class DecisionMaker(models.Model):
    """An office that decides (viranhaltija, tjänsteinnehavare), and the organ above it."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="decision_makers")
    code = models.SlugField()
    titles = models.JSONField()
    #: The organ that handles a request for rectification, by language.
    organ_above = models.JSONField()
    contact_name = models.CharField(max_length=120)
    contact_email = models.EmailField()
    contact_phone = models.CharField(max_length=30)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "code"], name="decision_maker_once")]


class Power(models.Model):
    """What a decision maker may decide alone, up to which sum, and on what basis (delegation)."""

    decision_maker = models.ForeignKey(DecisionMaker, on_delete=models.CASCADE, related_name="powers")
    procedure = models.SlugField()
    limit_cents = models.PositiveBigIntegerField(null=True)
    #: By language: 'Förvaltningsstadgan 24 §'.
    basis = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["decision_maker", "procedure"], name="power_once")]


class OfficeHolder(models.Model):
    """Who holds the office, from when until when."""

    decision_maker = models.ForeignKey(DecisionMaker, on_delete=models.PROTECT, related_name="holders")
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="offices")
    since = models.DateField()
    until = models.DateField(null=True)


class RuleModel(models.Model):
    """A version of a procedure's rules as DMN XML; never changed, known by its hash."""

    procedure = models.SlugField()
    sha256 = models.CharField(max_length=64, unique=True)
    xml = models.BinaryField()
    added_at = models.DateTimeField()
    #: The one in use for new proposals has no end.
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["procedure"], condition=Q(withdrawn_at__isnull=True), name="one_model_in_use"
            ),
        ]


class Commissioning(models.Model):
    """The decision to let a procedure run by itself (käyttöönottopäätös, 906/2019 28 d §): its five items."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    procedure = models.SlugField()
    rule_model = models.ForeignKey(RuleModel, on_delete=models.PROTECT)
    #: By language: why the conditions hold, and the provisions applied.
    reasons = models.JSONField()
    #: Documents it rests on, as a list of texts.
    documents = models.JSONField()
    go_live_on = models.DateField()
    decided_at = models.DateTimeField()
    decision_maker = models.ForeignKey(DecisionMaker, on_delete=models.PROTECT)
    contact = models.CharField(max_length=200)
    #: The stop switch.
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.ForeignKey(Employee, on_delete=models.PROTECT, null=True)
    stop_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "procedure"],
                condition=Q(stopped_at__isnull=True),
                name="one_commissioning_in_force",
            ),
            models.CheckConstraint(name="stop_has_a_reason", condition=Q(stopped_at__isnull=True) | ~Q(stop_reason="")),
        ]


class FactRecord(models.Model):
    """A fact set as it was collected; only added."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="fact_records")
    canonical = models.TextField()
    sha256 = models.CharField(max_length=64)
    collected_at = models.DateTimeField()


class Evaluation(models.Model):
    """What the rules made of the facts, with the whole trace; only added, and repeatable."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evaluations")
    facts = models.ForeignKey(FactRecord, on_delete=models.PROTECT)
    rule_model = models.ForeignKey(RuleModel, on_delete=models.PROTECT)
    outcome = models.CharField(max_length=30, blank=True)
    route = models.CharField(max_length=10)
    #: [{"texts": {...}, "legal_reference": ""}]
    reasons = models.JSONField()
    values = models.JSONField()
    trace = models.JSONField()
    at = models.DateTimeField()


class SectionCounter(models.Model):
    """The last § of a decision maker's year; taken under a row lock in the transaction that signs."""

    decision_maker = models.ForeignKey(DecisionMaker, on_delete=models.PROTECT)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["decision_maker", "year"], name="section_counter_once")]


class Decision(models.Model):
    """A decision, first as a draft. What is signed never changes; a correction is a new decision."""

    class State(models.TextChoices):
        DRAFT = "draft"
        SIGNED = "signed"
        DROPPED = "dropped"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, null=True)
    decision_maker = models.ForeignKey(DecisionMaker, on_delete=models.PROTECT)
    state = models.CharField(max_length=10, choices=State.choices)
    #: Guards edits: two people who edit at once see each other's version instead of losing one.
    version = models.PositiveIntegerField(default=1)
    outcome = models.CharField(max_length=30)
    values = models.JSONField(default=dict)
    #: [{"kind": "", "texts": {...}}]
    blocks = models.JSONField()
    act_kind = models.CharField(max_length=20)
    remedy = models.CharField(max_length=20)
    #: An official decided by own judgement; the rules that made the proposal may have been replaced since.
    has_own_reasons = models.BooleanField(default=False, db_default=False)
    is_automatic = models.BooleanField(default=False)
    commissioning = models.ForeignKey(Commissioning, on_delete=models.PROTECT, null=True)
    year = models.PositiveSmallIntegerField(null=True)
    section = models.PositiveIntegerField(null=True)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(Employee, on_delete=models.PROTECT, null=True)
    #: The sealed PDF.
    document = models.OneToOneField(CaseDocument, on_delete=models.PROTECT, null=True)
    #: SHA-256 of the PDF before the seal: what a replay must give again.
    unsealed_sha256 = models.CharField(max_length=64, blank=True)
    notice_channel = models.CharField(max_length=10, blank=True)
    notice_sent_on = models.DateField(null=True)
    last_day_to_appeal = models.DateField(null=True)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")
    #: What the document says, persons as tokens: titles, offices and names as they were when it was signed.
    content = models.JSONField(null=True)
    #: Unguessable: where the party reads the decision.
    token = models.CharField(max_length=43, unique=True, default=opaque_token)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision_maker", "year", "section"], name="section_once"),
            models.UniqueConstraint(fields=["case"], condition=Q(state="draft"), name="one_draft_per_case"),
            models.CheckConstraint(
                name="signed_has_a_number",
                condition=~Q(state="signed")
                | Q(section__isnull=False, year__isnull=False, signed_at__isnull=False, document__isnull=False),
            ),
            models.CheckConstraint(
                name="automatic_only_when_commissioned",
                condition=Q(is_automatic=False) | Q(commissioning__isnull=False, evaluation__isnull=False),
            ),
            models.CheckConstraint(
                name="a_person_or_a_commissioning_signs",
                condition=~Q(state="signed") | Q(signed_by__isnull=False) | Q(is_automatic=True),
            ),
        ]


class Effect(models.Model):
    """What must happen outside because of a decision; committed with the signature, carried out at most once."""

    class State(models.TextChoices):
        DUE = "due"
        DONE = "done"
        REFUSED = "refused"
        HUMAN = "human"

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="effects")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=30)
    payload = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices)
    next_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    detail = models.CharField(max_length=300, blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["decision", "number"], name="effect_once")]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="effect_due"),
            models.Index(fields=["decision"], condition=Q(state__in=["refused", "human"]), name="effect_for_a_person"),
        ]
