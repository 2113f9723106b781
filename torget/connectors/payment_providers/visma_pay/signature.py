"""Visma Pay's authcode: HMAC-SHA256 in upper-case hex over the fields joined with `|`; no amount is ever among them."""

import hashlib
import hmac
from collections.abc import Mapping

RETURNED = ("RETURN_CODE", "ORDER_NUMBER", "SETTLED", "CONTACT_ID", "INCIDENT_ID")
"""What a return or notification signs, in this order; the last three only if they are there."""
REQUIRED = RETURNED[:2]


class BadAuthcode(ValueError):
    """The message is not provably from the holder of the private key."""


def authcode(private_key: str, *fields: str) -> str:
    """Raise BadAuthcode for a field that could be read as two."""
    if any("|" in field for field in fields):
        raise BadAuthcode("a field has the separator in it")
    try:
        joined = "|".join(fields).encode()
    except UnicodeEncodeError:
        raise BadAuthcode("a field is not valid Unicode") from None
    return hmac.new(private_key.encode(), joined, hashlib.sha256).hexdigest().upper()


def verify_return(private_key: str, parameters: Mapping[str, str]) -> None:
    """Raise BadAuthcode unless AUTHCODE fits the other parameters."""
    if any(name not in parameters for name in REQUIRED):
        raise BadAuthcode("a parameter is missing")
    expected = authcode(private_key, *(parameters[name] for name in RETURNED if name in parameters))
    given = parameters.get("AUTHCODE", "").encode("utf-8", "replace")
    if not hmac.compare_digest(expected.encode(), given):
        raise BadAuthcode("the authcode does not fit" if given else "the authcode is missing")
