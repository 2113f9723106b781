"""The sandbox as a WSGI app: routing, access, faults; what the endpoints do stands in `endpoints`."""

import secrets
import threading
import time
from typing import Final

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule

from torget.sandbox.faults import Fault, Struck
from torget.sandbox.koha import asked, control, endpoints
from torget.sandbox.koha.settings import KohaSettings
from torget.sandbox.koha.store import Store, now_text
from torget.sandbox.population import SandboxPopulation
from torget.sandbox.replies import Reply, as_json
from torget.sandbox.weather import WeatheredApp

_API: Final = "/api/v1"


class SandboxKoha(WeatheredApp):
    """`serving(SandboxKoha())` is a Koha; its methods and /_sandbox/… turn the knobs."""

    def __init__(self, *, path: str = ":memory:", settings: KohaSettings | None = None) -> None:
        self.store = Store(path)
        self.settings = settings or KohaSettings()
        super().__init__()
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

    def note(self, request: Request, response: Response | None, struck: Struck | None) -> None:
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

    def answered(self, request: Request, fault: Fault | None) -> Response:
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
