"""Kill the acting process at a chosen point: before or after any SQL statement or any outside call.

On the payment's path statements are commits, because nothing there opens a longer transaction. So 'after a statement'
is 'committed, and then dead', and 'before' is 'dead with nothing done'. Settlements are taken in by longer
transactions: a crash within one rolls all of it back.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx
import pytest
import urllib3
from django.db import connection

from torget.connectors.library_systems.sip2.connection import Sip2Connection

OUTSIDE_CALLS: Final = ((httpx.Client, "send"), (urllib3.HTTPConnectionPool, "urlopen"), (Sip2Connection, "ask"))
"""One HTTP request by either client, or one SIP2 exchange."""


class ProcessKilled(BaseException):
    """Not an Exception: no handler of ours may survive it, as none survives SIGKILL."""


class CrashPoint:
    """Counts the points an action passes and kills it at one of them; counts only when `at` is None."""

    def __init__(self, at: int | None) -> None:
        self.at = at
        self.passed = 0

    def pass_by(self) -> None:
        if self.passed == self.at:
            raise ProcessKilled
        self.passed += 1

    def _around_sql(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.pass_by()
        result = execute(sql, params, many, context)
        self.pass_by()
        return result

    def _around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def passed_by(*arguments: Any, **named: Any) -> Any:
            self.pass_by()
            result = call(*arguments, **named)
            self.pass_by()
            return result

        return passed_by

    @contextmanager
    def armed(self) -> Iterator[None]:
        """Every SQL statement of this connection and every OUTSIDE_CALL passes by."""
        with connection.execute_wrapper(self._around_sql), pytest.MonkeyPatch.context() as until_disarmed:
            for owner, name in OUTSIDE_CALLS:
                until_disarmed.setattr(owner, name, self._around(getattr(owner, name)))
            yield


def choose_crash(dice: random.Random, probability: float, points: int = 40) -> CrashPoint:
    return CrashPoint(dice.randrange(points) if dice.random() < probability else None)
