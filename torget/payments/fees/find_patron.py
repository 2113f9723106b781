"""Find a patron by the library card alone, on the word of a front door that has let the patron in by its own means."""

from datetime import datetime

from torget.foundation.people.models import Patron
from torget.payments.core.cards import FindsPatrons
from torget.payments.core.ports import LibrarySystemUnavailable
from torget.payments.fees.deadline import answer_in_time
from torget.payments.fees.library_systems import library_system
from torget.payments.fees.sign_in import SignedIn


class CannotFindPatrons(LibrarySystemUnavailable):
    """The library system tells nothing of a patron without the PIN."""


def find_patron(*, system: str, card_number: str, language: str, now: datetime) -> SignedIn:
    """Raise PatronNotFound, CannotFindPatrons or LibrarySystemUnavailable."""
    card = card_number.replace(" ", "")
    connector = library_system(system)
    if not isinstance(connector, FindsPatrons):
        raise CannotFindPatrons(system)
    finder: FindsPatrons = connector
    identity = answer_in_time(lambda: finder.find_patron(card_number=card))
    patron, _ = Patron.objects.update_or_create(
        library_system=system,
        reference=identity.reference,
        defaults={"last_seen_at": now},
        create_defaults={"first_seen_at": now, "last_seen_at": now, "language": language},
    )
    return SignedIn(patron_id=patron.id, identity=identity)
