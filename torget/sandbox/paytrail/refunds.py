"""Paying back: the knob `refund` and the payment method decide how it goes.

A refund's row holds how it ends and when; until then it counts as pending, so nothing has to be woken to end it.
"""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from torget.sandbox.paytrail.answers import Answer, Refusal
from torget.sandbox.paytrail.checking import check_refund, read_object
from torget.sandbox.paytrail.hostile import signed_pairs
from torget.sandbox.paytrail.merchants import Merchant
from torget.sandbox.paytrail.messages import address
from torget.sandbox.paytrail.payments import items_of, merchants_payment
from torget.sandbox.paytrail.state import State
from torget.sandbox.providers.outbox import Outbox

BY_EMAIL_ONLY = ("spankki", "alandsbanken")
ONCE_ONLY = ("nordea",)
ONCE_ONLY_DAYS_MAX = 13 * 7
# What is answered at once, and how it ends.
SCENARIOS: Mapping[str, tuple[str, str]] = {
    "ok": ("ok", "ok"),
    "pending_ok": ("pending", "ok"),
    "pending_fail": ("pending", "fail"),
    "fail": ("fail", "fail"),
    "insufficient": ("pending", "fail"),
}


def refund_payment(state: State, outbox: Outbox, merchant: Merchant, payment_id: str, content: bytes) -> Answer:
    """`POST /payments/{id}/refund`; a refund stamp may repeat, because nobody promises that it is refused."""
    payment = merchants_payment(state, merchant, payment_id)
    body = read_object(content)
    check_refund(body, merchant, is_http_allowed=state.is_http_allowed)
    scenario = state.knobs["refund"]
    with state.store.transaction():
        lines = _lines(payment, body)
        amount = sum(line["amount"] for line in lines) if lines else body["amount"]
        _check_possible(state, payment, body, amount)
        if scenario not in SCENARIOS:
            raise Refusal(422, "The payment method does not support refunds")
        at_once, end = SCENARIOS[scenario]
        by_email = payment["method"] in BY_EMAIL_ONLY
        if by_email:
            # The payer has to answer the e-mail first, and the merchant is never told whether they did.
            at_once = "pending"
        now = state.clock.now()
        refund = {
            "id": state.new_id(),
            "payment": payment_id,
            "account": merchant.account,
            "amount": amount,
            "status": end,
            "stamp": body.get("refundStamp", ""),
            "lines": json.dumps(lines),
            "created_at": now,
            "completed_at": now + state.knobs["refund_delay_seconds"] if at_once == "pending" else now,
        }
        state.store.insert("refund", **refund)
        parameters = _parameters(state, merchant, payment, refund, body)
        if scenario == "insufficient":
            # What never came to be has no identifier.
            del parameters["checkout-transaction-id"]
        url = body["callbackUrls"]["success" if end == "ok" else "cancel"]
        if not by_email:
            outbox.plan(
                subject=refund["id"],
                label=f"refund {end}",
                url=address(url, signed_pairs(parameters, merchant.secret)),
                due_at=refund["completed_at"],
            )
    return Answer(
        content={"transactionId": refund["id"], "provider": payment["method"], "status": at_once},
        status_code=201,
        transaction_id=payment_id,
    )


def bound_amount(state: State, payment_id: str, *, line_stamp: str | None = None) -> int:
    """What of a payment, or of one of its lines, is paid back or about to be."""
    rows = state.store.rows(
        "SELECT * FROM refund WHERE payment = ? AND (status = 'ok' OR completed_at > ?)",
        (payment_id, state.clock.now()),
    )
    if line_stamp is None:
        return sum(row["amount"] for row in rows)
    lines = [line for row in rows for line in json.loads(row["lines"])]
    return sum(line["amount"] for line in lines if line["stamp"] == line_stamp)


def status_now(state: State, refund: sqlite3.Row) -> str:
    return "pending" if refund["completed_at"] > state.clock.now() else str(refund["status"])


def _lines(payment: sqlite3.Row, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines that are paid back; every stamp must be one of the payment's items."""
    wanted = [{"stamp": item["stamp"], "amount": item["amount"]} for item in body.get("items", [])]
    known = {item.get("stamp") for item in items_of(payment)}
    if unknown := [line["stamp"] for line in wanted if line["stamp"] not in known]:
        raise Refusal(400, "No such item in the payment", tuple(unknown))
    if wanted and body.get("amount", sum(line["amount"] for line in wanted)) != sum(line["amount"] for line in wanted):
        raise Refusal(400, "The items do not sum to the amount")
    return wanted


def _check_possible(state: State, payment: sqlite3.Row, body: Mapping[str, Any], amount: int) -> None:
    if payment["status"] != "ok":
        raise Refusal(400, "The payment is not paid")
    if bound_amount(state, payment["id"]) + amount > payment["amount"]:
        raise Refusal(400, "The refund is more than what is left of the payment")
    prices = {item.get("stamp"): item["unitPrice"] * item["units"] for item in items_of(payment)}
    for item in body.get("items", []):
        if bound_amount(state, payment["id"], line_stamp=item["stamp"]) + item["amount"] > prices[item["stamp"]]:
            raise Refusal(400, "The refund is more than what is left of an item", (item["stamp"],))
    is_part = not body.get("items") and amount != payment["amount"]
    if state.merchants[payment["account"]].is_aggregate and is_part:
        raise Refusal(400, "A part of a shop-in-shop payment is paid back by its items")
    if payment["method"] in BY_EMAIL_ONLY and "email" not in body:
        raise Refusal(422, "The payment method supports only e-mail refunds")
    if payment["method"] in ONCE_ONLY and bound_amount(state, payment["id"]):
        raise Refusal(422, "The payment method supports one refund of a payment")
    is_old = state.clock.now() - payment["paid_at"] > ONCE_ONLY_DAYS_MAX * 86_400
    if payment["method"] in ONCE_ONLY and is_old:
        raise Refusal(422, "The payment is too old to be refunded")


def _parameters(
    state: State, merchant: Merchant, payment: sqlite3.Row, refund: Mapping[str, Any], body: Mapping[str, Any]
) -> dict[str, str]:
    parameters = {
        "checkout-account": merchant.account,
        "checkout-algorithm": state.knobs["algorithm"],
        "checkout-amount": str(refund["amount"]),
        "checkout-reference": body.get("refundReference") or payment["reference"],
        "checkout-transaction-id": refund["id"],
        "checkout-status": refund["status"],
        "checkout-provider": payment["method"],
    }
    if refund["stamp"] and state.knobs["refund_callback_has_stamp"]:
        parameters["checkout-stamp"] = refund["stamp"]
    return parameters
