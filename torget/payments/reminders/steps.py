"""The one way a reminder changes: by the table, guarded, so that a second messenger finds nothing to do."""

from datetime import datetime
from typing import Any

from torget.payments.core.reminding import STEPS, ReminderStep
from torget.payments.reminders.models import Reminder


def take_step(*, reminder_id: int, step: ReminderStep, now: datetime, **values: Any) -> bool:
    """False if the reminder is not where the step begins. `values` are saved with it."""
    for (before, named), after in STEPS.items():
        if named is step:
            changed = Reminder.objects.filter(pk=reminder_id, state=before).update(
                state=after, changed_at=now, **values
            )
            if changed:
                return True
    return False
