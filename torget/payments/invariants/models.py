"""What the nightly check of the books looked at and found."""

from django.db import models


class InvariantRun(models.Model):
    """One check of all rules over all rows, in one view of the database."""

    started_at = models.DateTimeField()
    #: Empty while it runs, and when it broke off.
    finished_at = models.DateTimeField(null=True)
    #: 'worker', 'operator', 'staff:12'
    actor = models.CharField(max_length=60)
    payments = models.PositiveBigIntegerField(default=0)
    entries = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["-started_at"])]


class InvariantResult(models.Model):
    """One rule in one check."""

    run = models.ForeignKey(InvariantRun, on_delete=models.CASCADE, related_name="results")
    rule = models.CharField(max_length=40)
    violations = models.PositiveBigIntegerField()
    #: Some of what breaks the rule, such as 'payment:42'.
    examples = models.JSONField(default=list)
    milliseconds = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "rule"], name="invariant_once_per_run")]
