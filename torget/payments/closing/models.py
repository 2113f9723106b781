"""Closed months and the files made of them; fixed costs and how they were shared. Rows are only ever added."""

from django.db import models
from django.db.models import Q

from torget.foundation.cooperations.models import Cooperation, Municipality
from torget.payments.ledger.models import JournalEntry


class ClosedMonth(models.Model):
    """A month of a municipality that will never change again; what comes later falls in the next one."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    #: '2026-11'
    month = models.CharField(max_length=7)
    previous = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="following")
    closed_at = models.DateTimeField()
    #: 'staff:12'
    closed_by = models.CharField(max_length=60)
    #: What the checklist still showed when it was closed, and why that was all right.
    note = models.CharField(max_length=500, blank=True)
    #: Canonical JSON (core/month_book.py), as text: a JSON column would write it anew and the checksum would not hold.
    content = models.TextField()
    #: SHA-256 of the previous month's checksum and the content.
    checksum = models.CharField(max_length=64)
    entry_count = models.PositiveIntegerField()
    #: Every entry of this month or an earlier one with this number or a lower one is marked; null if it is not known.
    complete_through = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "month"], name="month_closed_once"),
            models.UniqueConstraint(
                fields=["municipality"], condition=Q(previous__isnull=True), name="one_first_month_per_municipality"
            ),
        ]


class ClosedEntry(models.Model):
    """Which closed month an entry belongs to; one without a row is open and falls in the next month that is closed."""

    # The trigger right_month looks for all of them at once; a foreign key would lock millions of entries one by one.
    entry = models.OneToOneField(
        JournalEntry, on_delete=models.PROTECT, primary_key=True, related_name="+", db_constraint=False
    )
    closed_month = models.ForeignKey(ClosedMonth, on_delete=models.PROTECT, related_name="entries")
    #: It happened in an earlier month, which was closed already when it was written down.
    is_late = models.BooleanField()


class ColumnMap(models.Model):
    """How a municipality's accounting system wants its journal; each saving is a new row, the newest holds."""

    class Kind(models.TextChoices):
        PROCOUNTOR = "procountor"
        SAP = "sap"

    class Detail(models.TextChoices):
        MONTH = "month"
        DAY = "day"

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=60)
    columns = models.TextField()
    accounts = models.TextField()
    #: One row per account for the whole month, or for each day.
    detail = models.CharField(max_length=10, choices=Detail.choices)
    #: The text of every row; {month} and {account} are filled in.
    row_text = models.CharField(max_length=60)
    date_form = models.CharField(max_length=20)
    decimal_mark = models.CharField(max_length=10)
    separator = models.CharField(max_length=10)
    encoding = models.CharField(max_length=10)
    line_end = models.CharField(max_length=4)
    has_headings = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["municipality", "kind", "-id"], name="column_map_newest")]


class MonthFile(models.Model):
    """A file as it was first made; asked for again, these bytes are given again."""

    closed_month = models.ForeignKey(ClosedMonth, on_delete=models.PROTECT, related_name="files")
    #: 'csv', 'xlsx', 'pdf', or a ColumnMap.Kind.
    kind = models.CharField(max_length=20)
    #: Of its words; empty when it has none.
    language = models.CharField(max_length=2, blank=True)
    column_map = models.ForeignKey(ColumnMap, null=True, on_delete=models.PROTECT, related_name="+")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["closed_month", "kind", "language", "column_map"],
                name="month_file_once",
                nulls_distinct=False,
            ),
        ]


class SharedCost(models.Model):
    """A cost of the service itself, split between the members of a cooperation; corrected by a row that reverses it."""

    class Key(models.TextChoices):
        COST_SHARE = "cost_share"
        EQUAL = "equal"
        PAYMENTS = "payments"

    cooperation = models.ForeignKey(Cooperation, on_delete=models.PROTECT, related_name="+")
    description = models.CharField(max_length=200)
    amount_cents = models.BigIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    key = models.CharField(max_length=20, choices=Key.choices)
    #: Weight by slug as it was when the cost was entered.
    shares = models.JSONField()
    #: Cents by slug.
    parts = models.JSONField()
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=60)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")

    class Meta:
        constraints = [
            models.CheckConstraint(name="shared_cost_not_zero", condition=~Q(amount_cents=0)),
            models.CheckConstraint(name="shared_cost_period", condition=Q(first_day__lte=models.F("last_day"))),
        ]
