"""Decisions on the public network (kommunallagen 140 §): personal data by reference, and an end to them."""

from django.db import models

from torget.casework.decisions.models import Decision


class Publication(models.Model):
    """One decision on the web. The text holds tokens; the names behind them are looked up until they expire."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, primary_key=True, related_name="publication")
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=60)
    #: Which persons may be shown, as tokens; empty when nobody's name is needed for information.
    shown_tokens = models.JSONField(default=list)
    personal_until = models.DateField()
    expired_at = models.DateTimeField(null=True)
    #: What the job that removed the personal data saw afterwards: hashes before and after, tokens gone.
    proof = models.JSONField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["personal_until"], condition=models.Q(expired_at=None), name="publication_to_expire")
        ]
