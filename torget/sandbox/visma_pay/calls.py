"""The calls of Visma Pay's interface; whatever goes wrong is HTTP 200 with a `result` and its reasons."""

import hmac
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from torget.sandbox.providers.merchants import Merchant
from torget.sandbox.providers.outcomes import NotPossible, change_status
from torget.sandbox.providers.vendor import State
from torget.sandbox.visma_pay.authcodes import authcode_of

INVALID, DUPLICATE = 1, 2
SHORTEST_TOKEN_SECONDS = 15 * 60
VERSIONS = ("w3.1", "w3.2")
Body = dict[str, Any]


class Refusal(Exception):
    def __init__(self, result: int, *errors: str) -> None:
        super().__init__(*errors)
        self.content = {"result": result, "errors": list(errors)}


def authenticate(body: Body, state: State, *fields: str) -> Merchant:
    merchant = state.merchants.get(str(body.get("api_key")))
    if merchant is None:
        raise Refusal(INVALID, "api_key is not known")
    expected = authcode_of(merchant.secret, [str(body["api_key"]), *(str(body.get(name, "")) for name in fields)])
    if not hmac.compare_digest(expected.encode(), str(body.get("authcode", "")).encode()):
        raise Refusal(INVALID, "authcode does not fit")
    return merchant


def whole(value: object) -> int | None:
    """The vendor's own client for Node sends amounts as text."""
    if type(value) is int:
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None


def _payment_faults(body: Body, state: State) -> Iterator[str]:
    if body.get("version") not in VERSIONS:
        yield "version must be w3.1 or w3.2"
    if not isinstance(body.get("order_number"), str) or not 0 < len(body["order_number"]) <= 64:
        yield "order_number is required"
    if (whole(body.get("amount")) or 0) <= 0:
        yield "The amount must be an integer."
    if body.get("currency") != "EUR":
        yield "currency must be EUR"
    yield from _method_faults(body.get("payment_method"), state)
    products = body.get("products")
    if products is not None:
        if not isinstance(products, list) or not all(isinstance(row, dict) for row in products):
            yield "products must be a list"
        elif sum((whole(row.get("price")) or 0) * (whole(row.get("count")) or 0) for row in products) != whole(
            body.get("amount")
        ):
            yield "the products do not sum to the amount"


def _method_faults(method: object, state: State) -> Iterator[str]:
    if not isinstance(method, dict) or method.get("type") != "e-payment":
        yield "payment_method.type must be e-payment"
        return
    schemes = ("https://", "http://") if state.is_http_allowed else ("https://",)
    for name in ("return_url", "notify_url"):
        if not isinstance(method.get(name), str) or not method[name].startswith(schemes):
            yield f"payment_method.{name} must be an https address"
    until = method.get("token_valid_until")
    if until is not None and (type(until) is not int or until < state.clock.now() + SHORTEST_TOKEN_SECONDS - 1):
        yield "token_valid_until must be at least 15 minutes ahead"
    if method.get("lang") not in (None, "fi", "sv", "en"):
        yield "lang is not one of ours"


def auth_payment(body: Body, state: State, base_url: str) -> Body:
    merchant = authenticate(body, state, "order_number")
    if faults := list(_payment_faults(body, state)):
        raise Refusal(INVALID, *faults)
    token = state.new_id().replace("-", "")
    now = state.clock.now()
    try:
        state.store.insert(
            "payment",
            id=token,
            account=merchant.account,
            stamp=body["order_number"],
            amount=whole(body["amount"]),
            status="new",
            method="",
            language=body["payment_method"].get("lang", "fi"),
            body=json.dumps(body),
            created_at=now,
            expires_at=float(body["payment_method"].get("token_valid_until", now + 3600)),
            page_url=f"{base_url}/pay/{token}",
        )
    except sqlite3.IntegrityError:
        raise Refusal(DUPLICATE, "The order number was used before") from None
    return {"token": token, "type": "e-payment"}


def _found(body: Body, state: State) -> sqlite3.Row:
    merchant = authenticate(body, state, "order_number" if "order_number" in body else "token")
    row = state.store.row(
        "SELECT * FROM payment WHERE account = ? AND (stamp = ? OR id = ?)",
        (merchant.account, body.get("order_number"), body.get("token")),
    )
    if row is None:
        raise Refusal(INVALID, "No such payment")
    return row


def check_payment_status(body: Body, state: State, _: str) -> Body:
    payment = _found(body, state)
    source = {"object": "bank", "brand": payment["method"]}
    said: Mapping[str, Body] = {
        "ok": {"result": 0, "settled": 1, "source": source},
        "reserved": {"result": 0, "settled": 0, "source": source},
        "fail": {"result": 1},
        "pending": {"result": 4},
        "new": {"result": 2},
    }
    return said[payment["status"]]


def get_payment(body: Body, state: State, _: str) -> Body:
    payment = _found(body, state)
    return {
        "payment": {
            "id": payment["id"],
            "amount": payment["amount"],
            "currency": "EUR",
            "order_number": payment["stamp"],
            "refunds": [
                {"refund_id": row["id"], "amount": row["amount"]}
                for row in state.store.rows("SELECT * FROM refund WHERE payment = ?", (payment["id"],))
            ],
        }
    }


def capture(body: Body, state: State, _: str) -> Body:
    payment = _found(body, state)
    try:
        change_status(state, payment["id"], "ok", ("reserved", "ok"))
    except NotPossible as error:
        raise Refusal(INVALID, str(error)) from None
    return {}


def create_refund(body: Body, state: State, _: str) -> Body:
    payment, amount = _found(body, state), whole(body.get("amount"))
    course = state.knobs["refund"]
    with state.store.transaction():
        before = state.store.row("SELECT sum(amount) AS total FROM refund WHERE payment = ?", (payment["id"],))
        left = payment["amount"] - ((before["total"] if before else 0) or 0)
        if payment["status"] != "ok" or amount is None or not 0 < amount <= left or course == "unsupported":
            raise Refusal(INVALID, "The payment cannot be refunded")
        number = str(state.chance.randrange(1_000_000, 9_999_999))
        state.store.insert(
            "refund",
            id=number,
            payment=payment["id"],
            amount=amount,
            status="ok" if course == "ok" else "pending",
            stamp="",
            created_at=state.clock.now(),
        )
    by_email = {} if course == "ok" else {"refund_url": f"https://visma.example/refund/{number}"}
    return {"refund_id": int(number), "type": "instant" if course == "ok" else "email", **by_email}


CALLS: Mapping[str, Callable[[Body, State, str], Body]] = {
    "auth_payment": auth_payment,
    "check_payment_status": check_payment_status,
    "get_payment": get_payment,
    "capture": capture,
    "create_refund": create_refund,
}
