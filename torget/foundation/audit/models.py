"""The audit log: who saw or did what, and why. Rows are only ever added; a trigger refuses the rest."""

from django.db import models


class AuditEntry(models.Model):
    at = models.DateTimeField()
    #: 'staff:12', 'patron:7', 'worker', 'operator'
    actor = models.CharField(max_length=60)
    #: A verb in the present: 'view payment', 'refund', 'sign in'.
    action = models.CharField(max_length=60)
    #: What it was done to: 'payment:42', 'patron:7'.
    subject = models.CharField(max_length=80)
    #: Whose matter it is; empty for what belongs to no municipality.
    municipality_id = models.BigIntegerField(null=True)
    why = models.CharField(max_length=500, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["subject", "at"]), models.Index(fields=["actor", "at"])]
