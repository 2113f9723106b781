"""More time to pay a fee, because it was decided so: until that day it is not collected.

Library systems have no due date of a fee that could be moved, so the day is kept here; the library system is asked
whether there still is a fee to wait for.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from enum import StrEnum

from torget.payments.core.ports import LibrarySystemError
from torget.payments.fees import library_systems
from torget.payments.fees.models import PaymentTime


class Extended(StrEnum):
    BOOKED = "booked"
    NOT_OPEN = "not_open"  #: The fee is paid or gone: there is nothing to wait for.
    LATER = "later"  #: The library system gives no answer: ask again.


def extend_time(
    *,
    key: str,
    library_system: str,
    patron_reference: str,
    card_number: str,
    fee_reference: str,
    until: date,
    at: datetime,
) -> Extended:
    """Once per key, however often it is asked."""
    if PaymentTime.objects.filter(key=key).exists():
        return Extended.BOOKED
    try:
        library = library_systems.library_system(library_system)
        open_now = library.open_fees(patron_reference=patron_reference, card_number=card_number)
    except LibrarySystemError:
        return Extended.LATER
    if fee_reference not in open_now:
        return Extended.NOT_OPEN
    fee = {"library_system": library_system, "patron_reference": patron_reference, "fee_reference": fee_reference}
    PaymentTime.objects.get_or_create(key=key, defaults={**fee, "until": until, "granted_at": at})
    return Extended.BOOKED


def has_broken_times(*, library_system: str, patron_reference: str, open_fees: AbstractSet[str], today: date) -> bool:
    """Whether a fee is still open though its extended time is over."""
    over = PaymentTime.objects.filter(
        library_system=library_system, patron_reference=patron_reference, until__lt=today
    ).values_list("fee_reference", flat=True)
    return any(reference in open_fees for reference in over)


def times_to_pay(*, library_system: str, patron_reference: str, fees: Iterable[str]) -> dict[str, date]:
    """Until when each of these fees may be paid, where somebody has decided so; the latest decision counts."""
    rows = PaymentTime.objects.filter(
        library_system=library_system, patron_reference=patron_reference, fee_reference__in=list(fees)
    ).order_by("granted_at", "pk")
    return dict(rows.values_list("fee_reference", "until"))
