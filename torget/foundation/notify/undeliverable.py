"""Addresses to which nothing arrives: remembered as keyed hashes, so that none is written to again and again."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction

from torget.foundation.notify.models import OutgoingEmail, UndeliverableAddress


def _hash(address: str) -> bytes:
    text = f"undeliverable:{address.strip().casefold()}"
    return hmac.digest(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256)


def note_undeliverable(address: str, *, now: datetime) -> None:
    UndeliverableAddress.objects.get_or_create(address_hash=_hash(address), defaults={"noted_at": now})


def undeliverable(addresses: Iterable[str]) -> set[str]:
    """Those of them that have sent something back."""
    by_hash = {_hash(address): address for address in addresses if address}
    found = UndeliverableAddress.objects.filter(address_hash__in=list(by_hash)).values_list("address_hash", flat=True)
    return {by_hash[bytes(one)] for one in found}


def note_bounces(email_ids: Iterable[int], *, now: datetime) -> int:
    """A mail server says that these did not arrive. Only letters that are sent once remember it; how many they were."""
    noted = 0
    with transaction.atomic():
        for email in OutgoingEmail.objects.filter(pk__in=list(email_ids), is_once=True, bounced_at=None):
            noted += OutgoingEmail.objects.filter(pk=email.pk, bounced_at=None).update(bounced_at=now)
            note_undeliverable(email.recipient, now=now)
    return noted
