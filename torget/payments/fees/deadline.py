"""Ask the library system on behalf of a waiting patron, but never let the patron wait long."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TypeVar

from torget.payments.core.ports import LibrarySystemUnavailable

WAIT_SECONDS_MAX = 4.0
"""A page that says 'try again later' must stand within five seconds."""

_pool = ThreadPoolExecutor(max_workers=32, thread_name_prefix="library")

T = TypeVar("T")


def ask(call: Callable[[], T], seconds: float = WAIT_SECONDS_MAX) -> Callable[[], T]:
    """Ask now and go on; what is returned gives the answer, as answer_in_time does. The time runs from the asking.

    A call may be several round trips, so a time limit per trip is not enough. An abandoned call ends by the limits of
    the connector and changes nothing: only reading goes through here.
    """
    asked_at, future = time.monotonic(), _pool.submit(call)

    def answer() -> T:
        try:
            return future.result(timeout=max(0.0, asked_at + seconds - time.monotonic()))
        except FutureTimeoutError:
            future.cancel()
            raise LibrarySystemUnavailable("too slow") from None

    return answer


def answer_in_time(call: Callable[[], T], seconds: float = WAIT_SECONDS_MAX) -> T:
    """The call's own result or error; LibrarySystemUnavailable if it takes too long."""
    return ask(call, seconds)()
