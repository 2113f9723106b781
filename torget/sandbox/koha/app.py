"""The sandbox as a WSGI app: routing, access, faults; what the endpoints do stands in `endpoints`."""

import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final, NoReturn

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule

from torget.sandbox.koha import asked, control, endpoints
from torget.sandbox.koha.faults import Fault, Faults, Struck
from torget.sandbox.koha.replies import Reply, as_json
from torget.sandbox.koha.settings import KohaSettings
from torget.sandbox.koha.store import Store, now_text
from torget.sandbox.population import SandboxPopulation

_API: Final = "/api/v1"

_INTERNAL_ERROR: Final = {
    "error": "Something went wrong, check Koha logs for details.",
    "error_code": "internal_server_error",
}

# Answers that come before any of Koha's code has run.
_INSTEAD: Final[dict[Fault, tuple[int, dict[str, str] | str]]] = {
    Fault.ERROR_BEFORE: (500, _INTERNAL_ERROR),
    Fault.MAINTENANCE: (503, {"error": "System is under maintenance."}),
    Fault.UNAUTHORIZED: (401, {"error": "Authentication failure."}),
    Fault.NOT_JSON: (502, "<html><h1>502 Bad Gateway</h1></html>"),
}


class SandboxKoha:
    """`serving(SandboxKoha())` is a Koha; its methods and /_sandbox/… turn the knobs."""

    def __init__(self, *, path: str = ":memory:", settings: KohaSettings | None = None) -> None:
        self.store = Store(path)
        self.settings = settings or KohaSettings()
        self.faults = Faults()
        self._tokens: dict[str, float] = {}
        self._tokens_lock = threading.Lock()
        self._routes = Map([*_api_rules(), *control.rules()])

    def load(self, population: SandboxPopulation) -> None:
        self.store.load(population)

    def revoke_tokens(self) -> None:
        """As if Koha had been restarted: every token that is out there is worth nothing."""
        with self._tokens_lock:
            self._tokens.clear()

    def close(self) -> None:
        self.store.close()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        # The body is read whatever becomes of the request, or the next one on this line would begin in its middle.
        request.get_data()
        if request.path.startswith("/_sandbox"):
            response: Response | None = self._answered(request, None)
        else:
            response = self._answer_with_faults(request)
        if response is None:
            _drop_line(environ)
        return response(environ, start_response)

    def _answer_with_faults(self, request: Request) -> Response | None:
        """None stands for a line that breaks."""
        struck = self.faults.strike(request.method, request.path)
        response = self._meeting(struck, request)
        self.store.write(
            "insert into requests (at, method, path, status, fault) values (?, ?, ?, ?, ?)",
            (
                now_text(),
                request.method,
                request.path,
                response.status_code if response else None,
                struck.fault.value if struck else None,
            ),
        )
        return response

    def _meeting(self, struck: Struck | None, request: Request) -> Response | None:
        if struck is None:
            return self._answered(request, None)
        if struck.fault is not Fault.DELAY:
            time.sleep(struck.seconds)
        if struck.fault is Fault.DROP_BEFORE:
            return None
        if struck.fault in _INSTEAD:
            status, body = _INSTEAD[struck.fault]
            if isinstance(body, str):
                return Response(body, status, content_type="text/html")
            return as_json(status, body)
        answer = _spoilt(struck.fault, self._answered(request, struck.fault))
        if struck.fault is Fault.DELAY:
            time.sleep(struck.seconds)
        return answer

    def _answered(self, request: Request, fault: Fault | None) -> Response:
        adapter = self._routes.bind_to_environ(request.environ)
        try:
            endpoint, arguments = adapter.match()
            if isinstance(endpoint, control.Control):
                return endpoint.handle(self, request)
            if not endpoint.is_in(self.settings):
                return as_json(404, {"error": "Not found."})
            if endpoint.permission is not None:
                self._check_access(request, endpoint)
            asked.refuse_unknown_parameters(request, endpoint.parameters)
            call = endpoints.Call(
                request=request,
                store=self.store,
                settings=self.settings,
                arguments=dict(arguments),
                fails_after_storing=fault is Fault.ERROR_BUT_BOOKED,
                issue_token=self._issue_token,
            )
            answer: Response = endpoint.handle(call)
            return answer  # noqa: TRY300
        except Reply as reply:
            return as_json(reply.status, reply.body)
        except MethodNotAllowed:
            # A known path without this method is simply not found.
            return as_json(404, {"error": "Not found"})
        except HTTPException as unrouted:
            return as_json(unrouted.code or 404, {"error": "Not found"})

    def _check_access(self, request: Request, endpoint: endpoints.Endpoint) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        with self._tokens_lock:
            lapses_at = self._tokens.get(token, 0.0)
        if scheme.lower() != "bearer" or time.monotonic() >= lapses_at:
            raise Reply(401, {"error": "Authentication failure."})
        if endpoint.permission not in self.settings.permissions:
            required = {endpoint.permission: endpoint.permission_detail}
            raise Reply(
                403,
                {"error": "Authorization failure. Missing required permission(s).", "required_permissions": required},
            )

    def _issue_token(self) -> str:
        token = secrets.token_urlsafe(32)
        with self._tokens_lock:
            self._tokens[token] = time.monotonic() + self.settings.token_lives_seconds
        return token


def _api_rules() -> list[Rule]:
    return [
        Rule(_API + endpoint.path, methods=[endpoint.method], endpoint=endpoint) for endpoint in endpoints.ENDPOINTS
    ]


def _spoilt(fault: Fault, response: Response) -> Response | None:
    """The answer to a request that has been executed, as the client gets to see it."""
    if fault is Fault.DROP_AFTER:
        return None
    if fault is Fault.ERROR_AFTER:
        return as_json(500, _INTERNAL_ERROR)
    if fault is Fault.MALFORMED:
        # An answer without a body cannot be broken, so it comes as a gateway's own.
        status = 200 if response.status_code == HTTPStatus.NO_CONTENT else response.status_code
        return Response(response.get_data()[:-1] + b',"', status, content_type="application/json")
    return response


def _drop_line(environ: dict[str, Any]) -> NoReturn:
    line: socket.socket = environ["werkzeug.socket"]
    line.shutdown(socket.SHUT_RDWR)
    # werkzeug takes this for what it is, a client that has gone, and writes nothing.
    raise ConnectionResetError
