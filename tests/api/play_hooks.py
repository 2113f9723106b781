"""What Schemathesis cannot guess: cards that exist, with the fees that are on them, and fresh idempotency keys."""

import json
import os
import random
import uuid
from typing import Any

import schemathesis

_KNOWN: list[dict[str, Any]] = json.loads(os.environ.get("TORGET_PLAY_CARDS", "[]"))
"""Each with a card number and one fee: {"card_number": …, "reference": …, "amount_cents": …}."""
_dice = random.Random(1)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Into valid requests alone, or an invalid one would become valid."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.headers and "Idempotency-Key" in case.headers:
        # A key that was used for another request is refused, rightly.
        case.headers["Idempotency-Key"] = uuid.uuid4().hex
    if isinstance(case.body, dict) and "card_number" in case.body and _dice.random() < 0.8:
        case.body = _with_a_card(case.body)


def _with_a_card(body: dict[str, Any]) -> dict[str, Any]:
    known = _dice.choice(_KNOWN)
    played = {name: value for name, value in body.items() if name not in ("library_system", "return_url")}
    played["card_number"] = known["card_number"]
    if "fees" in played:
        played["fees"] = [{"reference": known["reference"], "amount_cents": known["amount_cents"]}]
    return played
