"""The sandbox as one WSGI application: the vendor's API, the hosted page, and the machine's own corner."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from torget.sandbox.paytrail import page, payments, refunds, reports, settlements
from torget.sandbox.paytrail.answers import Answer, Refusal, signed_response
from torget.sandbox.paytrail.authentication import authenticate
from torget.sandbox.paytrail.books import books
from torget.sandbox.paytrail.carry_out import carry_out
from torget.sandbox.paytrail.merchants import Merchant
from torget.sandbox.paytrail.spoilt import SPOILT
from torget.sandbox.paytrail.state import State
from torget.sandbox.providers import machine
from torget.sandbox.providers.dispatcher import Dispatcher
from torget.sandbox.providers.outages import with_outage
from torget.sandbox.providers.outbox import Outbox

_ROUTES = Map(
    [
        Rule("/payments", endpoint="create", methods=["POST"]),
        Rule("/payments/report", endpoint="report", methods=["POST"]),
        Rule("/payments/<payment_id>", endpoint="status", methods=["GET"]),
        Rule("/payments/<payment_id>/refund", endpoint="refund", methods=["POST"]),
        Rule("/settlements", endpoint="settlements", methods=["GET"]),
        Rule("/settlements/<int:settlement_id>/payments/report", endpoint="settlement_report", methods=["POST"]),
        Rule("/pay/<payment_id>", endpoint="page", methods=["GET", "POST"]),
        Rule("/_sandbox/payments/<payment_id>/outcome", endpoint="outcome", methods=["POST"]),
        Rule("/_sandbox/<corner>", endpoint="machine", methods=["GET", "POST"]),
    ]
)

_PLANS_CALLBACKS = ("refund", "report", "settlement_report")


class Application:
    """Holds nothing of its own: everything is in the state, so any number of threads may call it."""

    def __init__(self, state: State, outbox: Outbox, dispatcher: Dispatcher | None) -> None:
        self._state = state
        self._outbox = outbox
        self._dispatcher = dispatcher

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return self._respond(Request(environ))(environ, start_response)

    def _respond(self, request: Request) -> Response:
        try:
            endpoint, values = _ROUTES.bind_to_environ(request.environ).match()
        except HTTPException as error:
            return Response(error.description, error.code)
        if endpoint == "page":
            return page.respond(request, self._state, self._outbox, self._dispatcher, **values)
        if endpoint == "outcome":
            carry = partial(carry_out, self._state, self._outbox, self._dispatcher)
            return machine.outcome(request, carry, **values)
        if endpoint == "machine":
            response = machine.respond(request, self._state, self._outbox, books=books, **values)
            if self._dispatcher is not None:
                self._dispatcher.wake()
            return response
        return with_outage(
            self._state.store,
            self._state.knobs,
            request.environ,
            str(endpoint),
            lambda: self._call(request, str(endpoint), values),
            outages=SPOILT,
        )

    def _call(self, request: Request, endpoint: str, values: Mapping[str, Any]) -> Response:
        """One call of the vendor's API; refusals are signed too, once it is known for whom."""
        merchant = None
        try:
            merchant = authenticate(request, self._state, transaction_id=values.get("payment_id"))
            answer = self._answer(request, endpoint, merchant, values)
        except Refusal as refusal:
            answer = Answer(content=refusal.content, status_code=refusal.status_code)
        if self._dispatcher is not None and endpoint in _PLANS_CALLBACKS:
            self._dispatcher.wake()
        return signed_response(answer, self._state, merchant, method=request.method)

    def _answer(self, request: Request, endpoint: str, merchant: Merchant, values: Mapping[str, Any]) -> Answer:
        state, content = self._state, request.get_data()
        if endpoint == "create":
            return payments.create_payment(state, merchant, content, base_url=request.host_url.rstrip("/"))
        if endpoint == "status":
            return payments.payment_status(state, merchant, values["payment_id"])
        if endpoint == "refund":
            return refunds.refund_payment(state, self._outbox, merchant, values["payment_id"], content)
        if endpoint == "settlements":
            return settlements.list_settlements(state, merchant, request.args)
        return reports.order_report(state, self._outbox, merchant, content, values.get("settlement_id"))
