"""ClamAV's daemon over its socket: the content is streamed to it and never lies in a file."""

import io
from contextlib import closing
from typing import Any

from clamd import ClamdNetworkSocket, ClamdUnixSocket

from torget.service.core.ports import ScannerDown

ANSWER_SECONDS_MAX = 20.0


class ClamAv:
    def __init__(self, *, socket: str = "", host: str = "", port: int = 3310) -> None:
        """Either the path of a Unix socket, or a host and port."""
        self._socket, self._host, self._port = socket, host, port

    def _daemon(self) -> Any:
        if self._socket:
            return ClamdUnixSocket(self._socket, timeout=ANSWER_SECONDS_MAX)
        return ClamdNetworkSocket(self._host, self._port, timeout=ANSWER_SECONDS_MAX)

    def scan(self, content: bytes) -> str:
        """What is too large for the daemon's own limits gives no verdict, and so it is never shown to anybody."""
        if not (self._socket or self._host):
            raise ScannerDown("no scanner is configured")
        daemon = self._daemon()
        try:
            with closing(io.BytesIO(content)) as stream:
                answer = daemon.instream(stream)
        except Exception as error:
            # The package raises errors of sockets and of its own; whichever it was, there is no verdict.
            raise ScannerDown(type(error).__name__) from error
        verdict, finding = answer["stream"]
        if verdict == "OK":
            return ""
        if verdict == "FOUND":
            return str(finding)
        raise ScannerDown(f"{verdict}: {finding}")
