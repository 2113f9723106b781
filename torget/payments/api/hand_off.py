"""A patron goes from a client's pages to ours and is signed in here too, by a link that works once."""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction

from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Branch
from torget.foundation.core.opaque import opaque_token
from torget.payments.api.caller import Caller
from torget.payments.api.card_fees import system_named
from torget.payments.api.models import HandOff
from torget.payments.core.ports import PatronNotFound
from torget.payments.fees.find_patron import find_patron
from torget.payments.fees.sign_in import SignedIn

VALID_FOR = timedelta(minutes=5)


class HandOffIsOver(LookupError):
    """The link was used, its time is up, its client was stopped, or there never was such a link."""


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def make_hand_off(*, caller: Caller, system: str, card_number: str, language: str, at: datetime) -> str:
    """The unguessable part of the address. Raise PatronNotFound or LibrarySystemError.

    Only for patrons of the client's own municipalities: whoever comes by it sees all fees of the card.
    """
    named = system_named(system)
    found = find_patron(system=named, card_number=card_number, language=language, now=at)
    if not _serves(caller, found.identity.home_branch):
        raise PatronNotFound
    token = opaque_token()
    HandOff.objects.create(
        digest=_digest(token),
        client_id=caller.client_id,
        library_system=named,
        card_number=found.identity.card_number,
        language=language,
        expires_at=at + VALID_FOR,
    )
    record(at=at, actor=caller.actor, action="make hand-off", subject=f"patron:{found.patron_id}")
    return token


def _serves(caller: Caller, home_branch: str | None) -> bool:
    """Where the library system names no home, only a client of all municipalities serves everybody."""
    own = Branch.objects.filter(municipality__in=caller.municipality_ids)
    if home_branch:
        return own.filter(code=home_branch).exists()
    return not Branch.objects.exclude(municipality__in=caller.municipality_ids).exists()


def find_hand_off(*, token: str, at: datetime) -> HandOff:
    """Raise HandOffIsOver."""
    found = HandOff.objects.select_related("client").filter(digest=_digest(token), expires_at__gt=at)
    hand_off = found.filter(client__stopped_at=None).first()
    if hand_off is None:
        raise HandOffIsOver
    return hand_off


def take_hand_off(*, token: str, at: datetime) -> SignedIn:
    """Once only: of two who come by the same link, one is let in. Raise HandOffIsOver or LibrarySystemError.

    While the library system does not answer the link stays good.
    """
    hand_off = find_hand_off(token=token, at=at)
    patron = find_patron(
        system=hand_off.library_system, card_number=hand_off.card_number, language=hand_off.language, now=at
    )
    with transaction.atomic():
        gone, _rows = HandOff.objects.filter(pk=hand_off.pk).delete()
        if not gone:
            raise HandOffIsOver
        record(
            at=at, actor=f"client:{hand_off.client_id}", action="hand-off used", subject=f"patron:{patron.patron_id}"
        )
    return patron
