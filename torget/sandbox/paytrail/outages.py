"""The service failing in every way it can; the knob `outage` says how, where and how often."""

import contextlib
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.wrappers import Response

from torget.sandbox.paytrail.state import State

IN_PROCESS = "torget.sandbox.in_process"
"""Set in the WSGI environment by the in-process transport: nothing sleeps there, and a wait is an exception."""
DEFAULT_SECONDS = 15.0


class LineDropped(ConnectionError):
    """The connection ends without an answer."""


class AnswerTooLate(Exception):
    """In process: the answer would have come later than anybody waits."""


Act = Callable[[], Response]
Environment = dict[str, Any]


def _refuse(_: Act, environment: Environment, __: float) -> Response:
    return _drop(environment)


def _drop_after(act: Act, environment: Environment, __: float) -> Response:
    act()
    return _drop(environment)


def _timeout_after(act: Act, environment: Environment, seconds: float) -> Response:
    """The dangerous one: it happened, and whoever asked never hears of it."""
    act()
    _wait(environment, seconds)
    return _drop(environment)


def _slow(act: Act, environment: Environment, seconds: float) -> Response:
    if not environment.get(IN_PROCESS):
        time.sleep(seconds)
    return act()


def _server_error(_: Act, __: Environment, ___: float) -> Response:
    return Response("<html><body>Internal Server Error</body></html>", 500, content_type="text/html")


def _unavailable(_: Act, __: Environment, ___: float) -> Response:
    return Response("<html><body>Huoltokatko</body></html>", 503, content_type="text/html")


def _error_after(act: Act, _: Environment, __: float) -> Response:
    act()
    return Response("<html><body>Bad Gateway</body></html>", 502, content_type="text/html")


def _malformed(act: Act, _: Environment, __: float) -> Response:
    response = act()
    response.set_data(response.get_data()[:-7])
    return response


def _unsigned(act: Act, _: Environment, __: float) -> Response:
    response = act()
    response.headers.remove("signature")
    return response


def _wrongly_signed(act: Act, _: Environment, __: float) -> Response:
    response = act()
    response.headers["signature"] = "0" * 64
    return response


def _changed_body(act: Act, _: Environment, __: float) -> Response:
    response = act()
    response.set_data(response.get_data().replace(b'"transactionId":"', b'"transactionId":"0'))
    return response


OUTAGES: Mapping[str, Callable[[Act, Environment, float], Response]] = {
    "refuse": _refuse,
    "drop_after": _drop_after,
    "timeout_after": _timeout_after,
    "slow": _slow,
    "error_500": _server_error,
    "error_503": _unavailable,
    "error_after": _error_after,
    "malformed": _malformed,
    "unsigned": _unsigned,
    "wrongly_signed": _wrongly_signed,
    "changed_body": _changed_body,
}
"""By the knob's `kind`."""
BEFORE_ANYTHING_HAPPENS = ("refuse", "error_500", "error_503")


def with_outage(state: State, environment: Environment, operation: str, act: Act) -> Response:
    """Answer through the outage that is on, if it concerns this operation; it wears off after `count` times."""
    outage = _outage_now(state, operation)
    if not outage:
        return act()
    return OUTAGES[outage["kind"]](act, environment, float(outage.get("seconds", DEFAULT_SECONDS)))


def _outage_now(state: State, operation: str) -> dict[str, Any]:
    with state.store.transaction():
        outage: dict[str, Any] = state.knobs["outage"]
        if not outage or outage.get("on", "any") not in {"any", operation}:
            return {}
        left = outage.get("count")
        if left is not None:
            state.knobs.turn(outage={**outage, "count": left - 1} if left > 1 else {})
    return outage


def _wait(environment: Environment, seconds: float) -> None:
    if environment.get(IN_PROCESS):
        raise AnswerTooLate
    time.sleep(seconds)


def _drop(environment: Environment) -> Response:
    line = environment.get("werkzeug.socket")
    if line is not None:
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
    raise LineDropped("the sandbox dropped the line")
