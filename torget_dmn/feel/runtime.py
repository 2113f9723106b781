"""What one evaluation carries along: its limits, its clock and its trace, and how much it may still do."""

from __future__ import annotations

import datetime as dt
from contextvars import ContextVar
from typing import Any

from torget_dmn.errors import LimitExceededError
from torget_dmn.limits import DEFAULT_LIMITS, Limits
from torget_dmn.words import say


class Run:
    """One evaluation; `now` fixes its clock."""

    __slots__ = ("_iterations_left", "limits", "now", "trace")

    def __init__(
        self, limits: Limits = DEFAULT_LIMITS, trace: list[Any] | None = None, now: dt.datetime | None = None
    ) -> None:
        self.limits = limits
        self.trace = trace
        self.now = now
        self._iterations_left = limits.iterations_max

    def spend(self, iterations: int) -> None:
        """Take iterations off the budget, or fail when it is used up."""
        self._iterations_left -= iterations
        if self._iterations_left < 0:
            raise LimitExceededError(
                say("the evaluation takes more than {limit} iterations", limit=self.limits.iterations_max)
            )


# The evaluation under way; constants are computed while compiling, before there is one.
CURRENT: ContextVar[Run | None] = ContextVar("feel_run", default=None)


def spend(iterations: int) -> None:
    """Charge the evaluation under way for a loop, a call, or as much work on long or nested values."""
    run = CURRENT.get()
    if run is not None:
        run.spend(iterations)


def _limits() -> Limits:
    run = CURRENT.get()
    return DEFAULT_LIMITS if run is None else run.limits


def bounded_list(items: list[Any]) -> list[Any]:
    """Return the list, or fail when it is longer than the limits allow."""
    longest = _limits().list_length_max
    if len(items) > longest:
        raise LimitExceededError(say("a list has more than {limit} items", limit=longest))
    return items


def check_text_length(length: int) -> None:
    """Fail when a text would be longer than the limits allow; ask before making it."""
    longest = _limits().string_length_max
    if length > longest:
        raise LimitExceededError(say("a string has more than {limit} characters", limit=longest))
