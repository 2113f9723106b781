"""What one evaluation carries along: its budget and its trace."""

from __future__ import annotations

from typing import Any

from torget_dmn.errors import LimitExceededError
from torget_dmn.limits import DEFAULT_LIMITS, Limits
from torget_dmn.words import say


class Run:
    """One evaluation; frames reach it through their outermost parent."""

    __slots__ = ("_iterations_left", "limits", "trace")

    def __init__(self, limits: Limits = DEFAULT_LIMITS, trace: list[Any] | None = None) -> None:
        self.limits = limits
        self.trace = trace
        self._iterations_left = limits.iterations_max

    def spend(self, iterations: int) -> None:
        """Take iterations off the budget, or fail when it is used up."""
        self._iterations_left -= iterations
        if self._iterations_left < 0:
            raise LimitExceededError(
                say("the evaluation takes more than {limit} iterations", limit=self.limits.iterations_max)
            )
