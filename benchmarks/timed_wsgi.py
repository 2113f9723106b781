"""The product's WSGI application, which also says how long it waited for the library system; for fee_page.py only.

The waiting is the time in which at least one of Python's sockets receives. In the web process only the connectors have
such sockets: the database is spoken to by libpq and the browser by granian, both in other languages. What we do beside
it costs a patron nothing; whatever we do while no answer is awaited, in the HTTP client too, counts as ours. One
request at a time, because all threads add to one sum.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from torget.config.wsgi import application as product

_waited = 0.0
_receiving = 0
_since = 0.0
_lock = threading.Lock()


def _timed(receive: Callable[..., Any]) -> Callable[..., Any]:
    def timed(*arguments: Any, **named: Any) -> Any:
        global _waited, _receiving, _since  # noqa: PLW0603 - one request at a time
        with _lock:
            if not _receiving:
                _since = time.perf_counter()
            _receiving += 1
        try:
            return receive(*arguments, **named)
        finally:
            with _lock:
                _receiving -= 1
                if not _receiving:
                    _waited += time.perf_counter() - _since

    return timed


for _name in ("recv", "recv_into"):
    setattr(socket.socket, _name, _timed(getattr(socket.socket, _name)))


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    global _waited
    _waited, started = 0.0, time.perf_counter()

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        took = time.perf_counter() - started
        headers.append(("Server-Timing", f"library;dur={_waited * 1000:.3f}, application;dur={took * 1000:.3f}"))
        return start_response(status, headers, *rest)

    return product(environ, start)
