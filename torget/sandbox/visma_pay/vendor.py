"""Visma Pay as a sandbox: the calls below /pbwapi/, a page, and returns and notifications by GET."""

import json
import sqlite3
from collections.abc import Mapping, Sequence

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from torget.sandbox.providers.merchants import Merchant
from torget.sandbox.providers.outages import OUTAGES, Act, Environment
from torget.sandbox.providers.outbox import Outbox
from torget.sandbox.providers.outcome_table import OUTCOMES, Outcome
from torget.sandbox.providers.vendor import Sending, State, Values, Vendor
from torget.sandbox.visma_pay.calls import CALLS, Refusal
from torget.sandbox.visma_pay.messages import HOSTILE, address, notification


def _maintenance(_: Act, __: Environment, ___: float) -> Response:
    return _answer({"result": 10})


class VismaPayVendor(Vendor):
    title = "Visma Pay"
    methods = {"osuuspankki": "OP", "nordea": "Nordea", "visa": "Visa", "mobilepay": "MobilePay", "aktia": "Aktia"}
    # Where the merchant's settlement is not automatic.
    outcomes = {**OUTCOMES, "reserve": Outcome(statuses=("reserved",))}
    hostile = tuple(HOSTILE)
    outages = {**OUTAGES, "maintenance": _maintenance}

    def merchants(self) -> Mapping[str, Merchant]:
        return {
            "TESTAPIKEY": Merchant(account="TESTAPIKEY", secret="private_key", name="Esimerkki Oy"),
            "toinenavain": Merchant(account="toinenavain", secret="keksitty-2", name="Toinen kunta"),
        }

    def rules(self) -> Sequence[Rule]:
        return [
            Rule("/pbwapi/<call>", endpoint="call", methods=["POST"]),
            Rule("/pbwapi/token/<token>", endpoint="token", methods=["GET"]),
        ]

    def call(self, request: Request, endpoint: str, values: Values, state: State, outbox: Outbox) -> Response:
        base_url = request.root_url.rstrip("/")
        if endpoint == "token":
            return Response(status=302, headers={"location": f"{base_url}/pay/{values['token']}"})
        act = CALLS.get(values["call"])
        try:
            body = json.loads(request.get_data())
        except ValueError:
            body = None
        if act is None or not isinstance(body, dict):
            return _answer({"result": 1, "errors": ["There is no such call, or the body is no object."]})
        try:
            return _answer({"result": 0, **act(body, state, base_url)})
        except Refusal as refusal:
            return _answer(refusal.content)

    def return_url(self, state: State, payment: sqlite3.Row, status: str, hostile: str) -> str:
        return address(state, payment, status, hostile, name="return_url")

    def callback(self, state: State, payment: sqlite3.Row, status: str, hostile: str) -> Sending:
        return notification(state, payment, status, hostile)


def _answer(content: Mapping[str, object]) -> Response:
    return Response(json.dumps(content), content_type="application/json; charset=utf-8")


VENDOR = VismaPayVendor()
