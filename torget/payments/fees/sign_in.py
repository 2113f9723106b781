"""Sign a patron in with library card and PIN; the PIN is given to the library system and forgotten."""

from dataclasses import dataclass
from datetime import datetime

from torget.foundation.audit.record import record
from torget.foundation.people.models import Patron
from torget.foundation.people.throttle import check_throttle, note_failure, note_success
from torget.payments.core.ports import PatronIdentity, WrongCredentials
from torget.payments.fees.deadline import answer_in_time
from torget.payments.fees.library_systems import library_system


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    patron_id: int
    identity: PatronIdentity


def sign_in_patron(*, system: str, card_number: str, pin: str, address: str, language: str, now: datetime) -> SignedIn:
    """Raise TooManyFailures, WrongCredentials or LibrarySystemUnavailable."""
    card = card_number.replace(" ", "")
    check_throttle(name=f"{system}:{card.casefold()}", address=address, now=now)
    connector = library_system(system)
    try:
        identity = answer_in_time(lambda: connector.authenticate(card_number=card, pin=pin))
    except WrongCredentials:
        note_failure(name=f"{system}:{card.casefold()}", address=address, now=now)
        raise
    note_success(name=f"{system}:{card.casefold()}", address=address, now=now)
    patron, _ = Patron.objects.update_or_create(
        library_system=system,
        reference=identity.reference,
        defaults={"last_seen_at": now, "language": language},
        create_defaults={"first_seen_at": now, "last_seen_at": now, "language": language},
    )
    record(at=now, actor=f"patron:{patron.id}", action="sign in", subject=f"patron:{patron.id}")
    return SignedIn(patron_id=patron.id, identity=identity)
