"""Stripe as a sandbox: form-encoded calls with a key and a connected account, a page, and signed events."""

import hmac
import json
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from torget.sandbox.providers.merchants import Merchant
from torget.sandbox.providers.outages import OUTAGES, Act, Environment
from torget.sandbox.providers.outbox import Outbox
from torget.sandbox.providers.outcome_table import EXAMINED, Outcome
from torget.sandbox.providers.vendor import Sending, State, Values, Vendor
from torget.sandbox.stripe.events import HOSTILE, event_of, event_type, sending, session_of

NEW = ("new",)
_PRICE = re.compile(r"line_items\[(\d+)\]\[price_data\]\[unit_amount\]")
SMALLEST_CENTS = 50
SHORTEST_SECONDS, LONGEST_SECONDS = 30 * 60, 24 * 3600
LOCALES = ("auto", "fi", "sv", "en")


class Refusal(Exception):
    def __init__(self, status: int, message: str, kind: str = "invalid_request_error") -> None:
        super().__init__(message)
        self.status = status
        self.content = {"error": {"type": kind, "message": message}}


def _too_many(_: Act, __: Environment, ___: float) -> Response:
    return _answer(429, {"error": {"type": "invalid_request_error", "code": "rate_limit", "message": "Slow down"}})


class StripeVendor(Vendor):
    title = "Stripe"
    methods = {"card": "Visa / Mastercard", "klarna": "Klarna", "sepa_debit": "SEPA"}
    outcomes = {
        "pay": Outcome(statuses=("ok",), possible_from=NEW),
        "cancel": Outcome(statuses=("new",), possible_from=NEW, names_method=False),
        "decline": Outcome(statuses=("fail",), possible_from=NEW),
        "pending": Outcome(statuses=("pending",), possible_from=NEW),
        "pay_and_close_browser": Outcome(statuses=("ok",), possible_from=NEW, returns=False),
        "pay_with_callback_lost": Outcome(statuses=("ok",), possible_from=NEW, calls_back=False),
        "pay_unnoticed": Outcome(statuses=("ok",), possible_from=NEW, calls_back=False, returns=False),
        "approve": Outcome(statuses=("ok",), possible_from=EXAMINED, returns=False, names_method=False),
        "reject": Outcome(statuses=("fail",), possible_from=EXAMINED, returns=False, names_method=False),
        "expire": Outcome(statuses=("expired",), possible_from=NEW, returns=False, names_method=False),
    }
    hostile = tuple(HOSTILE)
    outages = {**OUTAGES, "too_many": _too_many}

    def merchants(self) -> Mapping[str, Merchant]:
        def made(account: str, secret: str, webhook_secret: str) -> Merchant:
            url = f"https://maksut.example.fi/provider/stripe/{account}/callback/"
            return Merchant(
                account=account,
                secret=secret,
                name=f"Exempelkommun {account}",
                more={"webhook_secret": webhook_secret, "webhook_url": url},
            )

        return {
            "acct_first": made("acct_first", "sk_test_platform", "whsec_platform"),
            "acct_second": made("acct_second", "sk_test_platform", "whsec_platform"),
            "acct_elsewhere": made("acct_elsewhere", "sk_test_other", "whsec_other"),
        }

    def rules(self) -> Sequence[Rule]:
        return [
            Rule("/v1/checkout/sessions", endpoint="create", methods=["POST"]),
            Rule("/v1/checkout/sessions/<session_id>", endpoint="retrieve", methods=["GET"]),
            Rule("/v1/refunds", endpoint="refund", methods=["POST"]),
        ]

    def call(self, request: Request, endpoint: str, values: Values, state: State, outbox: Outbox) -> Response:
        try:
            merchant = _authenticate(request, state)
            if endpoint == "retrieve":
                payment = _payment(state, merchant, values["session_id"])
                is_expanded = "payment_intent" in request.args.values()
                return _answer(200, session_of(payment, payment["status"], is_expanded=is_expanded))

            def act() -> Any:
                if endpoint == "create":
                    return _create(state, merchant, request.form, request.root_url.rstrip("/"))
                return _refund(state, outbox, merchant, request.form)

            return _answer(200, _once(request, state, merchant, act))
        except Refusal as refusal:
            return _answer(refusal.status, refusal.content)

    def return_url(self, state: State, payment: sqlite3.Row, status: str, hostile: str) -> str:
        order = json.loads(payment["body"])
        url: str = order["cancel_url" if status == "new" else "success_url"]
        return url.replace("{CHECKOUT_SESSION_ID}", payment["id"])

    def callback(self, state: State, payment: sqlite3.Row, status: str, hostile: str) -> Sending | None:
        kind = event_type(state, payment, status)
        if kind is None:
            return None
        event = event_of(state, kind, session_of(payment, status), payment["account"])
        return sending(state, state.merchants[payment["account"]], event, hostile)


def _authenticate(request: Request, state: State) -> Merchant:
    key = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not any(hmac.compare_digest(one.secret.encode(), key.encode()) for one in state.merchants.values()):
        raise Refusal(401, "Invalid API Key provided")
    merchant = state.merchants.get(request.headers.get("stripe-account", ""))
    if merchant is None or merchant.secret != key:
        raise Refusal(403, "The provided key does not have access to the account")
    return merchant


def _payment(state: State, merchant: Merchant, session_id: str) -> sqlite3.Row:
    row = state.store.row("SELECT * FROM payment WHERE account = ? AND id = ?", (merchant.account, session_id))
    if row is None:
        raise Refusal(404, f"No such checkout.session: {session_id[:80]}")
    return row


def _create(state: State, merchant: Merchant, form: Mapping[str, str], base_url: str) -> dict[str, Any]:
    amounts = [value for name, value in form.items() if _PRICE.fullmatch(name)]
    schemes = ("https://", "http://") if state.is_http_allowed else ("https://",)
    expires, now = form.get("expires_at", ""), state.clock.now()
    faults = {
        "mode": form.get("mode") != "payment",
        "unit_amount": not amounts or not all(amount.isdigit() and int(amount) > 0 for amount in amounts),
        "currency": {value for name, value in form.items() if name.endswith("[price_data][currency]")} != {"eur"},
        "locale": form.get("locale", "auto") not in LOCALES,
        "expires_at": not expires.isdigit() or not SHORTEST_SECONDS - 1 <= int(expires) - now <= LONGEST_SECONDS,
        "url": not all(form.get(name, "").startswith(schemes) for name in ("success_url", "cancel_url")),
    }
    if found := [name for name, is_faulty in faults.items() if is_faulty]:
        raise Refusal(400, f"Invalid {', '.join(found)}")
    if sum(map(int, amounts)) < SMALLEST_CENTS:
        raise Refusal(400, "The Checkout Session's total amount due must add up to at least €0.50 eur")
    session_id = f"cs_test_{state.new_id().replace('-', '')}"
    # The real one's addresses are as long, for they carry what the page needs to begin.
    page = f"{base_url}/pay/{session_id}"
    state.store.insert(
        "payment",
        id=session_id,
        account=merchant.account,
        stamp=form.get("client_reference_id", ""),
        amount=sum(map(int, amounts)),
        status="new",
        method="",
        language=form.get("locale", "en"),
        body=json.dumps(dict(form)),
        created_at=now,
        expires_at=float(expires),
        page_url=f"{page}#{'fidkdWxOYHwnPyd1blpxYHZxWjA0' * 25}",
    )
    return session_of(_payment(state, merchant, session_id), "new")


def _refund(state: State, outbox: Outbox, merchant: Merchant, form: Mapping[str, str]) -> dict[str, Any]:
    payment = _payment(state, merchant, form.get("payment_intent", "").replace("pi_", "cs_test_"))
    course, amount = state.knobs["refund"], form.get("amount", "")
    back = state.store.row("SELECT coalesce(sum(amount), 0) AS back FROM refund WHERE payment = ?", (payment["id"],))
    left = payment["amount"] - (back["back"] if back else 0)
    if payment["status"] != "ok" or not amount.isdigit() or not 0 < int(amount) <= left or course == "unsupported":
        raise Refusal(400, "The charge cannot be refunded")
    end = "failed" if course == "pending_fail" else "succeeded"
    refund = {
        "id": f"re_{state.new_id().replace('-', '')}",
        "object": "refund",
        "amount": int(amount),
        "currency": "eur",
        "metadata": {"stamp": form.get("metadata[stamp]", "")},
        "status": "pending" if course.startswith("pending") else "succeeded",
    }
    state.store.insert(
        "refund",
        id=refund["id"],
        payment=payment["id"],
        amount=int(amount),
        status="ok" if end == "succeeded" else "fail",
        stamp=form.get("metadata[stamp]", ""),
        created_at=state.clock.now(),
    )
    event = event_of(state, "refund.updated", {**refund, "status": end}, merchant.account)
    told = sending(state, merchant, event)
    outbox.plan(
        subject=payment["id"],
        label="refund",
        url=told.url,
        method=told.method,
        headers=told.headers,
        body=told.body,
        due_at=state.clock.now(),
    )
    return refund


def _once(request: Request, state: State, merchant: Merchant, act: Callable[[], Any]) -> Any:
    """The same key gets the same answer; with other parameters it is an error."""
    key = request.headers.get("idempotency-key", "")
    if not 0 < len(key) <= 255:
        raise Refusal(400, "Idempotency-Key of 1-255 characters", "idempotency_error")
    kept_as, asked = f"{merchant.account} {key}", json.dumps([request.path, sorted(request.form.items())])
    with state.store.transaction():
        kept = state.store.row("SELECT * FROM answered WHERE key = ?", (kept_as,))
        if kept is not None:
            if kept["request"] != asked:
                raise Refusal(400, "The key was used with other parameters", "idempotency_error")
            return json.loads(kept["body"])
        content = act()
        state.store.insert("answered", key=kept_as, request=asked, code=200, body=json.dumps(content))
    return content


def _answer(code: int, content: Any) -> Response:
    headers = {"request-id": "req_sandbox"}
    return Response(json.dumps(content), code, headers, content_type="application/json")


VENDOR = StripeVendor()
