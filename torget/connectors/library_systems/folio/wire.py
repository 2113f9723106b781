"""Speaking with Okapi: the tenant, a short-lived token from a cookie, one renewal after a 401."""

import json
import threading
import time
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Final

from torget.connectors.json_http import JsonClient, NoAnswer, Reply
from torget.payments.core.ports import LibrarySystemUnavailable

LOGIN_PATH: Final = "/authn/login-with-expiry"
_COOKIE: Final = "folioAccessToken"
# FOLIO's access tokens live ten minutes; one is asked for anew well before, so that it does not lapse on the way.
TOKEN_SECONDS: Final = 300.0


class NoToken(LibrarySystemUnavailable):
    """FOLIO let our own account not in, so nothing else was asked of it."""


class FolioWire:
    """Every request is sent once, or twice around a 401, which is answered before anything is executed."""

    def __init__(self, *, base_url: str, tenant: str, username: str, password: str, read_seconds: float) -> None:
        self._client = JsonClient(base_url, read_seconds=read_seconds)
        self._tenant = tenant
        self._username = username
        self._password = password
        self._lock = threading.Lock()
        self._token = ""
        self._token_lapses_at = 0.0

    def close(self) -> None:
        self._client.close()

    def send(
        self, method: str, path: str, *, body: bytes | None = None, params: Mapping[str, str] | None = None
    ) -> Reply:
        """Raise NoToken, NeverSent or NoAnswer."""
        token = self._usable_token()
        reply = self._client.send(method, path, body=body, params=params, headers=self._headers(token))
        if reply.status == 401:
            token = self._usable_token(rejected=token)
            reply = self._client.send(method, path, body=body, params=params, headers=self._headers(token))
        return reply

    def may_sign_in(self, username: str, password: str) -> bool:
        """Whether FOLIO lets somebody in by name and password, for tenants without PINs. Raise NoAnswer."""
        return self._sign_in(username, password).status in {200, 201}

    def _headers(self, token: str = "") -> dict[str, str]:
        return {"x-okapi-tenant": self._tenant, **({"x-okapi-token": token} if token else {})}

    def _sign_in(self, username: str, password: str) -> Reply:
        body = json.dumps({"tenant": self._tenant, "username": username, "password": password}).encode()
        return self._client.send("POST", LOGIN_PATH, body=body, headers=self._headers())

    def _usable_token(self, *, rejected: str = "") -> str:
        with self._lock:
            if self._token and self._token != rejected and time.monotonic() < self._token_lapses_at:
                return self._token
            self._token = self._fetch_token()
            self._token_lapses_at = time.monotonic() + TOKEN_SECONDS
            return self._token

    def _fetch_token(self) -> str:
        try:
            reply = self._sign_in(self._username, self._password)
        except NoAnswer as failure:
            raise NoToken(f"FOLIO gave no token: {failure}") from None
        if reply.status not in {200, 201}:
            raise NoToken(f"FOLIO gave no token: {reply.status}")
        try:
            cookies = SimpleCookie(reply.headers.get("set-cookie", ""))
        except CookieError:
            raise NoToken("FOLIO's token could not be read") from None
        if _COOKIE not in cookies:
            raise NoToken("FOLIO gave no token with its sign-in")
        return cookies[_COOKIE].value
