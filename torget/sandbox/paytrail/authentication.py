"""Who asks: the request's signature, method, time and nonce, checked before anything else."""

import hmac
import sqlite3
from datetime import datetime

from werkzeug.wrappers import Request

from torget.sandbox.paytrail.answers import Refusal
from torget.sandbox.paytrail.merchants import Merchant
from torget.sandbox.paytrail.signing import signature_of
from torget.sandbox.paytrail.state import State


def authenticate(request: Request, state: State, *, transaction_id: str | None) -> Merchant:
    """The merchant that signed the request; Refusal if it is not provably one of ours."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    merchant = state.merchants.get(headers.get("checkout-account", ""))
    if merchant is None:
        raise Refusal(401, "Account is not known")
    try:
        expected = signature_of(merchant.secret, headers, request.get_data())
    except (KeyError, ValueError):
        raise Refusal(401, "checkout-algorithm must be sha256 or sha512") from None
    if not hmac.compare_digest(expected.encode(), headers.get("signature", "").encode()):
        raise Refusal(401, "Signature mismatch")
    if headers.get("checkout-method") != request.method:
        raise Refusal(401, "checkout-method is not the method of the request")
    try:
        datetime.fromisoformat(headers.get("checkout-timestamp", ""))
    except ValueError:
        raise Refusal(401, "checkout-timestamp must be an ISO 8601 time") from None
    if headers.get("checkout-transaction-id") != transaction_id:
        raise Refusal(401, "checkout-transaction-id must be the one of the path, and only there")
    try:
        state.store.insert("nonce", account=merchant.account, nonce=headers["checkout-nonce"])
    except KeyError:
        raise Refusal(401, "checkout-nonce is missing") from None
    except sqlite3.IntegrityError:
        raise Refusal(401, "checkout-nonce was used before") from None
    if request.method == "POST" and request.headers.get("content-type") != "application/json; charset=utf-8":
        raise Refusal(400, "content-type must be application/json; charset=utf-8")
    return merchant
