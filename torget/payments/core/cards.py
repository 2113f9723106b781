"""An ability that not every library system has: to know a patron by the card alone, without the PIN."""

from typing import Protocol, runtime_checkable

from torget.payments.core.ports import PatronIdentity


@runtime_checkable
class FindsPatrons(Protocol):
    """For those whom somebody else has let in already: a library's own front door, or a person at the desk."""

    def find_patron(self, *, card_number: str) -> PatronIdentity:
        """By service credentials. Raise PatronNotFound or LibrarySystemUnavailable."""
        ...
