"""Webhooks of Vipps MobilePay, true and untrue, and the address to which the browser goes back."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any

from torget.sandbox.mobilepay.signing import signed_headers
from torget.sandbox.providers.clock import as_text
from torget.sandbox.providers.merchants import Merchant
from torget.sandbox.providers.vendor import Sending, State

Event = dict[str, Any]
NAMES: Mapping[str, str] = {
    "new": "CREATED",
    "reserved": "AUTHORIZED",
    "ok": "CAPTURED",
    "fail": "ABORTED",
    "expired": "EXPIRED",
    "refunded": "REFUNDED",
}


def event_of(state: State, payment: sqlite3.Row, name: str, *, amount: int, key: str | None = None) -> Event:
    return {
        "msn": payment["account"],
        "reference": payment["stamp"],
        "pspReference": payment["id"],
        "name": name,
        "amount": {"currency": "EUR", "value": amount},
        "timestamp": as_text(state.clock.now()),
        "idempotencyKey": key,
        "success": True,
    }


Deed = Callable[[Event, str, str], tuple[Event, str]]
"""From the true event, the secret and another merchant's: what is sent, and signed with what."""
HOSTILE: Mapping[str, Deed] = {
    # True, and nothing to us.
    "unknown_event": lambda event, secret, _: ({**event, "name": "POSTPONED"}, secret),
    "not_successful": lambda event, secret, _: ({**event, "success": False}, secret),
    "other_secret": lambda event, _, other: (event, other),
    "other_sales_unit": lambda event, secret, _: ({**event, "msn": "999999"}, secret),
    "no_amount": lambda event, secret, _: ({**event, "amount": {"currency": "EUR"}}, secret),
    # Rightly signed, and still not about this payment as it was ordered.
    "signed_other_amount": lambda event, secret, _: (
        {**event, "amount": {"currency": "EUR", "value": event["amount"]["value"] + 1}},
        secret,
    ),
    "signed_other_currency": lambda event, secret, _: (
        {**event, "amount": {**event["amount"], "currency": "NOK"}},
        secret,
    ),
    "signed_other_reference": lambda event, secret, _: ({**event, "reference": "somebody-elses"}, secret),
}
NOTHING_TO_US = ("unknown_event", "not_successful")


def webhook(state: State, merchant: Merchant, event: Event, hostile: str = "") -> Sending | None:
    """None if the merchant has registered no address."""
    url, secret = merchant.more.get("webhook_url", ""), merchant.more.get("webhook_secret", "")
    if not url:
        return None
    if hostile:
        others = [one.more.get("webhook_secret", "") for one in state.merchants.values() if one is not merchant]
        event, secret = HOSTILE[hostile](event, secret, others[0])
    body = json.dumps(event).encode()
    date = formatdate(state.clock.now(), usegmt=True)
    return Sending(url=url, method="POST", headers=signed_headers(secret, url, body, date), body=body)
