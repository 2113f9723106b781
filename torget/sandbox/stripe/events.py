"""Events of Stripe, true and untrue, signed apart from the vendor's package and from the connector."""

import hashlib
import hmac
import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from torget.sandbox.providers.merchants import Merchant
from torget.sandbox.providers.vendor import Sending, State

Event = dict[str, Any]
STATUS: Mapping[str, tuple[str, str]] = {
    "new": ("open", "unpaid"),
    "ok": ("complete", "paid"),
    "pending": ("complete", "unpaid"),
    "fail": ("complete", "unpaid"),
    "expired": ("expired", "unpaid"),
}
INTENT: Mapping[str, str] = {"ok": "succeeded", "pending": "processing", "fail": "requires_payment_method"}


def session_of(payment: sqlite3.Row, status: str, *, is_expanded: bool = False) -> dict[str, Any]:
    order = json.loads(payment["body"])
    state, paid = STATUS[status]
    intent: Any = None
    if status in INTENT:
        intent = payment["id"].replace("cs_test_", "pi_")
        if is_expanded:
            intent = {"id": intent, "object": "payment_intent", "status": INTENT[status]}
    return {
        "id": payment["id"],
        "object": "checkout.session",
        "amount_total": payment["amount"],
        "currency": "eur",
        "client_reference_id": payment["stamp"],
        "status": state,
        "payment_status": paid,
        "payment_intent": intent,
        "success_url": order["success_url"],
        "url": payment["page_url"] if state == "open" else None,
    }


def event_type(state: State, payment: sqlite3.Row, status: str) -> str | None:
    """What was pending ends by an event of its own; of a page that was only left nobody is told."""
    was_pending = state.store.row("SELECT 1 FROM callback WHERE subject = ? AND label = 'pending'", (payment["id"],))
    return {
        "ok": "checkout.session.async_payment_succeeded" if was_pending else "checkout.session.completed",
        "pending": "checkout.session.completed",
        "fail": "checkout.session.async_payment_failed",
        "expired": "checkout.session.expired",
    }.get(status)


def event_of(state: State, kind: str, about: Mapping[str, Any], account: str) -> Event:
    return {
        "id": f"evt_{state.new_id().replace('-', '')}",
        "object": "event",
        "account": account,
        "type": kind,
        "created": int(state.clock.now()),
        "data": {"object": dict(about)},
    }


def _about(event: Event, **changes: Any) -> Event:
    return {**event, "data": {"object": {**event["data"]["object"], **changes}}}


Deed = Callable[[Event, str, str], tuple[Event, str]]
"""From the true event, the secret and another platform's: what is sent, and signed with what."""
HOSTILE: Mapping[str, Deed] = {
    # True, and nothing to us.
    "unknown_event": lambda event, secret, _: ({**event, "type": "payout.paid"}, secret),
    "other_secret": lambda event, _, other: (event, other),
    "no_amount": lambda event, secret, _: (_about(event, amount_total=None), secret),
    "unknown_status": lambda event, secret, _: (_about(event, payment_status="perhaps"), secret),
    # Rightly signed, and still not about this payment as it was ordered.
    "signed_other_amount": lambda event, secret, _: (
        _about(event, amount_total=event["data"]["object"]["amount_total"] + 1),
        secret,
    ),
    "signed_other_currency": lambda event, secret, _: (_about(event, currency="sek"), secret),
    "signed_other_stamp": lambda event, secret, _: (_about(event, client_reference_id="somebody-elses"), secret),
    "signed_other_account": lambda event, secret, _: ({**event, "account": "acct_other"}, secret),
}
NOTHING_TO_US = ("unknown_event",)


def sending(state: State, merchant: Merchant, event: Event, hostile: str = "", *, age_seconds: int = 0) -> Sending:
    secret = merchant.more["webhook_secret"]
    if hostile:
        others = [
            one.more["webhook_secret"] for one in state.merchants.values() if one.more["webhook_secret"] != secret
        ]
        event, secret = HOSTILE[hostile](event, secret, others[0])
    body = json.dumps(event).encode()
    at = str(int(state.clock.now()) - age_seconds)
    code = hmac.digest(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hex()
    headers = {"content-type": "application/json; charset=utf-8", "stripe-signature": f"t={at},v1={code}"}
    return Sending(url=merchant.more["webhook_url"], method="POST", headers=headers, body=body)
