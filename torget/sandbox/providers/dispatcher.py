"""Sends callbacks over HTTP from the background; a simulation leaves this out and sends for itself."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from torget.sandbox.providers.clock import SandboxClock
from torget.sandbox.providers.outbox import Callback, Outbox

WORKERS = 4
LONGEST_WAIT_SECONDS = 1.0
Deliver = Callable[[Callback], int]
"""Sends one callback and gives the response code; raises httpx.HTTPError if there was none."""


class HttpDelivery:
    """A Deliver over real HTTP; whoever makes one closes it."""

    def __init__(self) -> None:
        self._client = httpx.Client(timeout=10, follow_redirects=False, trust_env=False)

    def __call__(self, callback: Callback) -> int:
        response = self._client.request(
            callback.method, callback.url, headers=dict(callback.headers), content=callback.body or None
        )
        return response.status_code

    def close(self) -> None:
        self._client.close()


class Dispatcher:
    """One thread looks for what is due and hands it to a few workers, so that one slow receiver holds up nobody."""

    def __init__(self, outbox: Outbox, clock: SandboxClock, deliver: Deliver) -> None:
        self._outbox = outbox
        self._clock = clock
        self._deliver = deliver
        self._wake = threading.Event()
        self._is_stopped = threading.Event()
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="callback")
        self._free = threading.Semaphore(WORKERS)
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        """Finish what is being sent and end; what waits stays in the store."""
        self._is_stopped.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._workers.shutdown()

    def send(self, callback: Callback) -> None:
        """Send one claimed callback now, in the caller's thread, and note how it went."""
        try:
            self._outbox.record(callback, code=self._deliver(callback))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self._outbox.record(callback, code=None, error=type(error).__name__)

    def _run(self) -> None:
        while not self._is_stopped.is_set():
            self._wake.clear()
            self._send_due()
            self._wake.wait(self._seconds_to_next())

    def _send_due(self) -> None:
        while not self._is_stopped.is_set():
            self._free.acquire()
            due = self._outbox.take_due()
            if not due:
                self._free.release()
                return
            self._workers.submit(self._send_and_free, due[0])

    def _send_and_free(self, callback: Callback) -> None:
        try:
            self.send(callback)
        finally:
            self._free.release()

    def _seconds_to_next(self) -> float:
        due_at = self._outbox.next_due_at()
        if due_at is None or self._clock.speed == 0:
            return LONGEST_WAIT_SECONDS
        return min(LONGEST_WAIT_SECONDS, max(0.0, (due_at - self._clock.now()) / self._clock.speed))
