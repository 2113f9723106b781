"""A sandbox over HTTP whose answers go wrong on demand: lines that break, errors before and after, nonsense, delay."""

import socket
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final, NoReturn

from werkzeug import Request, Response

from torget.sandbox.faults import Fault, Faults, Struck
from torget.sandbox.replies import as_json

_INTERNAL_ERROR: Final = {
    "error": "Something went wrong, check Koha logs for details.",
    "error_code": "internal_server_error",
}

# Answers that come before any of the system's code has run.
_INSTEAD: Final[dict[Fault, tuple[int, dict[str, str] | str]]] = {
    Fault.ERROR_BEFORE: (500, _INTERNAL_ERROR),
    Fault.MAINTENANCE: (503, {"error": "System is under maintenance."}),
    Fault.UNAUTHORIZED: (401, {"error": "Authentication failure."}),
    Fault.NOT_JSON: (502, "<html><h1>502 Bad Gateway</h1></html>"),
}


class WeatheredApp:
    """Answer by `answered`; the knobs are `faults`."""

    def __init__(self) -> None:
        self.faults = Faults()

    def answered(self, request: Request, fault: Fault | None) -> Response:
        """What the system itself answers; `fault` is for those that strike inside of it."""
        raise NotImplementedError

    def note(self, request: Request, response: Response | None, struck: Struck | None) -> None:
        """Keep book of the request; None stands for a line that broke."""
        raise NotImplementedError

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        # The body is read whatever becomes of the request, or the next one on this line would begin in its middle.
        request.get_data()
        if request.path.startswith("/_sandbox"):
            response: Response | None = self.answered(request, None)
        else:
            response = self._answer_with_faults(request)
        if response is None:
            _drop_line(environ)
        return response(environ, start_response)

    def _answer_with_faults(self, request: Request) -> Response | None:
        """None stands for a line that breaks."""
        struck = self.faults.strike(request.method, request.path)
        response = self._meeting(struck, request)
        self.note(request, response, struck)
        return response

    def _meeting(self, struck: Struck | None, request: Request) -> Response | None:
        if struck is None:
            return self.answered(request, None)
        if struck.fault is not Fault.DELAY:
            time.sleep(struck.seconds)
        if struck.fault is Fault.DROP_BEFORE:
            return None
        if struck.fault in _INSTEAD:
            status, body = _INSTEAD[struck.fault]
            if isinstance(body, str):
                return Response(body, status, content_type="text/html")
            return as_json(status, body)
        answer = _spoilt(struck.fault, self.answered(request, struck.fault))
        if struck.fault is Fault.DELAY:
            time.sleep(struck.seconds)
        return answer


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
