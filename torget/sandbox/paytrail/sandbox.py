"""The sandbox put together, either with its own dispatcher or owned by whoever drives it step by step."""

import random
from collections.abc import Callable, Iterable
from typing import Any, Self

from torget.sandbox.paytrail.application import Application
from torget.sandbox.paytrail.knobs import NORMAL
from torget.sandbox.paytrail.merchants import Merchants, built_in_merchants
from torget.sandbox.paytrail.schema import SCHEMA
from torget.sandbox.paytrail.state import State
from torget.sandbox.providers.clock import SandboxClock
from torget.sandbox.providers.dispatcher import Deliver, Dispatcher, HttpDelivery
from torget.sandbox.providers.knobs import Knobs
from torget.sandbox.providers.outbox import Outbox
from torget.sandbox.providers.state import StateOf
from torget.sandbox.providers.store import Store


class PaytrailSandbox:
    """A WSGI application with its books; use it as a context manager or call `close`.

    With `dispatches` a background thread sends callbacks over HTTP. Without it nothing happens by itself: callbacks
    wait in `outbox` until the owner takes them, sends or drops them, and records how it went; with `speed` 0 and a
    `seed` every run is then the same.
    """

    def __init__(
        self,
        *,
        path: str = ":memory:",
        merchants: Merchants | None = None,
        is_http_allowed: bool = False,
        dispatches: bool = True,
        speed: float | None = None,
        start_at: float | None = None,
        seed: int | None = None,
        deliver: Deliver | None = None,
    ) -> None:
        self.store = Store(path, schema=SCHEMA)
        self.clock = SandboxClock(self.store, speed=speed, start_at=start_at)
        self.knobs = Knobs(self.store, NORMAL)
        self.state: State = StateOf(
            store=self.store,
            clock=self.clock,
            knobs=self.knobs,
            merchants=built_in_merchants() if merchants is None else merchants,
            is_http_allowed=is_http_allowed,
            chance=random.SystemRandom() if seed is None else random.Random(seed),
        )
        self.outbox = Outbox(self.store, self.clock)
        self._http = HttpDelivery() if dispatches and deliver is None else None
        sends = deliver or self._http
        self._dispatcher = Dispatcher(self.outbox, self.clock, sends) if dispatches and sends else None
        self._application = Application(self.state, self.outbox, self._dispatcher)
        if self._dispatcher is not None:
            self._dispatcher.start()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return self._application(environ, start_response)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._dispatcher is not None:
            self._dispatcher.stop()
        if self._http is not None:
            self._http.close()
        self.store.close()
