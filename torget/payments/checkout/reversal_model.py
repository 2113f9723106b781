"""Fees to be charged again, as rows."""

from django.db import models
from django.db.models import Q


class Reversal(models.Model):
    """One fee to be charged again in the library system, because its payment went back; its own queue, by `next_at`.

    Made by the step that books the refund. The library system does it, or a person at the desk, who ticks it off.
    """

    refund = models.ForeignKey("checkout.Refund", on_delete=models.PROTECT, related_name="reversals")
    position = models.PositiveSmallIntegerField()
    amount_cents = models.PositiveBigIntegerField()
    #: Marker in the library system.
    marker = models.UUIDField(unique=True)
    #: 'due', 'sending', 'uncertain', 'booked', 'desk', 'done'
    state = models.CharField(max_length=10)
    next_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    #: Why the desk must do it, as a code.
    desk_reason = models.CharField(max_length=30, blank=True)
    booking_reference = models.CharField(max_length=100, blank=True)
    done_by = models.CharField(max_length=60, blank=True)
    done_note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["refund", "position"], name="reversal_once"),
            models.CheckConstraint(name="reversal_not_zero", condition=Q(amount_cents__gt=0)),
            models.CheckConstraint(name="reversal_desk_has_a_reason", condition=~Q(state="desk", desk_reason="")),
            models.CheckConstraint(name="reversal_done_by_somebody", condition=~Q(state="done", done_by="")),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="reversal_work"),
            models.Index(fields=["created_at"], condition=Q(state="desk"), name="reversal_desk"),
            models.Index(fields=["state"], condition=Q(state__in=["sending", "uncertain"]), name="reversal_writing"),
        ]


class ReversalAttempt(models.Model):
    """One order to charge a fee again, written before it is sent."""

    reversal = models.ForeignKey(Reversal, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    #: '' while in flight, else a RegistrationOutcome, or 'found' / 'unbooked' after reconciliation.
    outcome = models.CharField(max_length=20, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reversal", "number"], name="reversal_attempt_number_once")]
