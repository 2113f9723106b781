"""What the API answers: JSON, signed over the very bytes that are sent."""

import json
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from torget.sandbox.paytrail.merchants import Merchant
from torget.sandbox.paytrail.signing import signature_of
from torget.sandbox.paytrail.state import State
from torget.sandbox.providers.clock import as_text


class Refusal(Exception):
    """The request is answered with an error; nothing was changed."""

    def __init__(self, status_code: int, message: str, meta: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.content = {"status": "error", "message": message, **({"meta": list(meta)} if meta else {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer before it is signed."""

    content: Any
    status_code: int = 200
    transaction_id: str | None = None


def signed_response(answer: Answer, state: State, merchant: Merchant | None, *, method: str) -> Response:
    """Without a merchant there is no secret to sign with, so a 401 goes unsigned."""
    body = json.dumps(answer.content, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"request-id": state.new_id()}
    if merchant is not None:
        headers |= {
            "checkout-account": merchant.account,
            "checkout-algorithm": state.knobs["algorithm"],
            "checkout-method": method,
            "checkout-nonce": state.new_id(),
            "checkout-timestamp": as_text(state.clock.now()),
        }
        if answer.transaction_id is not None:
            headers["checkout-transaction-id"] = answer.transaction_id
        headers["signature"] = signature_of(merchant.secret, headers, body)
    return Response(body, answer.status_code, headers, content_type="application/json; charset=utf-8")
