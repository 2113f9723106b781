"""Slow down guessing of PINs without letting anyone lock somebody else out.

Failures are counted per card and address together, per address, per card, and over everything. The limit per card does
not hold for an address from which the card has signed in before, so an attacker elsewhere cannot lock its owner out.
Cards and addresses are kept as keyed hashes only.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from torget.foundation.people.models import KnownAddress, SignInFailure

PAIR_FAILURES_MAX = 5
PAIR_WINDOW = timedelta(minutes=15)
ADDRESS_FAILURES_MAX = 30
ADDRESS_WINDOW = timedelta(minutes=15)
CARD_FAILURES_MAX = 20
CARD_WINDOW = timedelta(hours=1)
TOTAL_FAILURES_MAX = 600
TOTAL_WINDOW = timedelta(minutes=5)
KNOWN_FOR = timedelta(days=90)
KEPT_FOR = timedelta(days=2)


class TooManyFailures(Exception):
    """Too many wrong tries; `wait` says how long a limit lasts at most."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait


def _hash(kind: str, text: str) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), f"sign-in:{kind}:{text}".encode(), hashlib.sha256)


def _counts(card: bytes, address: bytes, now: datetime) -> tuple[int, int, int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT
                (SELECT count(*) FROM people_signinfailure
                    WHERE card_hash = %(card)s AND address_hash = %(address)s AND at > %(pair)s),
                (SELECT count(*) FROM people_signinfailure WHERE address_hash = %(address)s AND at > %(by_address)s),
                (SELECT count(*) FROM people_signinfailure WHERE card_hash = %(card)s AND at > %(by_card)s),
                (SELECT count(*) FROM people_signinfailure WHERE at > %(total)s)
            """,
            {
                "card": card,
                "address": address,
                "pair": now - PAIR_WINDOW,
                "by_address": now - ADDRESS_WINDOW,
                "by_card": now - CARD_WINDOW,
                "total": now - TOTAL_WINDOW,
            },
        )
        pair, by_address, by_card, in_all = cursor.fetchone()
    return pair, by_address, by_card, in_all


def check_throttle(*, name: str, address: str, now: datetime) -> None:
    """Raise TooManyFailures if this card (or user name) may not be tried from this address now."""
    card, place = _hash("card", name), _hash("address", address)
    pair, by_address, by_card, in_all = _counts(card, place, now)
    if pair >= PAIR_FAILURES_MAX:
        raise TooManyFailures(PAIR_WINDOW)
    if by_address >= ADDRESS_FAILURES_MAX:
        raise TooManyFailures(ADDRESS_WINDOW)
    is_known = KnownAddress.objects.filter(card_hash=card, address_hash=place, last_at__gt=now - KNOWN_FOR).exists()
    if is_known:
        return
    if by_card >= CARD_FAILURES_MAX:
        raise TooManyFailures(CARD_WINDOW)
    if in_all >= TOTAL_FAILURES_MAX:
        raise TooManyFailures(TOTAL_WINDOW)


def note_failure(*, name: str, address: str, now: datetime) -> None:
    SignInFailure.objects.create(at=now, card_hash=_hash("card", name), address_hash=_hash("address", address))


def note_success(*, name: str, address: str, now: datetime) -> None:
    KnownAddress.objects.update_or_create(
        card_hash=_hash("card", name), address_hash=_hash("address", address), defaults={"last_at": now}
    )


def forget_old(now: datetime) -> int:
    """Remove what no limit looks at any more; the number of rows removed."""
    failures, _ = SignInFailure.objects.filter(at__lt=now - KEPT_FOR).delete()
    known, _ = KnownAddress.objects.filter(last_at__lt=now - KNOWN_FOR).delete()
    return failures + known
