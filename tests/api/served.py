"""Torget over a real socket, in this process and on its database: for programs that speak to the interface."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.test import Client, override_settings


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        pass


@contextmanager
def served() -> Iterator[str]:
    """Its address. Each request has a thread of its own, which closes its connection to the database."""
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
        server.set_app(WSGIHandler())
    url = f"http://127.0.0.1:{server.server_address[1]}"
    # The first request imports every page there is; nobody's time limit should run meanwhile.
    Client().get("/api/v1/openapi.json")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        with override_settings(PUBLIC_URL=url):
            yield url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
