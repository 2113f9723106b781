"""Reach a sandbox inside this process through httpx, with failures as httpx raises them and without waiting."""

import httpx

from torget.sandbox.providers.outages import IN_PROCESS, AnswerTooLate, LineDropped
from torget.sandbox.server import Wsgi


class InProcessTransport(httpx.BaseTransport):
    def __init__(self, app: Wsgi) -> None:
        def marked(environ: dict[str, object], start_response: object) -> object:
            return app({**environ, IN_PROCESS: True}, start_response)  # type: ignore[arg-type]  # passed through as is

        self._wsgi = httpx.WSGITransport(app=marked)  # type: ignore[arg-type]  # httpx types WSGI by typeshed's stubs

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return self._wsgi.handle_request(request)
        except LineDropped as error:
            raise httpx.RemoteProtocolError(str(error), request=request) from error
        except AnswerTooLate as error:
            raise httpx.ReadTimeout("the answer is too late", request=request) from error


def in_process_client(app: Wsgi, *, base_url: str = "http://sandbox.invalid") -> httpx.Client:
    return httpx.Client(transport=InProcessTransport(app), base_url=base_url)
