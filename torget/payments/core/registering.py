"""What a library system is told of a payment, and what it answered; part of the port LibrarySystem (ports.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from torget.foundation.core.money import ZERO, Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationLine:
    fee_reference: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationOrder:
    """Tell the library system that these fees were paid. One order is sent at most once.

    All orders of a payment carry the same marker; there is more than one only where the system `books_each_fee`.
    """

    marker: str
    """Our identifier of this payment, unique over all payments: at most 36 characters of A-Z a-z 0-9 and '-'."""
    marker_number: int
    """The same as a number, for systems that only take numbers."""
    patron_reference: str
    card_number: str
    lines: tuple[RegistrationLine, ...]

    @property
    def amount(self) -> Money:
        return Money(sum(line.amount.cents for line in self.lines))


class RegistrationOutcome(StrEnum):
    BOOKED = "booked"  #: The system confirmed that the payment stands in its books.
    REFUSED = "refused"  #: The system answered clearly that it booked nothing and will not.
    NOT_SENT = "not_sent"  #: The order never reached the system; sending it again is safe.
    UNKNOWN = "unknown"  #: Anything else. Never resent; reconciled by marker or by difference.


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationResult:
    outcome: RegistrationOutcome
    booking_reference: str = ""
    """The system's identifier of the booking, if it gave one."""
    detail: str = ""
    """One line for staff and logs: what the system said. No personal data, no secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRegistration:
    """A booking in the library system that carries our marker."""

    amount: Money
    booking_reference: str
    unapplied: Money = ZERO
    """What of a registration settles no fee and lies as the patron's credit."""
    fees: Mapping[str, Money] | None = None
    """What was booked upon which fee, where the system tells it; of every system that `books_each_fee`."""
