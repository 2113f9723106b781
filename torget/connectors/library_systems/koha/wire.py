"""Speaking HTTP with Koha: the token, one renewal after a 401, and JSON whose amounts stay decimal.

By urllib3, because a page of fees takes five requests while a patron waits, and httpx spends twice the time on each.
"""

import json
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError

from torget.connectors.http import CONNECT_SECONDS
from torget.payments.core.ports import LibrarySystemUnavailable

# A token is renewed this long before Koha lets it lapse, so that it does not lapse on the way.
TOKEN_LEEWAY_SECONDS: Final = 60.0

# Kept open between requests; more than so many at once are opened, and closed again.
KEPT_CONNECTIONS: Final = 16


class LineBroken(Exception):
    """No answer came; Koha may have executed what it read before."""


class NeverSent(LineBroken):
    """Not one byte of the request can have left this machine."""


class NoToken(LibrarySystemUnavailable):
    """Koha gave no access token, so nothing else was asked of it."""


@dataclass(frozen=True, slots=True)
class Answer:
    status_code: int
    content: bytes


def read_json(response: Answer) -> Any:
    """The answer's JSON with exact decimals; LibrarySystemUnavailable if it is not JSON."""
    try:
        return json.loads(response.content, parse_float=Decimal, parse_constant=_refuse_constant)
    except ValueError:
        raise LibrarySystemUnavailable(
            f"Koha answered {response.status_code} with something that is not JSON"
        ) from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def error_text(response: Answer) -> str:
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
        self._base_path = urlsplit(base_url).path.rstrip("/")
        self._pool = urllib3.connection_from_url(
            base_url,
            maxsize=KEPT_CONNECTIONS,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=read_seconds),
            headers={"user-agent": "torget", "accept": "application/json", "content-type": "application/json"},
        )
        self._client_id = client_id
        self._client_secret = client_secret
        self._lock = threading.Lock()
        self._token = ""
        self._token_lapses_at = 0.0

    def close(self) -> None:
        self._pool.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Answer:
        """Raise NoToken, NeverSent or LineBroken: the caller knows what a broken line means for its request."""
        address = f"{path}?{urlencode(params)}" if params else path
        token = self._usable_token()
        answer = self._ask(method, address, {**(headers or {}), "authorization": f"Bearer {token}"}, content)
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            token = self._usable_token(rejected=token)
            answer = self._ask(method, address, {**(headers or {}), "authorization": f"Bearer {token}"}, content)
        return answer

    def _ask(self, method: str, address: str, headers: Mapping[str, str], content: bytes | None) -> Answer:
        """Once: no retry, no redirect, no cookie."""
        try:
            answer = self._pool.urlopen(
                method,
                self._base_path + address,
                body=content,
                headers={**self._pool.headers, **headers},
                retries=False,
                redirect=False,
            )
        except (NewConnectionError, ConnectTimeoutError) as failure:
            raise NeverSent(type(failure).__name__) from None
        except HTTPError as failure:
            if isinstance(failure, SSLError) and isinstance(failure.args[0], ssl.SSLCertVerificationError):
                raise NeverSent("the certificate is not accepted") from None
            raise LineBroken(type(failure).__name__) from None
        return Answer(answer.status, answer.data)

    def get(
        self, path: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """A read: a broken line is simply LibrarySystemUnavailable."""
        try:
            return self.send("GET", path, params=params, headers=headers)
        except LineBroken as broken:
            raise LibrarySystemUnavailable(f"Koha could not be reached: {broken}") from None

    def specification(self) -> Any:
        """Koha's own description of its interface, which needs no token."""
        try:
            response = self._ask("GET", "/", {}, None)
        except LineBroken as broken:
            raise LibrarySystemUnavailable(f"Koha could not be reached: {broken}") from None
        if response.status_code != HTTPStatus.OK:
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
        headers = {"content-type": "application/x-www-form-urlencoded"}
        try:
            response = self._ask("POST", "/oauth/token", headers, urlencode(form).encode())
        except LineBroken as broken:
            raise NoToken(f"Koha gave no access token: {broken}") from None
        if response.status_code != HTTPStatus.OK:
            raise NoToken(f"Koha gave no access token: {error_text(response)}")
        try:
            body = json.loads(response.content)
            return str(body["access_token"]), float(body.get("expires_in", 3600))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise NoToken("Koha's token answer could not be read") from None
