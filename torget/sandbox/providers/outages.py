"""The service failing in every way it can; the knob `outage` says how, where and how often."""

import contextlib
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.wrappers import Response

from torget.sandbox.providers.knobs import Knobs
from torget.sandbox.providers.store import Store

IN_PROCESS = "torget.sandbox.in_process"
"""Set in the WSGI environment by the in-process transport: nothing sleeps there, and a wait is an exception."""
DEFAULT_SECONDS = 15.0


class LineDropped(ConnectionError):
    """The connection ends without an answer."""


class AnswerTooLate(Exception):
    """In process: the answer would have come later than anybody waits."""


Act = Callable[[], Response]
Environment = dict[str, Any]
Outages = Mapping[str, Callable[[Act, Environment, float], Response]]


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


OUTAGES: Outages = {
    "refuse": _refuse,
    "drop_after": _drop_after,
    "timeout_after": _timeout_after,
    "slow": _slow,
    "error_500": _server_error,
    "error_503": _unavailable,
    "error_after": _error_after,
    "malformed": _malformed,
}
"""By the knob's `kind`; a provider may add its own."""
BEFORE_ANYTHING_HAPPENS = ("refuse", "error_500", "error_503")


def with_outage(
    store: Store, knobs: Knobs, environment: Environment, operation: str, act: Act, *, outages: Outages = OUTAGES
) -> Response:
    """Answer through the outage that is on, if it concerns this operation; it wears off after `count` times."""
    outage = _outage_now(store, knobs, operation)
    if not outage:
        return act()
    return outages[outage["kind"]](act, environment, float(outage.get("seconds", DEFAULT_SECONDS)))


def _outage_now(store: Store, knobs: Knobs, operation: str) -> dict[str, Any]:
    with store.transaction():
        outage: dict[str, Any] = knobs["outage"]
        if not outage or outage.get("on", "any") not in {"any", operation}:
            return {}
        left = outage.get("count")
        if left is not None:
            knobs.turn(outage={**outage, "count": left - 1} if left > 1 else {})
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
