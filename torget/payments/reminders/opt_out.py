"""No more reminders to a patron: asked for by the link of a message or at the desk, and taken back as easily."""

from datetime import datetime

from django.db import transaction

from torget.foundation.audit.record import record
from torget.payments.reminders.models import ReminderOptOut

BY_PATRON = "patron"


def opt_out(*, patron_id: int, by: str, now: datetime) -> bool:
    """False if it was so before. It holds for every municipality of the library system."""
    with transaction.atomic():
        _row, is_new = ReminderOptOut.objects.get_or_create(patron_id=patron_id, defaults={"at": now, "by": by})
        if is_new:
            record(at=now, actor=by, action="opt out of reminders", subject=f"patron:{patron_id}")
    return is_new


def opt_in(*, patron_id: int, by: str, now: datetime) -> bool:
    """False if nobody had opted out."""
    with transaction.atomic():
        removed, _by_model = ReminderOptOut.objects.filter(patron_id=patron_id).delete()
        if removed:
            record(at=now, actor=by, action="opt in to reminders", subject=f"patron:{patron_id}")
    return bool(removed)


def has_opted_out(patron_id: int) -> bool:
    return ReminderOptOut.objects.filter(patron_id=patron_id).exists()
