"""The one HTTP client of the connectors: hard time limits, no retries, no redirects, no cookies.

A retry hidden in a client is how payments are booked twice, so a connector decides about every attempt itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

ANSWER_BYTES_MAX = 1_000_000
CONNECT_SECONDS = 2.0
READ_SECONDS = 10.0


def new_client(base_url: str, *, read_seconds: float = READ_SECONDS) -> httpx.Client:
    """A pooled, thread-safe client; `trust_env` is off so that no proxy setting diverts money traffic."""
    return httpx.Client(
        base_url=base_url,
        timeout=httpx.Timeout(read_seconds, connect=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
        headers={"user-agent": "torget"},
    )


class AnswerTooLarge(httpx.HTTPError):
    """More than any true answer of these interfaces has; the rest was not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status_code: int
    headers: httpx.Headers
    content: bytes

    @property
    def is_success(self) -> bool:
        return httpx.codes.is_success(self.status_code)


def ask(
    client: httpx.Client,
    method: str,
    path: str,
    *,
    content: bytes = b"",
    headers: Mapping[str, str] | None = None,
    bytes_max: int = ANSWER_BYTES_MAX,
) -> Answer:
    """One request, never repeated. Raise httpx.HTTPError when no answer came or one that is too large."""
    with client.stream(method, path, content=content, headers=dict(headers or {})) as response:
        pieces, size = [], 0
        for piece in response.iter_bytes():
            size += len(piece)
            if size > bytes_max:
                raise AnswerTooLarge(f"more than {bytes_max} bytes")
            pieces.append(piece)
        return Answer(status_code=response.status_code, headers=response.headers, content=b"".join(pieces))
