"""What came back: the reminder learns it from the out-box, to which whoever reads the mailbox has told it."""

from datetime import datetime, timedelta

from torget.foundation.notify.models import OutgoingEmail
from torget.payments.core.reminding import ReminderStep
from torget.payments.reminders.steps import take_step

LOOK_BACK = timedelta(days=7)


def settle_bounced(*, now: datetime) -> int:
    bounced = OutgoingEmail.objects.filter(bounced_at__gt=now - LOOK_BACK, about__startswith="reminder:")
    return sum(
        take_step(reminder_id=int(about.split(":")[1]), step=ReminderStep.BOUNCE, now=now)
        for about in bounced.values_list("about", flat=True)
    )
