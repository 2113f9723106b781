"""Returns and notifications of Ceepos, true and untrue."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from torget.sandbox.ceepos.hashing import hash_for
from torget.sandbox.providers.clock import local
from torget.sandbox.providers.merchants import Merchant
from torget.sandbox.providers.vendor import Sending, State

Content = dict[str, Any]
CODES: Mapping[str, int] = {"ok": 1, "fail": 0, "pending": 2, "reversed": 0}


def is_version_3(merchant: Merchant) -> bool:
    return merchant.more.get("api_version", "3.0.5").startswith("3")


def told(state: State, payment: sqlite3.Row, status: str) -> Content:
    """The flat content of a message, unhashed."""
    content: Content = {"Id": payment["stamp"], "Status": CODES[status], "Reference": payment["id"]}
    if status == "ok" and is_version_3(state.merchants[payment["account"]]):
        content |= {
            "PaymentMethod": int(payment["method"]),
            "PaymentSum": payment["amount"],
            "Timestamp": f"{local(state.clock.now()):%Y%m%d%H%M}",
            "PaymentDescription": payment["id"],
        }
    return content


def _other(state: State, merchant: Merchant) -> Merchant:
    return next(one for one in state.merchants.values() if one.account != merchant.account)


def _earlier(state: State, payment: sqlite3.Row) -> Content:
    row = state.store.row(
        "SELECT * FROM payment WHERE account = ? AND status = 'ok' AND id <> ? ORDER BY paid_at DESC LIMIT 1",
        (payment["account"], payment["id"]),
    )
    return told(state, row or payment, "ok" if row else payment["status"])


Deed = Callable[[State, sqlite3.Row, Content, Merchant], tuple[Content, str | None]]
"""Gives the content, and the secret it is hashed with; None leaves the hash out."""

HOSTILE: Mapping[str, Deed] = {
    # True, and must be believed.
    "extra_unsigned": lambda _s, _p, content, merchant: ({**content, "utm_source": "posti"}, merchant.secret),
    "missing_hash": lambda _s, _p, content, _m: (content, None),
    "empty_hash": lambda _s, _p, content, _m: ({**content, "Hash": ""}, None),
    "wrong_hash": lambda _s, _p, content, _m: ({**content, "Hash": "0" * 64}, None),
    "other_secret": lambda state, _p, content, merchant: (content, _other(state, merchant).secret),
    # Rightly hashed, and still not about this payment as it was ordered.
    "signed_other_amount": lambda _s, _p, content, merchant: (
        {**content, "PaymentSum": content.get("PaymentSum", 0) + 1},
        merchant.secret,
    ),
    "signed_other_id": lambda _s, _p, content, merchant: ({**content, "Id": "somebody-elses"}, merchant.secret),
    "unknown_status": lambda _s, _p, content, merchant: ({**content, "Status": 98}, merchant.secret),
    "replay": lambda state, payment, _c, merchant: (_earlier(state, payment), merchant.secret),
}
TRUE_ONES = ("extra_unsigned",)


def _hashed(state: State, payment: sqlite3.Row, status: str, hostile: str, *, is_return: bool) -> Content:
    merchant = state.merchants[payment["account"]]
    content, secret = told(state, payment, status), merchant.secret
    if hostile:
        content, changed_secret = HOSTILE[hostile](state, payment, content, merchant)
        if changed_secret is None:
            return content if is_return else _nested(content)
        secret = changed_secret
    if not is_version_3(merchant):
        return {**content, "Hash": hash_for("short", content, secret)}
    if is_return:
        return {**content, "Hash": hash_for("return", content, secret)}
    nested = _nested(content)
    return {**nested, "Hash": hash_for("notification", nested, secret)}


def _nested(content: Content) -> Content:
    parts = ("PaymentMethod", "PaymentSum", "Timestamp", "PaymentDescription")
    payment = {name: content[name] for name in parts if name in content}
    rest = {name: value for name, value in content.items() if name not in parts}
    return {**rest, "Payments": [payment]} if payment else rest


def return_url(state: State, payment: sqlite3.Row, status: str, hostile: str) -> str:
    url = json.loads(payment["body"])["ReturnAddress"]
    content = _hashed(state, payment, status, hostile, is_return=True)
    return f"{url}{'&' if '?' in url else '?'}{urlencode(content)}"


def notification(state: State, payment: sqlite3.Row, status: str, hostile: str) -> Sending:
    content = _hashed(state, payment, status, hostile, is_return=False)
    return Sending(
        url=json.loads(payment["body"])["NotificationAddress"],
        method="POST",
        headers={"content-type": "application/json; charset=utf-8"},
        body=json.dumps(content).encode(),
    )
