"""A person has looked: a reminder that was refused, came back or was never answered is looked at anew and sent once."""

from datetime import datetime

from django.db import IntegrityError, transaction

from torget.foundation.audit.record import record
from torget.payments.core.reminding import ReminderStep
from torget.payments.reminders.models import Reminder
from torget.payments.reminders.steps import take_step


def send_again(*, reminder: Reminder, actor: str, now: datetime) -> bool:
    """False if it has gone on meanwhile, or a newer one is on its way."""
    try:
        with transaction.atomic():
            is_taken = take_step(reminder_id=reminder.pk, step=ReminderStep.AGAIN, now=now, next_at=now, sent_at=None)
            if is_taken:
                record(
                    at=now,
                    actor=actor,
                    action="send reminder again",
                    subject=f"reminder:{reminder.pk}",
                    municipality_id=reminder.municipality_id,
                )
    except IntegrityError:
        return False
    return is_taken
