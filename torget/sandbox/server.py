"""Serve a sandbox over real HTTP: one threaded server, on loopback only."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _QuietKeepAlive(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body go out in two writes; with Nagle's algorithm the second waits for the other side's acknowledgement.
    disable_nagle_algorithm = True

    def make_environ(self) -> dict[str, Any]:
        """With headers that have an underscore, which the server leaves out and MobilePay uses (`client_id`)."""
        environ = super().make_environ()
        odd = {f"HTTP_{name.upper()}": value for name, value in self.headers.items() if "_" in name}
        return {**environ, **odd}

    def log_request(self, *_: object) -> None:
        """The sandboxes keep their own books of what was asked."""


def make_http_server(app: Wsgi, port: int = 0) -> BaseWSGIServer:
    """A server bound to 127.0.0.1; port 0 takes a free one. `environ['werkzeug.socket']` lets an app drop the line."""
    return make_server("127.0.0.1", port, app, threaded=True, request_handler=_QuietKeepAlive)


@contextmanager
def serving(app: Wsgi, port: int = 0) -> Iterator[str]:
    """Serve in a thread for the time of a test; yields the base address."""
    server = make_http_server(app, port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
