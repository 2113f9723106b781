"""Ceepos' hash: SHA-256 over the values joined with `&` in the documented order, the secret last. It is no HMAC.

A field that is absent from the message leaves no gap, one that is there and empty leaves an empty value. So the order
of the fields below is the protocol, and two messages could be joined to the same string; `messages.py` is therefore
strict about the form of every value before it believes in a hash.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

PRODUCT = ("Code", "Amount", "Price", "Description", "Taxcode")
PAYMENT = ("PaymentMethod", "PaymentSum", "Timestamp", "PaymentDescription", "CardExpiration")

_BEGINNING = ("ApiVersion", "Source", "Id", "Mode")
_BODY = ("Description", "Products", "Email", "FirstName", "LastName")
_ADDRESSES = ("ReturnAddress", "NotificationAddress")
_SUBSCRIPTION = ("SubscriptionCode", "SubscriptionPeriod", "SubscriptionEnd", "PaymentMethod", "PaymentInfo")

REQUEST_3 = (*_BEGINNING, "Action", *_BODY, "Language", *_ADDRESSES, *_SUBSCRIPTION)
REQUEST_2 = (*_BEGINNING, *_BODY, "Language", *_ADDRESSES)
ANSWER_3 = ("Id", "Status", "Reference", "Action", "PaymentAddress", "PaymentExpires")
ANSWER_2 = ("Id", "Status", "Reference", "PaymentAddress")
RETURN_3 = ("Id", "Status", "Reference", *PAYMENT, "SubscriptionCode")
NOTIFICATION_3 = ("Id", "Status", "Reference", "Payments", "SubscriptionCode", "LoyaltyCard")
MESSAGE_2 = ("Id", "Status", "Reference")

_NESTED: Mapping[str, Sequence[str]] = {"Products": PRODUCT, "Payments": PAYMENT}


class BadHash(ValueError):
    """The message is not provably from the holder of the secret."""


def hash_of(secret: str, values: Mapping[str, Any], order: Sequence[str]) -> str:
    """Raise BadHash for values of a form that cannot be joined."""
    parts: list[str] = []
    for name in order:
        if name in _NESTED and name in values:
            rows = values[name]
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise BadHash(f"{name} is not a list of objects")
            parts += [_text(row[inner]) for row in rows for inner in _NESTED[name] if inner in row]
        elif name in values:
            parts.append(_text(values[name]))
    try:
        joined = "&".join([*parts, secret]).encode()
    except UnicodeEncodeError:
        raise BadHash("a value is not valid Unicode") from None
    return hashlib.sha256(joined).hexdigest()


def verify(secret: str, values: Mapping[str, Any], order: Sequence[str]) -> None:
    """Raise BadHash unless `Hash` among the values fits the others."""
    given = values.get("Hash")
    if not isinstance(given, str) or not given:
        raise BadHash("the hash is missing")
    if not hmac.compare_digest(hash_of(secret, values, order).encode(), given.lower().encode("utf-8", "replace")):
        raise BadHash("the hash does not fit")


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadHash("a value is neither text nor a whole number")
    return str(value)
