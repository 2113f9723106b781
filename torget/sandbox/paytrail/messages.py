"""The parameters of returns and callbacks, and the addresses that carry them."""

import sqlite3
from collections.abc import Sequence
from urllib.parse import urlencode

from torget.sandbox.paytrail.hostile import HOSTILE, Pairs, Truth, signed_pairs
from torget.sandbox.paytrail.payments import settlement_reference
from torget.sandbox.paytrail.state import State


def payment_parameters(state: State, payment: sqlite3.Row, status: str, *, is_callback: bool) -> dict[str, str]:
    """What a message says of a payment; only success callbacks of Suomi.fi merchants tell the settlement reference."""
    parameters = {
        "checkout-account": payment["account"],
        "checkout-algorithm": state.knobs["algorithm"],
        "checkout-amount": str(payment["amount"]),
        "checkout-stamp": payment["stamp"],
        "checkout-reference": payment["reference"],
        "checkout-transaction-id": payment["id"],
        "checkout-status": status,
    }
    if payment["method"]:
        parameters["checkout-provider"] = payment["method"]
    if is_callback and status == "ok" and state.merchants[payment["account"]].is_suomi_fi:
        parameters["checkout-settlement-reference"] = settlement_reference(payment["account"], payment["paid_at"])
    return parameters


def message_pairs(state: State, payment: sqlite3.Row, status: str, *, is_callback: bool, hostile: str = "") -> Pairs:
    """The pairs of one message in order; `hostile` names how it deviates from the truth."""
    merchant = state.merchants[payment["account"]]
    parameters = payment_parameters(state, payment, status, is_callback=is_callback)
    if not hostile:
        return signed_pairs(parameters, merchant.secret)
    other = next(other for other in state.merchants.values() if other.account != merchant.account)
    earlier = state.store.row(
        "SELECT * FROM payment WHERE account = ? AND status = 'ok' AND id <> ? ORDER BY paid_at DESC LIMIT 1",
        (merchant.account, payment["id"]),
    )
    told_before = payment_parameters(state, earlier or payment, "ok" if earlier else status, is_callback=is_callback)
    return HOSTILE[hostile](
        Truth(
            parameters=parameters,
            merchant=merchant,
            other=other,
            earlier=signed_pairs(told_before, merchant.secret),
        )
    )


def address(url: str, pairs: Sequence[tuple[str, str]]) -> str:
    """The merchant's own query parameters survive, but nothing signs them."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(pairs)}"
