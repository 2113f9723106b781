"""Reminders in the demo: one municipality has them on, some letters went out in the last open hour, others wait."""

from datetime import datetime, timedelta

from django.conf import settings

from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.money import Money
from torget.payments.core.reminding import Channel, SendingHours, Terms
from torget.payments.reminders.models import ReminderPolicy
from torget.payments.reminders.policy import save_policy, start_reminders
from torget.payments.reminders.search import search_all
from torget.payments.reminders.send import send_due_reminders

MUNICIPALITY = "porvoo"
SENT = 4
TERMS = Terms(
    least=Money(3000),
    days_after=7,
    days_between=30,
    times_max=2,
    channels=(Channel.EMAIL, Channel.SMS),
    hours=SendingHours(),
)


def last_open(now: datetime) -> datetime:
    """The latest full hour in which messages could go out; the demo may be started at night."""
    moment = now.replace(minute=0, second=0, microsecond=0)
    while not TERMS.hours.is_open(moment):
        moment -= timedelta(hours=1)
    return moment


def load_demo_reminders(now: datetime) -> int:
    """Once; how many letters went out. Only a Koha tells who owes."""
    if ReminderPolicy.objects.exists() or not any(one["kind"] == "koha" for one in settings.LIBRARY_SYSTEMS.values()):
        return 0
    at = last_open(now)
    municipality = Municipality.objects.get(slug=MUNICIPALITY)
    save_policy(municipality_id=municipality.pk, terms=TERMS, actor="operator", now=at)
    start_reminders(municipality_id=municipality.pk, has_seen_trial=True, actor="operator", now=at)
    search_all(clock=lambda: at)
    return sum(send_due_reminders(clock=lambda: at, limit=SENT).values())
