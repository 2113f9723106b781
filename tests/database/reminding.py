"""Reminders are on for a municipality, somebody owes, and time is what the test says."""

from datetime import UTC, datetime
from typing import Any

from tests.world import make_fee, make_patron
from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.money import Money
from torget.payments.core.reminding import Channel, SendingHours, Terms
from torget.payments.reminders.models import Reminder
from torget.payments.reminders.policy import save_policy, start_reminders
from torget.payments.reminders.search import search_all
from torget.payments.reminders.send import send_due_reminders
from torget.sandbox.population import SandboxPatron

NOON = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # a Tuesday
OLD_ENOUGH = 14


def decide(slug: str = "porvoo", *, least: int = 200, channels: tuple[Channel, ...] = (Channel.EMAIL,)) -> int:
    """Reminders are on for a municipality; its number."""
    municipality = Municipality.objects.get(slug=slug)
    terms = Terms(
        least=Money(least),
        days_after=OLD_ENOUGH,
        days_between=30,
        times_max=2,
        channels=channels,
        hours=SendingHours(),
    )
    save_policy(municipality_id=municipality.pk, terms=terms, actor="staff:1", now=NOON)
    start_reminders(municipality_id=municipality.pk, has_seen_trial=True, actor="staff:1", now=NOON)
    return municipality.pk


def debtor(number: int = 1, *fees: Any, **more: Any) -> SandboxPatron:
    owed = fees or (make_fee(number * 10 + 1, 250), make_fee(number * 10 + 2, 130, "PRV/PK", "RESERVE_EXPIRED"))
    return make_patron(number, *owed, **{"email": f"asa{number}@example.fi", **more})


def look(at: datetime = NOON) -> None:
    search_all(clock=lambda: at)


def send(at: datetime = NOON, limit: int = 10) -> dict[str, int]:
    return dict(send_due_reminders(clock=lambda: at, limit=limit))


def only() -> Reminder:
    return Reminder.objects.get()


def outcome() -> tuple[str, str]:
    return only().state, only().reason
