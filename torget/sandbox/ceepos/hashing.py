"""The hash of Ceepos, written from the public examples and apart from the connector's own."""

import hashlib
from collections.abc import Mapping
from typing import Any

_PRODUCT = ("Code", "Amount", "Price", "Description", "Taxcode")
_PART = ("PaymentMethod", "PaymentSum", "Timestamp", "PaymentDescription", "CardExpiration")
_SHORT = ("Id", "Status", "Reference")
_ORDERS: Mapping[str, tuple[str, ...]] = {
    "request": (
        *("ApiVersion", "Source", "Id", "Mode", "Action", "Description", "Products"),
        *("Email", "FirstName", "LastName", "Language", "ReturnAddress", "NotificationAddress"),
        *("SubscriptionCode", "SubscriptionPeriod", "SubscriptionEnd", "PaymentMethod", "PaymentInfo"),
    ),
    "answer": (*_SHORT, "Action", "PaymentAddress", "PaymentExpires"),
    "return": (*_SHORT, *_PART, "SubscriptionCode"),
    "notification": (*_SHORT, "Payments", "SubscriptionCode", "LoyaltyCard"),
    "short": _SHORT,
}
"""By what is hashed; `short` are the messages of version 2.1.2."""


def hash_for(kind: str, content: Mapping[str, Any], secret: str) -> str:
    values: list[str] = []
    for name in _ORDERS[kind]:
        inner = {"Products": _PRODUCT, "Payments": _PART}.get(name)
        if inner is None:
            values += [str(content[name])] if name in content else []
        else:
            for row in content.get(name, ()):
                values.extend(str(row[field]) for field in inner if field in row)
    values.append(secret)
    return hashlib.sha256("&".join(values).encode("utf-8")).hexdigest()
