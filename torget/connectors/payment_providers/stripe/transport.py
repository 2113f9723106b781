"""The HTTP of Stripe's package through our own client: its limits, no proxy of the machine, and never a second try."""

from collections.abc import Mapping
from typing import Any

import httpx
import stripe

from torget.connectors.http import ask


class Transport(stripe.HTTPClient):
    name = "torget"

    def __init__(self, client: httpx.Client) -> None:
        super().__init__()
        self._client = client

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        content = post_data.encode() if isinstance(post_data, str) else b""
        try:
            answer = ask(self._client, method.upper(), url, content=content, headers=headers)
        except httpx.HTTPError as error:
            why = f"no answer: {type(error).__name__}"
            raise stripe.APIConnectionError(why, should_retry=False) from error  # type: ignore[no-untyped-call]
        return answer.content.decode("utf-8", "replace"), answer.status_code, answer.headers
