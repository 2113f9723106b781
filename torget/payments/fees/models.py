"""What a fee of a library system means here: its type, and whose money it is."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from torget.foundation.cooperations.models import Municipality
from torget.payments.core.fees import LegalNature


class FeeType(models.Model):
    """One kind of fee of one library system, by the system's own code."""

    library_system = models.CharField(max_length=30)
    code = models.CharField(max_length=40)
    names = models.JSONField()
    #: One or two sentences on why such a fee arises, in three languages.
    explanations = models.JSONField()
    legal_nature = models.CharField(max_length=20, choices=[(nature.value, nature.value) for nature in LegalNature])
    #: Tenths of a per cent; 0 for what is outside VAT. Each finance office decides it.
    vat_permille = models.PositiveSmallIntegerField(default=0)
    #: Product code by provider, as agreed with the finance office.
    product_codes = models.JSONField(default=dict)
    ledger_account = models.CharField(max_length=20)
    is_payable = models.BooleanField(default=True)
    #: Why it cannot be paid online and what to do instead, in three languages; required when it is not payable.
    not_payable_reasons = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["library_system", "code"], name="fee_type_once"),
            models.CheckConstraint(
                name="fee_type_says_why_not",
                condition=models.Q(is_payable=True) | models.Q(not_payable_reasons__has_keys=["sv", "fi", "en"]),
            ),
        ]


class PayeeRule(models.Model):
    """Whose money a fee is. The row without a fee type holds for all types that have none of their own."""

    library_system = models.CharField(max_length=30)
    fee_type = models.ForeignKey(FeeType, on_delete=models.CASCADE, null=True, blank=True)
    #: Tried in order: 'fee_branch', 'item_home', 'patron_home'; or 'fixed_shares' alone.
    sources = ArrayField(models.CharField(max_length=20))
    #: With fixed shares: who takes the money in, and the weights by municipality slug.
    collector = models.ForeignKey(Municipality, on_delete=models.PROTECT, null=True, blank=True)
    shares = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["library_system", "fee_type"], name="payee_rule_once", nulls_distinct=False
            ),
        ]


class FeeHold(models.Model):
    """A fee that somebody has asked about: not to be paid or collected until the question has its answer."""

    library_system = models.CharField(max_length=30)
    patron_reference = models.CharField(max_length=60)
    fee_reference = models.CharField(max_length=60)
    #: What it was asked in: 'conversation:12'.
    origin = models.CharField(max_length=60)
    placed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["library_system", "patron_reference", "fee_reference"],
                condition=models.Q(ended_at__isnull=True),
                name="one_hold_per_fee",
            ),
        ]


class PaymentTime(models.Model):
    """More time to pay one fee, granted by a decision; a later row for the same fee replaces an earlier one."""

    #: Who ordered it, once: 'decision:17:1'.
    key = models.CharField(max_length=60, unique=True)
    library_system = models.CharField(max_length=30)
    patron_reference = models.CharField(max_length=60)
    fee_reference = models.CharField(max_length=60)
    until = models.DateField()
    granted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["library_system", "patron_reference"], name="payment_time_of_patron")]
