"""Cards that staff bring for the next search, where the library system cannot tell who owes."""

import re
from datetime import datetime

from django.db import transaction

from torget.foundation.audit.record import record
from torget.payments.reminders.models import ListedCard

CARDS_MAX = 2000
_CARD = re.compile(r"[A-Za-z0-9-]{4,40}")


class NoCards(Exception):
    """Nothing in the file looks like a card number."""


class TooManyCards(Exception):
    """More than one search should take at a time."""


def read_cards(content: bytes) -> list[str]:
    """The first column of each line, with or without quotes and a heading. Raise NoCards or TooManyCards."""
    lines = content.decode("utf-8-sig", errors="replace").splitlines()
    firsts = (re.split(r"[;,\t]", line, maxsplit=1)[0].strip().strip('"').replace(" ", "") for line in lines)
    # A heading has no digit.
    cards = dict.fromkeys(one for one in firsts if _CARD.fullmatch(one) and re.search(r"\d", one))
    if not cards:
        raise NoCards
    if len(cards) > CARDS_MAX:
        raise TooManyCards
    return list(cards)


def add_cards(*, municipality_id: int, library_system: str, cards: list[str], actor: str, now: datetime) -> int:
    """How many were new."""
    with transaction.atomic():
        before = ListedCard.objects.filter(library_system=library_system).count()
        ListedCard.objects.bulk_create(
            (
                ListedCard(
                    municipality_id=municipality_id,
                    library_system=library_system,
                    card_number=card,
                    added_at=now,
                    added_by=actor,
                )
                for card in cards
            ),
            ignore_conflicts=True,
        )
        added = ListedCard.objects.filter(library_system=library_system).count() - before
        record(
            at=now,
            actor=actor,
            action="bring cards for reminders",
            subject=f"reminders:{municipality_id}",
            municipality_id=municipality_id,
            detail={"cards": added},
        )
    return added
