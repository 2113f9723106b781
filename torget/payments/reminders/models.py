"""Reminders of library fees: what each municipality has decided, who was reminded of what, and who wants none."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Patron
from torget.payments.core.reminding import OPEN_STATES, Channel, HeldBack, ReminderState
from torget.payments.links.models import PaymentLink


class ReminderPolicy(models.Model):
    """What a municipality has decided about its reminders."""

    municipality = models.OneToOneField(Municipality, on_delete=models.PROTECT, related_name="reminder_policy")
    is_on = models.BooleanField(default=False)
    #: While it is set nothing is looked for and nothing goes out.
    paused_at = models.DateTimeField(null=True)
    least_cents = models.PositiveIntegerField(default=500)
    days_after = models.PositiveSmallIntegerField(default=14)
    days_between = models.PositiveSmallIntegerField(default=30)
    times_max = models.PositiveSmallIntegerField(default=2)
    #: Whole hours by the clock in Finland.
    opens = models.PositiveSmallIntegerField(default=9)
    closes = models.PositiveSmallIntegerField(default=18)
    channels = ArrayField(models.CharField(max_length=10), default=list)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.CheckConstraint(name="reminders_of_something", condition=Q(least_cents__gt=0)),
            models.CheckConstraint(name="reminders_not_daily", condition=Q(days_between__gte=7)),
            models.CheckConstraint(name="reminders_not_endless", condition=Q(times_max__gte=1, times_max__lte=5)),
            models.CheckConstraint(
                name="reminders_by_day", condition=Q(opens__gte=8, closes__lte=20, opens__lt=F("closes"))
            ),
            models.CheckConstraint(
                name="reminders_some_way",
                condition=Q(channels__contained_by=[one.value for one in Channel], channels__len__gt=0),
            ),
        ]


class ReminderOptOut(models.Model):
    """A patron who wants no reminders, known by the library system's reference alone."""

    patron = models.OneToOneField(Patron, on_delete=models.CASCADE, related_name="reminder_opt_out")
    at = models.DateTimeField()
    #: 'patron' by the link of a message, or 'staff:12'.
    by = models.CharField(max_length=60)


class Reminder(models.Model):
    """One municipality reminds one patron once; the row stands before anything leaves."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    patron = models.ForeignKey(Patron, on_delete=models.PROTECT, related_name="reminders")
    card_number = models.CharField(max_length=40)
    language = models.CharField(max_length=2)
    #: Of the addresses in the message: the short way to the payment, and the way to say no.
    token = models.CharField(max_length=16, unique=True)
    state = models.CharField(max_length=12, choices=[(one.value, one.value) for one in ReminderState])
    #: Why nothing was sent.
    reason = models.CharField(max_length=20, blank=True, choices=[(one.value, one.value) for one in HeldBack])
    channel = models.CharField(max_length=10, blank=True, choices=[(one.value, one.value) for one in Channel])
    planned_at = models.DateTimeField()
    #: When to look at it (again); while a worker has it, the end of its lease.
    next_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    amount_cents = models.PositiveBigIntegerField()
    #: Without constraint, because the retention of links goes by SQL of their own part.
    link = models.ForeignKey(
        PaymentLink, on_delete=models.DO_NOTHING, null=True, db_constraint=False, related_name="reminders"
    )
    sent_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "patron"],
                condition=Q(state__in=[one.value for one in OPEN_STATES]),
                name="one_open_reminder",
            ),
            models.CheckConstraint(
                name="reminder_held_with_reason",
                condition=Q(state="held") & ~Q(reason="") | ~Q(state="held") & Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="planned"), name="reminder_due"),
            models.Index(fields=["municipality", "-planned_at"], name="reminder_of_municipality"),
        ]


class ReminderFee(models.Model):
    """A fee that a reminder is about; `number` counts the reminders of the fee, so two workers cannot make the same."""

    reminder = models.ForeignKey(Reminder, on_delete=models.CASCADE, related_name="fees")
    patron = models.ForeignKey(Patron, on_delete=models.PROTECT, db_index=False)
    fee_reference = models.CharField(max_length=60)
    number = models.PositiveSmallIntegerField()
    amount_cents = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patron", "fee_reference", "number"], name="reminder_of_fee_once"),
        ]


class ReminderRun(models.Model):
    """One search for those who are to be reminded; a trial plans nothing."""

    library_system = models.CharField(max_length=30)
    #: Of a trial: for whom. Of a real search: all that have reminders on.
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, null=True)
    is_trial = models.BooleanField()
    started_by = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    #: Patrons looked at so far.
    seen = models.PositiveIntegerField(default=0)
    #: '' or why it ended early: 'no_list', 'unavailable'.
    failure = models.CharField(max_length=20, blank=True)
    #: {municipality id: {'due' or a reason: [patrons, cents]}}
    counts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["-started_at"], name="reminder_runs")]


class ListedCard(models.Model):
    """A card that staff brought for the next search, where the library system cannot tell who owes."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    library_system = models.CharField(max_length=30)
    card_number = models.CharField(max_length=40)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["library_system", "card_number"], name="listed_card_once")]
