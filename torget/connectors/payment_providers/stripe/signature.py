"""Stripe's webhook signature: HMAC-SHA256 of time and body with the whole `whsec_…` text, good for five minutes.

The vendor's own `WebhookSignature` reads the machine's clock and takes a time of the future; this one is given the
time. The tests hold the two against each other.
"""

import hashlib
import hmac
import re

TOLERANCE_SECONDS = 300
_PART = re.compile(r"([a-z0-9]{1,10})=([0-9a-f]{1,128})")


class BadSignature(ValueError):
    """The message is not provably from the holder of the secret, or too old to be heard."""


def sign(secret: str, *, at: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def verify(secret: str, *, header: str, body: bytes, now: float) -> None:
    """Raise BadSignature. Several `v1` may be there while a secret is being changed; one must fit."""
    parts = [_PART.fullmatch(part) for part in header.split(",")]
    pairs = [(part[1], part[2]) for part in parts if part is not None]
    times = [value for name, value in pairs if name == "t"]
    signatures = [value for name, value in pairs if name == "v1"]
    if not secret or len(pairs) != len(parts) or len(times) != 1 or not times[0].isdigit() or len(times[0]) > 12:
        raise BadSignature("the signature is missing or has not its form")
    expected = sign(secret, at=int(times[0]), body=body)
    if not any(hmac.compare_digest(expected.encode(), one.encode()) for one in signatures):
        raise BadSignature("the signature does not fit")
    if abs(now - int(times[0])) > TOLERANCE_SECONDS:
        raise BadSignature("the message is too old, or one of the clocks is wrong")
