"""Double-entry books, one set per municipality. Rows are only ever added; triggers refuse the rest (migration 0002)."""

from django.db import models


class JournalEntry(models.Model):
    """One business event in one municipality's books; its postings sum to zero."""

    municipality_id = models.BigIntegerField()
    #: Idempotency: the same event can be written only once, 'payment:42:registered'.
    key = models.CharField(max_length=80)
    kind = models.CharField(max_length=30)
    happened_at = models.DateTimeField()
    payment_id = models.BigIntegerField(null=True)
    reverses = models.ForeignKey("self", null=True, on_delete=models.PROTECT, db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality_id", "key"], name="journal_entry_once")]
        indexes = [
            models.Index(fields=["payment_id"]),
            models.Index(fields=["municipality_id", "happened_at"], name="journal_entry_by_time"),
            models.Index(
                fields=["reverses"], condition=models.Q(reverses__isnull=False), name="journal_entry_reversals"
            ),
        ]


class Posting(models.Model):
    """One line of an entry: debit positive, credit negative, in cents."""

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="postings")
    account = models.CharField(max_length=60)
    amount_cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="posting_not_zero", condition=~models.Q(amount_cents=0)),
        ]


class BalanceRollUp(models.Model):
    """Balances up to an entry, summed in batches off the synchronous path; a balance is this plus what came later."""

    municipality_id = models.BigIntegerField()
    account = models.CharField(max_length=60)
    amount_cents = models.BigIntegerField()
    through_entry_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality_id", "account"], name="balance_once")]
