"""The access token of a sales unit: fetched when it is needed, kept until shortly before it ends."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from torget.connectors.provider_exchange import answered_object, exchange
from torget.payments.core.ports import ProviderRefused, ProviderUnavailable

MARGIN_SECONDS = 60.0
"""Our clock and theirs may differ, and a call takes time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    merchant_serial_number: str
    client_id: str
    client_secret: str
    subscription_key: str

    @property
    def headers(self) -> dict[str, str]:
        return {
            "ocp-apim-subscription-key": self.subscription_key,
            "merchant-serial-number": self.merchant_serial_number,
            "vipps-system-name": "torget",
        }


class Access:
    """Safe to share between threads; time is counted from the answer, so a wrong wall clock does no harm."""

    def __init__(self, client: httpx.Client, keys: Keys, *, now: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._keys = keys
        self._now = now
        self._lock = threading.Lock()
        self._token = ""
        self._good_until = 0.0

    def headers(self) -> Mapping[str, str]:
        """Raise ProviderRefused for wrong keys, ProviderUnavailable when no token is to be had."""
        with self._lock:
            if self._now() >= self._good_until:
                self._fetch()
            return {**self._keys.headers, "authorization": f"Bearer {self._token}"}

    def forget(self) -> None:
        """The provider no longer takes it."""
        with self._lock:
            self._good_until = 0.0

    def _fetch(self) -> None:
        headers = {
            **self._keys.headers,
            "client_id": self._keys.client_id,
            "client_secret": self._keys.client_secret,
        }
        answer = exchange(self._client, "POST", "/accesstoken/get", headers=headers)
        if answer.status_code in (httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise ProviderRefused(f"{answer.status_code}: the keys of the sales unit are not taken; nothing was done")
        if not answer.is_success:
            raise ProviderUnavailable(f"{answer.status_code} instead of an access token")
        content = answered_object(answer)
        token, seconds = content.get("access_token"), str(content.get("expires_in", ""))
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not seconds.isdigit():
            raise ProviderUnavailable("the answer has no access token")
        self._token = token
        self._good_until = self._now() + float(seconds) - MARGIN_SECONDS
