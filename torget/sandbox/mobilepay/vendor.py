"""Vipps MobilePay as a sandbox: access tokens, the ePayment calls, a page for the app, and webhooks in line."""

import hmac
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from torget.sandbox.mobilepay.calls import Body, Problem, create, described, modify, payment_of
from torget.sandbox.mobilepay.events import HOSTILE, NAMES, event_of, webhook
from torget.sandbox.providers.merchants import Merchant
from torget.sandbox.providers.outages import OUTAGES, Act, Environment
from torget.sandbox.providers.outbox import Outbox
from torget.sandbox.providers.outcome_table import Outcome
from torget.sandbox.providers.vendor import Sending, State, Values, Vendor

TOKEN_SECONDS = 3600
NEW = ("new",)


def _token_gone(_: Act, __: Environment, ___: float) -> Response:
    return _answer(401, {"title": "Unauthorized", "status": 401})


def _too_many(_: Act, __: Environment, ___: float) -> Response:
    return _answer(429, {"title": "Too Many Requests", "status": 429})


class MobilePayVendor(Vendor):
    title = "MobilePay"
    methods = {"WALLET": "MobilePay", "CARD": "Visa / Mastercard"}
    outcomes = {
        "pay": Outcome(statuses=("reserved",), possible_from=NEW),
        "cancel": Outcome(statuses=("fail",), possible_from=NEW, names_method=False),
        "decline": Outcome(statuses=("fail",), possible_from=NEW),
        "pay_and_close_browser": Outcome(statuses=("reserved",), possible_from=NEW, returns=False),
        "pay_with_callback_lost": Outcome(statuses=("reserved",), possible_from=NEW, calls_back=False),
        "pay_unnoticed": Outcome(statuses=("reserved",), possible_from=NEW, calls_back=False, returns=False),
        "expire": Outcome(statuses=("expired",), possible_from=NEW, returns=False, names_method=False),
    }
    hostile = tuple(HOSTILE)
    outages = {**OUTAGES, "token_gone": _token_gone, "too_many": _too_many}
    in_line = True

    def merchants(self) -> Mapping[str, Merchant]:
        def made(account: str, number: int) -> Merchant:
            return Merchant(
                account=account,
                secret=f"keksitty-client-secret-{number}",
                name=f"Kuvitteellinen kunta {number}",
                more={
                    "client_id": f"client-{number}",
                    "subscription_key": f"subscription-{number}",
                    "webhook_secret": f"keksitty-webhook-{number}==",
                    "webhook_url": f"https://maksut.example.fi/provider/mobilepay/{account}/callback/",
                },
            )

        return {"123456": made("123456", 1), "654321": made("654321", 2)}

    def rules(self) -> Sequence[Rule]:
        payments = "/epayment/v1/payments"
        return [
            Rule("/accesstoken/get", endpoint="token", methods=["POST"]),
            Rule(payments, endpoint="create", methods=["POST"]),
            Rule(f"{payments}/<reference>", endpoint="status", methods=["GET"]),
            Rule(f"{payments}/<reference>/<any(capture, refund, cancel):verb>", endpoint="modify", methods=["POST"]),
        ]

    def call(self, request: Request, endpoint: str, values: Values, state: State, outbox: Outbox) -> Response:
        try:
            merchant = _merchant(request, state)
            if endpoint == "token":
                return _answer(200, _token(request, state, merchant))
            _check_token(request, state, merchant)
            if endpoint == "status":
                return _answer(200, described(state, payment_of(state, merchant, values["reference"])))
            body = _body(request)

            def act(key: str) -> tuple[int, Any]:
                if endpoint == "create":
                    return create(state, merchant, body, request.root_url.rstrip("/"))
                payment = payment_of(state, merchant, values["reference"])
                return modify(state, outbox, payment, verb=values["verb"], body=body, key=key)

            return _answer(*_once(request, state, merchant, act))
        except Problem as problem:
            return _answer(problem.status, problem.content)

    def return_url(self, state: State, payment: sqlite3.Row, status: str, hostile: str) -> str:
        """Nothing is added to it: the return carries no result."""
        url: str = json.loads(payment["body"])["returnUrl"]
        return url

    def callback(self, state: State, payment: sqlite3.Row, status: str, hostile: str) -> Sending | None:
        event = event_of(state, payment, NAMES[status], amount=payment["amount"])
        return webhook(state, state.merchants[payment["account"]], event, hostile)


def _merchant(request: Request, state: State) -> Merchant:
    merchant = state.merchants.get(request.headers.get("merchant-serial-number", ""))
    key = request.headers.get("ocp-apim-subscription-key", "")
    if merchant is None or not hmac.compare_digest(merchant.more["subscription_key"].encode(), key.encode()):
        raise Problem(401, "Unauthorized", "subscription key or serial number")
    return merchant


def _token(request: Request, state: State, merchant: Merchant) -> Body:
    given = (request.headers.get("client_id", ""), request.headers.get("client_secret", ""))
    if given != (merchant.more["client_id"], merchant.secret):
        raise Problem(401, "Unauthorized", "client id or secret")
    token = f"sandbox.{state.new_id()}"
    state.store.keep_setting(f"token {token}", json.dumps([merchant.account, state.clock.now() + TOKEN_SECONDS]))
    return {"token_type": "Bearer", "expires_in": str(TOKEN_SECONDS), "access_token": token}


def _check_token(request: Request, state: State, merchant: Merchant) -> None:
    kept = state.store.setting(f"token {request.headers.get('authorization', '').removeprefix('Bearer ')}")
    account, until = json.loads(kept) if kept else ("", 0.0)
    if account != merchant.account or until < state.clock.now():
        raise Problem(401, "Unauthorized", "access token")


def _body(request: Request) -> Body:
    try:
        body = json.loads(request.get_data())
    except ValueError:
        raise Problem(400, "Bad Request", "the body is not JSON") from None
    if not isinstance(body, dict):
        raise Problem(400, "Bad Request", "the body is not an object")
    return body


def _once(request: Request, state: State, merchant: Merchant, act: Callable[[str], tuple[int, Any]]) -> tuple[int, Any]:
    """The same key gets the same answer; with another request it is a conflict."""
    key = request.headers.get("idempotency-key", "")
    if not 0 < len(key) <= 50:
        raise Problem(400, "Bad Request", "Idempotency-Key of 1-50 characters")
    kept_as, asked = f"{merchant.account} {key}", f"{request.path} {request.get_data().decode()}"
    with state.store.transaction():
        kept = state.store.row("SELECT * FROM answered WHERE key = ?", (kept_as,))
        if kept is not None:
            if kept["request"] != asked:
                raise Problem(409, "Conflict", "the key was used for another request")
            return kept["code"], json.loads(kept["body"])
        code, content = act(key)
        state.store.insert("answered", key=kept_as, request=asked, code=code, body=json.dumps(content))
    return code, content


def _answer(code: int, content: Body) -> Response:
    is_problem = code >= 400
    return Response(json.dumps(content), code, content_type=f"application/{'problem+' if is_problem else ''}json")


VENDOR = MobilePayVendor()
