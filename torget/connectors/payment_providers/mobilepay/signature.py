"""The signature of Vipps MobilePay's webhooks: an HMAC over method, path, date, host and the hash of the body.

The secret is used as the text it is given as, not base64-decoded, although it looks like base64.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

SIGNED_HEADERS = "x-ms-date;host;x-ms-content-sha256"
_AUTHORIZATION = re.compile(rf"HMAC-SHA256 SignedHeaders={SIGNED_HEADERS}&Signature=([A-Za-z0-9+/]{{43}}=)")
_LINE = re.compile(r"[\x21-\x7e]+")


class BadSignature(ValueError):
    """The message is not provably from the holder of the secret."""


def content_hash(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def sign(secret: str, *, path: str, date: str, host: str, body_hash: str) -> str:
    text = f"POST\n{path}\n{date};{host};{body_hash}"
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha256")).decode()


def verify(secret: str, *, path: str, headers: Mapping[str, str], body: bytes) -> None:
    """`path` with its query as the sender called it; raise BadSignature."""
    found = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if found is None:
        raise BadSignature("the authorization is missing or has not its form")
    date, host = headers.get("x-ms-date", ""), headers.get("host", "")
    # A line feed or a blank would let two messages have the same string to sign; the date has blanks and one form.
    if not _LINE.fullmatch(host) or not date.isascii() or not date.isprintable() or ";" in date + host:
        raise BadSignature("the date or the host has not its form")
    body_hash = content_hash(body)
    if not hmac.compare_digest(body_hash.encode(), headers.get("x-ms-content-sha256", "").encode("utf-8", "replace")):
        raise BadSignature("the body is not what was sent")
    expected = sign(secret, path=path, date=date, host=host, body_hash=body_hash)
    if not hmac.compare_digest(expected.encode(), found[1].encode()):
        raise BadSignature("the signature does not fit")
