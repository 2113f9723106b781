"""A fee to be forgiven, as a row."""

from django.db import models
from django.db.models import Q


class Waiver(models.Model):
    """A fee to be forgiven in the library system because it was decided so; asked for again until it is settled."""

    #: Who ordered it, once: 'decision:17:1'.
    key = models.CharField(max_length=60, unique=True)
    library_system = models.CharField(max_length=30)
    patron_reference = models.CharField(max_length=60)
    card_number = models.CharField(max_length=40)
    fee_reference = models.CharField(max_length=60)
    amount_cents = models.PositiveBigIntegerField()
    #: Marker in the library system.
    marker = models.UUIDField(unique=True)
    #: 'due', 'sending', 'uncertain', or how it ended: 'booked', 'not_open', 'refused', 'desk'
    state = models.CharField(max_length=10)
    #: How many orders went out.
    attempts = models.PositiveSmallIntegerField(default=0)
    detail = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="waiver_not_zero", condition=Q(amount_cents__gt=0))]
        indexes = [
            models.Index(
                fields=["library_system", "patron_reference"],
                condition=Q(state__in=["sending", "uncertain"]),
                name="waiver_writing",
            ),
        ]
