"""Put a fee on hold while a question about it is open, and end the hold."""

from datetime import datetime

from torget.payments.fees.models import FeeHold


def place_hold(*, library_system: str, patron_reference: str, fee_reference: str, origin: str, at: datetime) -> bool:
    """False if the fee is on hold already; then its first question keeps it."""
    _hold, made = FeeHold.objects.get_or_create(
        library_system=library_system,
        patron_reference=patron_reference,
        fee_reference=fee_reference,
        ended_at=None,
        defaults={"origin": origin, "placed_at": at},
    )
    return made


def end_hold(*, origin: str, at: datetime) -> int:
    """End what a question put on hold; how many holds that were, none when they had ended before."""
    return FeeHold.objects.filter(origin=origin, ended_at=None).update(ended_at=at)


def holds_of(*, origin: str) -> list[tuple[datetime, datetime | None]]:
    """When a question put its fee on hold and when the hold ended; None while it lasts."""
    return list(FeeHold.objects.filter(origin=origin).order_by("placed_at").values_list("placed_at", "ended_at"))
