"""Whoever holds a link shows that the card is theirs too: by the end of its number, with few tries."""

from datetime import datetime

from django.db.models import F

from torget.foundation.people.throttle import check_throttle, note_failure
from torget.payments.core.links import WRONG_TRIES_MAX, is_proof
from torget.payments.links.models import PaymentLink


class WrongProof(Exception):
    """Not the end of this card number; never says how near it was."""


def prove_card(*, link_id: int, text: str, address: str, now: datetime) -> None:
    """Raise WrongProof or TooManyFailures.

    A try is counted before it is judged, so that many at once have no more of them.
    """
    name = f"link:{link_id}"
    check_throttle(name=name, address=address, now=now)
    counted = PaymentLink.objects.filter(pk=link_id, wrong_tries__lt=WRONG_TRIES_MAX).update(
        wrong_tries=F("wrong_tries") + 1
    )
    if not counted:
        raise WrongProof
    if not is_proof(text, PaymentLink.objects.values_list("card_number", flat=True).get(pk=link_id)):
        note_failure(name=name, address=address, now=now)
        raise WrongProof
    PaymentLink.objects.filter(pk=link_id).update(wrong_tries=F("wrong_tries") - 1)
