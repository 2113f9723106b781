"""Asking a system for JSON over HTTP: once, within time and size, with exact amounts, and it is known what was sent.

Nothing here retries, follows a redirect or believes a length: a retry hidden in a client is how payments are booked
twice, and an answer without an end is how a worker is held for ever.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import httpx

from torget.connectors.http import READ_SECONDS, new_client

BODY_BYTES_MAX: Final = 4_000_000


class NoAnswer(Exception):
    """No usable answer came; what was asked may have been executed. The text names no person."""


class NeverSent(NoAnswer):
    """Not one byte of the request can have left this machine."""


class NotJson(NoAnswer):
    """An answer came that is not JSON, or not what the system says otherwise."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes
    headers: Mapping[str, str]

    def json(self) -> Any:
        """With exact decimals. Raise NotJson."""
        try:
            return json.loads(self.body, parse_float=Decimal, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise NotJson(f"{self.status} with something that is not JSON") from None

    def json_object(self) -> Mapping[str, Any]:
        """Raise NotJson for anything but an object."""
        found = self.json()
        if not isinstance(found, Mapping):
            raise NotJson(f"{self.status} with JSON of another form")
        return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


class JsonClient:
    """Threads may share it."""

    def __init__(
        self, base_url: str, *, read_seconds: float = READ_SECONDS, auth: tuple[str, str] | None = None
    ) -> None:
        self._client = new_client(base_url, read_seconds=read_seconds)
        self._client.headers.update({"accept": "application/json", "accept-encoding": "identity"})
        if auth is not None:
            self._client.auth = httpx.BasicAuth(*auth)
        self._seconds_max = 2 * read_seconds

    def close(self) -> None:
        self._client.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Raise NeverSent or NoAnswer."""
        more = {"content-type": "application/json"} if body is not None else {}
        request = self._client.build_request(
            method, path, content=body, params=params, headers={**more, **(headers or {})}
        )
        until = time.monotonic() + self._seconds_max
        try:
            answer = self._client.send(request, stream=True)
            try:
                return Reply(answer.status_code, _read(answer, until), answer.headers)
            finally:
                answer.close()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as failure:
            raise NeverSent(type(failure).__name__) from None
        except httpx.HTTPError as failure:
            raise NoAnswer(type(failure).__name__) from None


def _read(answer: httpx.Response, until: float) -> bytes:
    parts, size = [], 0
    for part in answer.iter_raw():
        size += len(part)
        if size > BODY_BYTES_MAX:
            raise NoAnswer("an answer without an end")
        if time.monotonic() > until:
            raise NoAnswer("an answer that drips")
        parts.append(part)
    return b"".join(parts)
