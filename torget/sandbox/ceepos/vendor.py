"""Ceepos as a sandbox: one address that takes requests, a page, returns and notifications; nothing can be asked."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from torget.sandbox.ceepos.checking import faults_of
from torget.sandbox.ceepos.hashing import hash_for
from torget.sandbox.ceepos.messages import HOSTILE, is_version_3, notification, return_url
from torget.sandbox.providers.clock import local
from torget.sandbox.providers.merchants import Merchant
from torget.sandbox.providers.outages import OUTAGES, Act, Environment
from torget.sandbox.providers.outbox import Outbox
from torget.sandbox.providers.outcome_table import OUTCOMES, Outcome
from torget.sandbox.providers.vendor import Sending, State, Values, Vendor

EXPIRES_SECONDS = 3600.0
FAULTY, DUPLICATE, SYSTEM_ERROR, CREATED = 99, 97, 98, 2


def _wrongly_hashed(act: Act, _: Environment, __: float) -> Response:
    response = act()
    response.set_data(json.dumps({**json.loads(response.get_data()), "Hash": "0" * 64}))
    return response


def _other_page(act: Act, _: Environment, __: float) -> Response:
    """Somebody in between sends the payer to another page."""
    response = act()
    content = json.loads(response.get_data())
    response.set_data(json.dumps({**content, "PaymentAddress": "https://evil.example/pay"}))
    return response


def _system_error(_: Act, __: Environment, ___: float) -> Response:
    return Response(json.dumps({"Status": SYSTEM_ERROR}), content_type="application/json")


class CeeposVendor(Vendor):
    title = "Ceepos"
    methods = {"57": "OP", "37": "Nordea", "52": "MobilePay", "31": "Visa", "39": "Ålandsbanken", "64": "ePassi"}
    outcomes = {**OUTCOMES, "reverse": Outcome(statuses=("reversed",), possible_from=("ok",), returns=False)}
    hostile = tuple(HOSTILE)
    outages = {
        **OUTAGES,
        "wrongly_signed": _wrongly_hashed,
        "other_page": _other_page,
        "system_error": _system_error,
    }

    def merchants(self) -> Mapping[str, Merchant]:
        return {
            "examplecom": Merchant(account="examplecom", secret="123", name="Esimerkki Oy"),
            "kirjasto2": Merchant(
                account="kirjasto2", secret="keksitty-2", name="Vanha versio", more={"api_version": "2.1.2"}
            ),
            "toinen": Merchant(account="toinen", secret="keksitty-3", name="Toinen kunta"),
        }

    def rules(self) -> Sequence[Rule]:
        return [Rule("/maksu.html", endpoint="create", methods=["POST"])]

    def call(self, request: Request, endpoint: str, values: Values, state: State, outbox: Outbox) -> Response:
        try:
            body = json.loads(request.get_data())
        except ValueError:
            body = None
        merchant = state.merchants.get(str(body.get("Source"))) if isinstance(body, dict) else None
        if merchant is None or not request.headers.get("content-type", "").startswith("application/json"):
            return _answer({"Status": FAULTY})
        if faults := faults_of(body, merchant, is_http_allowed=state.is_http_allowed):
            state.store.keep_setting("faults", json.dumps(faults))
            return _answer({"Id": str(body.get("Id", "")), "Status": FAULTY})
        return self._create(state, merchant, body, request.root_url.rstrip("/"))

    def _create(self, state: State, merchant: Merchant, body: dict[str, Any], base_url: str) -> Response:
        reference = str(10_000 + state.chance.randrange(100_000_000))
        page = f"{base_url}/pay/{reference}"
        now = state.clock.now()
        try:
            state.store.insert(
                "payment",
                id=reference,
                account=merchant.account,
                stamp=body["Id"],
                amount=sum(row["Price"] * row.get("Amount", 1) for row in body["Products"]),
                status="new",
                method="",
                language=body.get("Language", "fi"),
                body=json.dumps(body),
                created_at=now,
                expires_at=now + EXPIRES_SECONDS,
                page_url=page,
            )
        except sqlite3.IntegrityError:
            return _answer({"Id": body["Id"], "Status": DUPLICATE})
        content = {"Id": body["Id"], "Status": CREATED, "Reference": reference}
        if is_version_3(merchant):
            content["Action"] = body["Action"]
        content["PaymentAddress"] = f"{page}?pay_for_order=true&key=wc_order_{state.new_id()[:13]}"
        if is_version_3(merchant):
            content["PaymentExpires"] = f"{local(now + EXPIRES_SECONDS):%Y%m%d%H%M}"
        return _answer({**content, "Hash": hash_for("answer", content, merchant.secret)})

    def return_url(self, state: State, payment: sqlite3.Row, status: str, hostile: str) -> str:
        return return_url(state, payment, status, hostile)

    def callback(self, state: State, payment: sqlite3.Row, status: str, hostile: str) -> Sending:
        return notification(state, payment, status, hostile)

    @staticmethod
    def accepts(code: int) -> bool:
        return code == 200


def _answer(content: Mapping[str, Any]) -> Response:
    return Response(json.dumps(content), content_type="application/json; charset=utf-8")


VENDOR = CeeposVendor()
