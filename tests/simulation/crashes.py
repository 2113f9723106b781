"""Kill the acting process at a chosen point: before or after any SQL statement or any outside call.

On the payment's path statements are commits, because nothing there opens a longer transaction. So 'after a statement'
is 'committed, and then dead', and 'before' is 'dead with nothing done'. Settlements are taken in by longer
transactions: a crash within one rolls all of it back.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from django.db import connection

from torget.connectors.library_systems.sip2.codec import Message
from torget.connectors.library_systems.sip2.connection import Sip2Connection


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

    @contextmanager
    def armed(self) -> Iterator[None]:
        """Every SQL statement of this connection, every HTTP request and every SIP2 exchange passes by."""
        send, ask = httpx.Client.send, Sip2Connection.ask

        def send_past(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
            self.pass_by()
            response = send(client, request, **options)
            self.pass_by()
            return response

        def ask_past(line: Sip2Connection, message: Message, *, expected: str) -> Message:
            self.pass_by()
            answer = ask(line, message, expected=expected)
            self.pass_by()
            return answer

        with connection.execute_wrapper(self._around_sql):
            Sip2Connection.ask = ask_past  # type: ignore[method-assign,assignment]
            httpx.Client.send = send_past  # type: ignore[method-assign,assignment]
            try:
                yield
            finally:
                httpx.Client.send = send  # type: ignore[method-assign]
                Sip2Connection.ask = ask  # type: ignore[method-assign]


def choose_crash(dice: random.Random, probability: float, points: int = 40) -> CrashPoint:
    return CrashPoint(dice.randrange(points) if dice.random() < probability else None)
