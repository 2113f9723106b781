"""A sandbox as one WSGI application: the vendor's interface, the hosted page, and the machine's own corner."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from torget.sandbox.providers import machine, page
from torget.sandbox.providers.books import books
from torget.sandbox.providers.dispatcher import Dispatcher
from torget.sandbox.providers.outages import with_outage
from torget.sandbox.providers.outbox import Outbox
from torget.sandbox.providers.outcomes import Chosen, choose_outcome
from torget.sandbox.providers.vendor import State, Vendor


class Application:
    """Holds nothing of its own: everything is in the state, so any number of threads may call it."""

    def __init__(self, vendor: Vendor, state: State, outbox: Outbox, dispatcher: Dispatcher | None) -> None:
        self._vendor = vendor
        self._state = state
        self._outbox = outbox
        self._dispatcher = dispatcher
        self._routes = Map(
            [
                *vendor.rules(),
                Rule("/pay/<payment_id>", endpoint="page", methods=["GET", "POST"]),
                Rule("/_sandbox/payments/<payment_id>/outcome", endpoint="outcome", methods=["POST"]),
                Rule("/_sandbox/<corner>", endpoint="machine", methods=["GET", "POST"]),
            ]
        )

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return self._respond(Request(environ))(environ, start_response)

    def carry_out(self, *, payment_id: str, outcome: str, method: str = "", overrides: Mapping[str, Any]) -> Chosen:
        """Choose the outcome, send what must be sent before the browser moves on, and wake the dispatcher."""
        chosen = choose_outcome(
            self._vendor,
            self._state,
            self._outbox,
            payment_id=payment_id,
            outcome=outcome,
            method=method,
            overrides=overrides,
        )
        if self._dispatcher is not None:
            for callback_id in chosen.send_first:
                callback = self._outbox.take(callback_id)
                if callback is not None:
                    self._dispatcher.send(callback)
        self._wake()
        return chosen

    def _wake(self) -> None:
        if self._dispatcher is not None:
            self._dispatcher.wake()

    def _respond(self, request: Request) -> Response:
        try:
            endpoint, values = self._routes.bind_to_environ(request.environ).match()
        except HTTPException as error:
            return Response(error.description, error.code)
        if endpoint == "page":
            return page.respond(request, self._vendor, self._state, self.carry_out, **values)
        if endpoint == "outcome":
            return machine.outcome(request, self.carry_out, **values)
        if endpoint == "machine":
            response = machine.respond(request, self._state, self._outbox, books=books, **values)
        else:
            response = with_outage(
                self._state.store,
                self._state.knobs,
                request.environ,
                str(endpoint),
                lambda: self._vendor.call(request, str(endpoint), values, self._state, self._outbox),
                outages=self._vendor.outages,
            )
        self._wake()
        return response
