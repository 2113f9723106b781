"""The one HTTP client of the connectors: hard time limits, no retries, no redirects, no cookies.

A retry hidden in a client is how payments are booked twice, so a connector decides about every attempt itself.
"""

import httpx

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
