"""What a municipality decides about its reminders: changed, switched on, paused and switched off, each time audited."""

from datetime import datetime

from django.db import transaction

from torget.foundation.audit.record import record
from torget.foundation.core.money import Money
from torget.payments.core.reminding import Channel, SendingHours, Terms
from torget.payments.reminders.models import ReminderPolicy

PROPOSED = Terms(
    least=Money(500),
    days_after=14,
    days_between=30,
    times_max=2,
    channels=(Channel.EMAIL, Channel.SMS),
    hours=SendingHours(),
)
"""What the form proposes to those who have decided nothing yet."""


class TrialFirst(Exception):
    """Nobody has looked at what would be sent; reminders are not switched on blindly."""


def terms_of(policy: ReminderPolicy) -> Terms:
    return Terms(
        least=Money(policy.least_cents),
        days_after=policy.days_after,
        days_between=policy.days_between,
        times_max=policy.times_max,
        channels=tuple(Channel(one) for one in policy.channels),
        hours=SendingHours(opens=policy.opens, closes=policy.closes),
    )


def active_policies() -> list[ReminderPolicy]:
    """Of municipalities whose reminders are looked for and sent now."""
    return list(ReminderPolicy.objects.filter(is_on=True, paused_at=None).select_related("municipality"))


def save_policy(*, municipality_id: int, terms: Terms, actor: str, now: datetime) -> ReminderPolicy:
    """It stays on or off as it was."""
    values = {
        "least_cents": terms.least.cents,
        "days_after": terms.days_after,
        "days_between": terms.days_between,
        "times_max": terms.times_max,
        "opens": terms.hours.opens,
        "closes": terms.hours.closes,
        "channels": [one.value for one in terms.channels],
    }
    with transaction.atomic():
        policy, _made = ReminderPolicy.objects.update_or_create(
            municipality_id=municipality_id, defaults={**values, "changed_at": now, "changed_by": actor}
        )
        _note(municipality_id, "change reminders", actor, now, values)
    return policy


def start_reminders(*, municipality_id: int, has_seen_trial: bool, actor: str, now: datetime) -> None:
    """Switch on, or go on after a pause. Raise TrialFirst."""
    if not has_seen_trial:
        raise TrialFirst
    _switch(municipality_id, "start reminders", actor, now, is_on=True, paused_at=None)


def pause_reminders(*, municipality_id: int, actor: str, now: datetime) -> None:
    """At once: what is planned waits, and is looked at anew when it goes on."""
    _switch(municipality_id, "pause reminders", actor, now, paused_at=now)


def stop_reminders(*, municipality_id: int, actor: str, now: datetime) -> None:
    _switch(municipality_id, "stop reminders", actor, now, is_on=False, paused_at=None)


def _switch(municipality_id: int, action: str, actor: str, now: datetime, **values: object) -> None:
    with transaction.atomic():
        changed = ReminderPolicy.objects.filter(municipality_id=municipality_id).update(
            **values, changed_at=now, changed_by=actor
        )
        if changed:
            _note(municipality_id, action, actor, now, {})


def _note(municipality_id: int, action: str, actor: str, now: datetime, detail: dict[str, object]) -> None:
    record(
        at=now,
        actor=actor,
        action=action,
        subject=f"reminders:{municipality_id}",
        municipality_id=municipality_id,
        detail=detail,
    )
