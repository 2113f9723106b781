"""The calls of the ePayment interface; refusals are RFC 7807 problems."""

import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from torget.sandbox.mobilepay.events import event_of, webhook
from torget.sandbox.providers.merchants import Merchant
from torget.sandbox.providers.outbox import Outbox
from torget.sandbox.providers.outcomes import NotPossible, change_status
from torget.sandbox.providers.vendor import State

Body = Mapping[str, Any]
STATES: Mapping[str, str] = {
    "new": "CREATED",
    "reserved": "AUTHORIZED",
    "ok": "AUTHORIZED",
    "fail": "ABORTED",
    "expired": "EXPIRED",
    "cancelled": "TERMINATED",
}
PAGE_SECONDS = 600.0
_REFERENCE = re.compile(r"[A-Za-z0-9-]{8,50}")


class Problem(Exception):
    def __init__(self, status: int, title: str, detail: str = "") -> None:
        super().__init__(title)
        self.status = status
        self.content = {"type": "about:blank", "title": title, "detail": detail, "status": status, "traceId": "sandbox"}


def create(state: State, merchant: Merchant, body: Body, base_url: str) -> tuple[int, Any]:
    _check_order(body, state)
    payment_id = state.new_id()
    page, now = f"{base_url}/pay/{payment_id}", state.clock.now()
    try:
        state.store.insert(
            "payment",
            id=payment_id,
            account=merchant.account,
            stamp=body["reference"],
            amount=body["amount"]["value"],
            status="new",
            method="",
            language="fi",
            body=json.dumps(body),
            created_at=now,
            expires_at=now + PAGE_SECONDS,
            page_url=page,
        )
    except sqlite3.IntegrityError:
        raise Problem(409, "Conflict", "The reference was used before") from None
    return 201, {"redirectUrl": page, "reference": body["reference"]}


def _check_order(body: Body, state: State) -> None:
    schemes = ("https://", "http://") if state.is_http_allowed else ("https://",)
    faults = {
        "amount": not _is_amount(body.get("amount")),
        "paymentMethod": body.get("paymentMethod") not in ({"type": "WALLET"}, {"type": "CARD"}),
        "reference": not _REFERENCE.fullmatch(str(body.get("reference"))),
        "userFlow": body.get("userFlow") != "WEB_REDIRECT",
        "returnUrl": not str(body.get("returnUrl")).startswith(schemes),
        "paymentDescription": not 3 <= len(str(body.get("paymentDescription", ""))) <= 100,
    }
    if found := [name for name, is_faulty in faults.items() if is_faulty]:
        raise Problem(400, "Bad Request", f"not valid: {', '.join(found)}")


def _is_amount(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.get("currency") == "EUR"
        and type(value.get("value")) is int
        and value["value"] > 0
    )


def payment_of(state: State, merchant: Merchant, reference: str) -> sqlite3.Row:
    row = state.store.row("SELECT * FROM payment WHERE account = ? AND stamp = ?", (merchant.account, reference))
    if row is None:
        raise Problem(404, "Not Found", "There is no such payment")
    return row


def described(state: State, payment: sqlite3.Row) -> dict[str, Any]:
    refunds = state.store.row("SELECT coalesce(sum(amount), 0) AS back FROM refund WHERE payment = ?", (payment["id"],))
    is_agreed = payment["status"] in ("reserved", "ok")
    sums = {
        "authorizedAmount": payment["amount"] if is_agreed else 0,
        "cancelledAmount": 0,
        "capturedAmount": payment["amount"] if payment["status"] == "ok" else 0,
        "refundedAmount": refunds["back"] if refunds else 0,
    }
    return {
        "aggregate": {name: {"currency": "EUR", "value": value} for name, value in sums.items()},
        "amount": {"currency": "EUR", "value": payment["amount"]},
        "state": STATES[payment["status"]],
        "paymentMethod": {"type": payment["method"] or "WALLET"},
        "profile": {},
        "pspReference": payment["id"],
        "reference": payment["stamp"],
    }


def tell(state: State, outbox: Outbox, payment: sqlite3.Row, name: str, *, amount: int, key: str) -> None:
    merchant = state.merchants[payment["account"]]
    sending = webhook(state, merchant, event_of(state, payment, name, amount=amount, key=key))
    if sending is not None:
        outbox.plan(
            subject=payment["id"],
            label="refund" if name == "REFUNDED" else name.lower(),
            url=sending.url,
            method=sending.method,
            headers=sending.headers,
            body=sending.body,
            due_at=state.clock.now(),
        )


def modify(state: State, outbox: Outbox, payment: sqlite3.Row, *, verb: str, body: Body, key: str) -> tuple[int, Any]:
    """Capture, refund or cancel; the answer is the payment as it then is."""
    amount = body.get("modificationAmount")
    if verb != "cancel" and not _is_amount(amount):
        raise Problem(400, "Bad Request", "modificationAmount")
    _VERBS[verb](state, outbox, payment, amount["value"] if amount else 0, key)
    return 200, described(state, payment_of(state, state.merchants[payment["account"]], payment["stamp"]))


def _capture(state: State, outbox: Outbox, payment: sqlite3.Row, amount: int, key: str) -> None:
    if amount != payment["amount"]:
        raise Problem(400, "Bad Request", "the sandbox captures all or nothing")
    try:
        change_status(state, payment["id"], "ok", ("reserved",))
    except NotPossible as error:
        raise Problem(400, "Bad Request", str(error)) from None
    tell(state, outbox, payment, "CAPTURED", amount=amount, key=key)


def _refund(state: State, outbox: Outbox, payment: sqlite3.Row, amount: int, key: str) -> None:
    with state.store.transaction():
        back = described(state, payment)["aggregate"]["refundedAmount"]["value"]
        is_possible = payment["status"] == "ok" and back + amount <= payment["amount"]
        if not is_possible or state.knobs["refund"] == "unsupported":
            raise Problem(400, "Bad Request", "The payment cannot be refunded")
        state.store.insert(
            "refund",
            id=state.new_id(),
            payment=payment["id"],
            amount=amount,
            status="ok",
            stamp=key,
            created_at=state.clock.now(),
        )
    tell(state, outbox, payment, "REFUNDED", amount=amount, key=key)


def _cancel(state: State, outbox: Outbox, payment: sqlite3.Row, _: int, key: str) -> None:
    try:
        change_status(state, payment["id"], "cancelled", ("new", "reserved"))
    except NotPossible as error:
        raise Problem(400, "Bad Request", str(error)) from None
    tell(state, outbox, payment, "TERMINATED", amount=payment["amount"], key=key)


_VERBS: Mapping[str, Callable[[State, Outbox, sqlite3.Row, int, str], None]] = {
    "capture": _capture,
    "refund": _refund,
    "cancel": _cancel,
}
