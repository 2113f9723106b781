"""Speaking HTTP with Koha: the token, one renewal after a 401, and JSON whose amounts stay decimal."""

import json
import threading
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import httpx

from torget.connectors.http import new_client
from torget.payments.core.ports import LibrarySystemUnavailable

# A token is renewed this long before Koha lets it lapse, so that it does not lapse on the way.
TOKEN_LEEWAY_SECONDS = 60.0

# Failures in which not one byte of the request can have left this machine.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class NoToken(LibrarySystemUnavailable):
    """Koha gave no access token, so nothing else was asked of it."""


def read_json(response: httpx.Response) -> Any:
    """The answer's JSON with exact decimals; LibrarySystemUnavailable if it is not JSON."""
    try:
        return json.loads(response.content, parse_float=Decimal, parse_constant=_refuse_constant)
    except ValueError:
        raise LibrarySystemUnavailable(
            f"Koha answered {response.status_code} with something that is not JSON"
        ) from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def error_text(response: httpx.Response) -> str:
    """What Koha says went wrong, in one short line. Its error texts name fields and rules, never a patron."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return f"{response.status_code} without JSON"
    found = body.get("error") if isinstance(body, dict) else None
    if found is None:
        found = schema_errors(body) or "no reason given"
    return " ".join(f"{response.status_code} {found}".split())[:200]


def schema_errors(body: Any) -> str:
    """The complaint of Koha's schema check, which runs before any of its code; '' if this is not one.

    Unknown query parameters are answered with a bare array, a wrong body with {"errors": [...]}.
    """
    errors = body if isinstance(body, list) else body.get("errors") if isinstance(body, dict) else None
    if not isinstance(errors, list) or not errors:
        return ""
    if not all(isinstance(error, dict) and "path" in error and "message" in error for error in errors):
        return ""
    return "; ".join(f"{error['path']}: {error['message']}" for error in errors)


class KohaWire:
    """Requests with a bearer token that many threads share; every request is sent once, or twice around a 401.

    A 401 is answered before anything is executed, so the second sending is safe even for a payment.
    """

    def __init__(self, *, base_url: str, client_id: str, client_secret: str, read_seconds: float) -> None:
        self._client = new_client(base_url, read_seconds=read_seconds)
        self._client_id = client_id
        self._client_secret = client_secret
        self._lock = threading.Lock()
        self._token = ""
        self._token_lapses_at = 0.0

    def close(self) -> None:
        self._client.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """Raise NoToken, or whatever httpx raises: the caller knows what a broken line means for its request."""
        token = self._usable_token()
        request = self._client.build_request(
            method,
            path,
            params=params,
            headers={"accept": "application/json", "content-type": "application/json", **(headers or {})},
            content=content,
        )
        request.headers["authorization"] = f"Bearer {token}"
        response = self._client.send(request)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            request.headers["authorization"] = f"Bearer {self._usable_token(rejected=token)}"
            response = self._client.send(request)
        return response

    def get(
        self, path: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """A read: a broken line is simply LibrarySystemUnavailable."""
        try:
            return self.send("GET", path, params=params, headers=headers)
        except httpx.HTTPError as broken:
            raise LibrarySystemUnavailable(f"Koha could not be reached: {type(broken).__name__}") from None

    def specification(self) -> Any:
        """Koha's own description of its interface, which needs no token."""
        try:
            response = self._client.get("/")
        except httpx.HTTPError as broken:
            raise LibrarySystemUnavailable(f"Koha could not be reached: {type(broken).__name__}") from None
        if response.status_code != httpx.codes.OK:
            raise LibrarySystemUnavailable(f"Koha's specification: {error_text(response)}")
        return read_json(response)

    def _usable_token(self, *, rejected: str = "") -> str:
        """The shared token, fetched anew when it lapses or is the one that Koha has just rejected."""
        with self._lock:
            if self._token and self._token != rejected and time.monotonic() < self._token_lapses_at:
                return self._token
            self._token, lives_seconds = self._fetch_token()
            self._token_lapses_at = time.monotonic() + max(lives_seconds - TOKEN_LEEWAY_SECONDS, lives_seconds / 2)
            return self._token

    def _fetch_token(self) -> tuple[str, float]:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
        }
        try:
            response = self._client.post("/oauth/token", data=form)
        except httpx.HTTPError as broken:
            raise NoToken(f"Koha gave no access token: {type(broken).__name__}") from None
        if response.status_code != httpx.codes.OK:
            raise NoToken(f"Koha gave no access token: {error_text(response)}")
        try:
            body = json.loads(response.content)
            return str(body["access_token"]), float(body.get("expires_in", 3600))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise NoToken("Koha's token answer could not be read") from None
