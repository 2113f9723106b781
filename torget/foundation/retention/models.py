"""What every run of the retention policy counted and did."""

from django.db import models


class RetentionRun(models.Model):
    """One run over all rules; a trial only counts."""

    started_at = models.DateTimeField()
    #: Empty while it runs, and when it broke off.
    finished_at = models.DateTimeField(null=True)
    #: 'worker', 'operator', 'staff:12'
    actor = models.CharField(max_length=60)
    is_trial = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["is_trial", "-started_at"])]


class RetentionResult(models.Model):
    """One rule in one run."""

    run = models.ForeignKey(RetentionRun, on_delete=models.CASCADE, related_name="results")
    rule = models.CharField(max_length=40)
    #: What happened before this was due.
    before = models.DateTimeField()
    #: Rows that were due when a trial counted them, or that were removed or pseudonymised.
    rows = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "rule"], name="retention_rule_once_per_run")]
