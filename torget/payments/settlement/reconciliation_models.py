"""What became of each payment, row and payout when ours, the provider's and the bank's words were compared."""

from django.db import models
from django.db.models import Q

from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Employee
from torget.payments.checkout.models import MerchantAccount, Payment
from torget.payments.core.reconciliation import NEEDS_A_PERSON, RowClass


class Item(models.Model):
    """One thing to explain, both sides of it as far as they are known.

    Of a payment, refund or other row: `expected` is what our journal has on the provider's account, `reported` what the
    provider's row says. Of a settlement: `expected` is what its rows sum to after fees, `reported` what the bank got.
    """

    #: Empty for an entry of the bank that no settlement explains.
    merchant_account = models.ForeignKey(MerchantAccount, on_delete=models.PROTECT, null=True, db_index=False)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, db_index=False)
    #: A RowKind, or 'settlement'.
    kind = models.CharField(max_length=12)
    #: The payment's token, the refund's stamp, the settlement's number, or 'row:' and 'bank:' with what is known.
    subject = models.CharField(max_length=120)
    #: 1 is compared with ours; what comes a further time has 2 and more.
    number = models.PositiveIntegerField(default=1)
    record = models.OneToOneField("SettlementRecord", on_delete=models.PROTECT, null=True, related_name="item")
    bank_entry = models.OneToOneField("BankEntry", on_delete=models.PROTECT, null=True, related_name="item")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, db_index=False)
    expected_cents = models.BigIntegerField(null=True)
    reported_cents = models.BigIntegerField(null=True)
    fee_cents = models.BigIntegerField(default=0)
    #: By the agreed prices; empty where none are agreed.
    expected_fee_cents = models.BigIntegerField(null=True)
    #: A later report has the same row with this fee.
    later_fee_cents = models.BigIntegerField(null=True)
    #: The settlement that a row was paid out in; empty where the provider does not say.
    settlement = models.CharField(max_length=110, blank=True)
    #: What the payout carries on the bank statement.
    reference = models.CharField(max_length=100, blank=True)
    happened_on = models.DateField()
    waits_until = models.DateField(null=True)
    row_class = models.CharField(max_length=15, choices=[(one.value, one.value) for one in RowClass])
    owner = models.ForeignKey(Employee, on_delete=models.SET_NULL, null=True, db_index=False)
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    #: A person looked at it and wrote why it is settled; undone by emptying it again.
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.CharField(max_length=60, blank=True)
    cleared_note = models.CharField(max_length=500, blank=True)
    #: Cents by account and kind of entry that the journal has of it, and how many entries that took.
    booked = models.JSONField(default=dict)
    bookings = models.PositiveIntegerField(default=0)
    #: False while the journal may lack something of it.
    is_booked = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_account", "kind", "subject", "municipality", "number"],
                nulls_distinct=False,
                name="reconciliation_item_once",
            ),
            models.CheckConstraint(
                name="item_has_a_side", condition=Q(expected_cents__isnull=False) | Q(reported_cents__isnull=False)
            ),
            models.CheckConstraint(
                name="cleared_with_a_note",
                condition=Q(cleared_at__isnull=True) | (~Q(cleared_note="") & ~Q(cleared_by="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["municipality", "row_class"],
                condition=Q(row_class__in=sorted(NEEDS_A_PERSON), cleared_at__isnull=True),
                name="item_needs_a_person",
            ),
            models.Index(
                fields=["merchant_account"], condition=~Q(row_class=RowClass.MATCHED.value), name="item_not_matched"
            ),
            models.Index(fields=["merchant_account"], condition=Q(is_booked=False), name="item_to_book"),
            models.Index(
                fields=["merchant_account", "settlement"], condition=~Q(settlement=""), name="item_of_settlement"
            ),
            models.Index(fields=["payment"], condition=Q(payment__isnull=False), name="item_of_payment"),
            models.Index(fields=["municipality", "-happened_on", "-id"], name="item_by_day"),
        ]


class ItemEvent(models.Model):
    """An item's class changed after it had one; only added."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    from_class = models.CharField(max_length=15)
    to_class = models.CharField(max_length=15)


class Run(models.Model):
    """One comparison of one merchant account with our books and with the banks of its municipalities."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    merchant_account = models.ForeignKey(MerchantAccount, on_delete=models.PROTECT)
    state = models.CharField(max_length=10, choices=State.choices)
    #: 'daily', 'file', 'staff:12', 'command'
    started_by = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    #: What it is at: 'ledger', 'rows', 'asking', 'bank', 'booking'.
    step = models.CharField(max_length=10, blank=True)
    #: Of all items of the account, by municipality and class, when it ended.
    counts = models.JSONField(default=dict)
    #: Payments that the provider took and we had not heard of, found by this run and taken in.
    found_paid = models.PositiveIntegerField(default=0)
    #: Entries written into the journal.
    booked = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["merchant_account", "-started_at"], name="run_of_account")]


class FullAudit(models.Model):
    """One comparison of everything anew, outside the database (audit/): whether the kept items say the same."""

    #: 'worker', 'staff:12', 'command'
    started_by = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    #: Empty while it runs, and when it broke off.
    finished_at = models.DateTimeField(null=True)
    #: How many rows and payouts were judged: by municipality, leg ('rows', 'bank') and class.
    counts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["-started_at"], name="audit_latest")]


class AuditDisagreement(models.Model):
    """One thing that a run has kept otherwise than the audit found it."""

    audit = models.ForeignKey(FullAudit, on_delete=models.CASCADE, related_name="disagreements")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    #: 'payment 6f0c…', 'settlement 777', 'bank entry 12'
    about = models.CharField(max_length=160)
    kept = models.CharField(max_length=100)
    judged = models.CharField(max_length=100)


class AgreedFee(models.Model):
    """What a provider may keep of a payment by the contract; what it keeps otherwise is a finding."""

    merchant_account = models.ForeignKey(MerchantAccount, on_delete=models.PROTECT)
    #: The provider's code of the method; empty for all others.
    method = models.CharField(max_length=60, blank=True)
    fixed_cents = models.PositiveIntegerField(default=0)
    #: Of the amount, in hundredths of a per cent.
    basis_points = models.PositiveIntegerField(default=0)
    valid_from = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_account", "method", "valid_from"], name="agreed_fee_once")
        ]


class AccountTrial(models.Model):
    """A payment that only tries a merchant account, so that the provider's reports that name it are understood.

    It is no Payment, and the account may have no row yet (ADR 68).
    """

    stamp = models.UUIDField(unique=True)
    refund_stamp = models.UUIDField(unique=True)
    provider = models.CharField(max_length=30)
    account = models.CharField(max_length=60)
    reference = models.CharField(max_length=20)
    provider_reference = models.CharField(max_length=100, blank=True)
    amount_cents = models.PositiveIntegerField()
