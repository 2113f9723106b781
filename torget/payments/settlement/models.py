"""What providers and banks told us, as it came: files, their rows, and bank statements with their entries.

Records, statements and entries are only ever added (migration 0002); what they are matched with is kept elsewhere.
"""

from django.db import models
from django.db.models import Q

from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Employee
from torget.payments.checkout.models import MerchantAccount
from torget.payments.core.settlement import RowKind, StatementKind
from torget.payments.settlement import reconciliation_models  # noqa: F401 - Django finds the models of an app from here


class BankAccount(models.Model):
    """A municipality's bank account to which providers pay out; statements of other accounts are refused."""

    iban = models.CharField(max_length=34, unique=True)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="bank_accounts")
    added_at = models.DateTimeField()
    #: 'staff:12', 'configuration'
    added_by = models.CharField(max_length=60)
    is_active = models.BooleanField(default=True)


class SettlementFile(models.Model):
    """One file of a provider or a bank, kept under the settlement folder by its SHA-256 (storage.py)."""

    class State(models.TextChoices):
        #: Kept, and waiting to be read or being read.
        RECEIVED = "received"
        #: All its rows are in the database.
        READ = "read"
        #: None of its rows is; the report says why.
        REFUSED = "refused"

    class Channel(models.TextChoices):
        FETCHED = "fetched"
        PUSHED = "pushed"
        UPLOADED = "uploaded"

    sha256 = models.CharField(max_length=64)
    #: Whose file it is and who may see it: the account's owner, or the coordinator for an aggregate.
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    #: Empty for a bank's file.
    merchant_account = models.ForeignKey(MerchantAccount, on_delete=models.PROTECT, null=True)
    #: Whose part of an aggregate account it is, by the provider's identifier; empty for every other file.
    sub_merchant = models.CharField(max_length=60, blank=True, default="", db_default="")
    #: 'paytrail', 'ceepos', 'stripe', 'mobilepay', or 'bank'.
    provider = models.CharField(max_length=30)
    #: A name of settings.SETTLEMENT_FORMATS, 'paytrail-csv'.
    format = models.CharField(max_length=40)
    original_name = models.CharField(max_length=200, blank=True)
    size_bytes = models.PositiveBigIntegerField()
    received_at = models.DateTimeField()
    #: 'staff:12', 'provider', 'worker'
    received_by = models.CharField(max_length=60)
    employee = models.ForeignKey(Employee, on_delete=models.SET_NULL, null=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    #: What was found: counts, totals in cents and findings (report.py).
    report = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True)
    #: When its rows became items of the reconciliation.
    matched_at = models.DateTimeField(null=True)
    #: Set by the retention: the content is not needed any more and goes from the folder (storage.py).
    content_ended_at = models.DateTimeField(null=True)
    #: The days that its rows are of.
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_account", "sub_merchant", "sha256"],
                condition=Q(merchant_account__isnull=False),
                name="provider_file_once",
            ),
            models.UniqueConstraint(
                fields=["municipality", "sha256"], condition=Q(merchant_account__isnull=True), name="bank_file_once"
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "-received_at"]),
            models.Index(fields=["state"], condition=Q(state="received"), name="file_to_read"),
            models.Index(
                fields=["merchant_account"], condition=Q(state="read", matched_at__isnull=True), name="file_to_match"
            ),
        ]


class ReadingProgress(models.Model):
    """How far the reading of a file is; a row of its own, because it commits while the file's transaction is open."""

    file = models.OneToOneField(SettlementFile, on_delete=models.CASCADE, primary_key=True, related_name="progress")
    rows = models.PositiveBigIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField()


class SettlementRecord(models.Model):
    """One row of a provider's report; signs as in core/settlement.py. Only added."""

    file = models.ForeignKey(SettlementFile, on_delete=models.PROTECT, related_name="records", db_index=False)
    line = models.PositiveBigIntegerField()
    merchant_account = models.ForeignKey(MerchantAccount, on_delete=models.PROTECT, db_index=False)
    #: core.settlement.row_identity: the same row in an overlapping or repeated file has the same.
    identity = models.UUIDField()
    #: Counts equal rows within one file from 1. So a file that is read twice adds nothing, while a provider that lists
    #: a payment twice in one report is seen to do so: what is above 1 is a duplicate for a person to look at.
    occurrence = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in RowKind])
    amount_cents = models.BigIntegerField()
    fee_cents = models.BigIntegerField()
    stamp = models.CharField(max_length=200, blank=True)
    provider_reference = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=200, blank=True)
    refunded_payment = models.CharField(max_length=200, blank=True)
    method = models.CharField(max_length=60, blank=True)
    entry_on = models.DateField(null=True)
    settlement_id = models.CharField(max_length=100, blank=True)
    settlement_reference = models.CharField(max_length=100, blank=True)
    settled_on = models.DateField(null=True)
    sub_merchant = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_account", "identity", "occurrence"], name="settlement_record_once"
            ),
            models.CheckConstraint(name="settlement_fee_not_negative", condition=Q(fee_cents__gte=0)),
            models.CheckConstraint(
                name="settlement_sign_is_possible",
                condition=(~Q(kind="payment") | Q(amount_cents__gte=0))
                & (~Q(kind__in=["refund", "chargeback"]) | Q(amount_cents__lte=0)),
            ),
        ]
        indexes = [
            models.Index(fields=["file", "line"], name="record_of_file"),
            models.Index(fields=["stamp"], condition=~Q(stamp=""), name="record_by_stamp"),
            models.Index(
                fields=["provider_reference"], condition=~Q(provider_reference=""), name="record_by_provider_ref"
            ),
            models.Index(fields=["merchant_account", "settlement_id"], name="record_by_settlement"),
        ]


class LaterFee(models.Model):
    """A later file has a known row with another fee. The first stays booked, and a person looks. Only added."""

    record = models.ForeignKey(SettlementRecord, on_delete=models.PROTECT, related_name="later_fees")
    file = models.ForeignKey(SettlementFile, on_delete=models.PROTECT)
    fee_cents = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "file"], name="later_fee_once")]


class BankStatement(models.Model):
    """One statement or notification of one bank account. Only added."""

    file = models.ForeignKey(SettlementFile, on_delete=models.PROTECT, related_name="statements")
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="statements")
    #: Only a 'statement' is the account's truth; a 'notification' tells of entries that a statement has again.
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in StatementKind])
    statement_id = models.CharField(max_length=60)
    sequence_number = models.BigIntegerField(null=True)
    opening_cents = models.BigIntegerField(null=True)
    closing_cents = models.BigIntegerField(null=True)
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    entry_count = models.PositiveIntegerField()
    #: SHA-256 over what it says, so that a statement that comes again with other content is noticed.
    content_sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            # Some banks begin their numbering again every year, so the day belongs to the name.
            models.UniqueConstraint(
                fields=["account", "kind", "statement_id", "closed_on"], name="statement_once", nulls_distinct=False
            ),
        ]
        indexes = [models.Index(fields=["account", "kind", "closed_on"], name="statement_chain")]


class BankEntry(models.Model):
    """One entry of a bank account, or one transaction of a batch: the entries of a statement sum to its movement."""

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, db_index=False)
    number = models.PositiveIntegerField()
    part = models.PositiveIntegerField()
    amount_cents = models.BigIntegerField()
    booked_on = models.DateField(null=True)
    value_on = models.DateField(null=True)
    reference = models.CharField(max_length=35, blank=True)
    message = models.CharField(max_length=300, blank=True)
    end_to_end_id = models.CharField(max_length=35, blank=True)
    bank_reference = models.CharField(max_length=35, blank=True)
    is_reversal = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "number", "part"], name="bank_entry_once"),
        ]
        indexes = [
            models.Index(fields=["reference"], condition=~Q(reference=""), name="bank_entry_by_reference"),
            models.Index(fields=["account", "booked_on"], name="bank_entry_by_day"),
        ]


class ReportOrder(models.Model):
    """A settlement that a provider has announced, and the report we ordered of it; the provider sends that later."""

    merchant_account = models.ForeignKey(MerchantAccount, on_delete=models.PROTECT)
    settlement_id = models.CharField(max_length=100)
    #: Whose part of an aggregate account; empty for an ordinary one.
    sub_merchant = models.CharField(max_length=60, blank=True, default="", db_default="")
    settlement_reference = models.CharField(max_length=100, blank=True)
    settled_on = models.DateField(null=True)
    #: Unguessable; the end of the address to which the provider sends the report.
    token = models.UUIDField(unique=True)
    first_seen_at = models.DateTimeField()
    ordered_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    #: What went wrong with the latest try, for finance and the operator.
    trouble = models.CharField(max_length=300, blank=True)
    file = models.ForeignKey(SettlementFile, on_delete=models.PROTECT, null=True, related_name="orders")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_account", "settlement_id"], name="report_order_once"),
        ]
        indexes = [models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="report_order_due")]
