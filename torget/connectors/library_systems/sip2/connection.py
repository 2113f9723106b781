"""One short TCP connection to a SIP2 server: opened for one patron's errand, never shared, closed with its end.

Servers keep one child process per connection and only a few of them, and a session belongs to the last patron named.
"""

import contextlib
import logging
import socket
import ssl
import time
from dataclasses import replace
from typing import Self

from torget.connectors.library_systems.sip2.codec import (
    LINE_ENDS,
    Checksum,
    MalformedFrame,
    Message,
    Received,
    decode,
    encode,
)
from torget.connectors.library_systems.sip2.dialect import Sip2Dialect

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 10.0
GOODBYE_SECONDS = 0.5
"""The answer to a goodbye changes nothing, so it is not worth a patron's time."""
LONGEST_FRAME_BYTES = 1_000_000


class Sip2Error(Exception):
    """An exchange that brought no usable answer; the text is for staff and holds no field values."""


class CannotConnect(Sip2Error):
    """No line to the server: nothing was sent."""


class LineClosed(Sip2Error):
    """The line broke after something may have been sent."""


class NoAnswer(Sip2Error):
    """Silence for the whole time limit; the line still stands."""


class GarbledAnswer(Sip2Error):
    """An answer that is not the one asked for, or whose checksum is wrong; the line still stands."""


class NotTaken(Sip2Error):
    """The server asked twice for the same message (96): it executed nothing."""


class Sip2Connection:
    def __init__(self, *, line: socket.socket, dialect: Sip2Dialect, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._line = line
        self._dialect = dialect
        self._answer_seconds = answer_seconds
        self._received = b""
        self._sequence = 0

    @classmethod
    def open(
        cls,
        *,
        host: str,
        port: int,
        dialect: Sip2Dialect,
        tls: ssl.SSLContext | None = None,
        connect_seconds: float = CONNECT_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> Self:
        """Raise CannotConnect. SIP2 itself is clear text: without `tls` the site needs a tunnel."""
        try:
            line = socket.create_connection((host, port), timeout=connect_seconds)
        except OSError as error:
            raise CannotConnect(f"no connection: {error.__class__.__name__}") from error
        if tls is not None:
            try:
                line = tls.wrap_socket(line, server_hostname=host)
            except OSError as error:
                line.close()
                raise CannotConnect(f"no TLS: {error.__class__.__name__}") from error
        with contextlib.suppress(OSError):
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(line=line, dialect=dialect, answer_seconds=answer_seconds)

    def ask(self, message: Message, *, expected: str) -> Message:
        """One exchange. A 96 proves that nothing was executed, and is the only thing that is answered by resending."""
        frame = self._frame(message)
        for _ in range(2):
            self._send(frame)
            answer = self._receive()
            if answer.command != "96":
                return self._checked(answer, expected=expected, sequence=self._sequence)
        raise NotTaken("the server twice refused the checksum")

    def ask_for_last_answer(self, *, expected: str) -> Message:
        """Have the last answer repeated (97): real Koha does so without executing anything."""
        self._received = b""
        self._send(self._frame(Message(command="97"), is_numbered=False))
        return self._checked(self._receive(), expected=expected, sequence=None)

    def end(self, goodbye: Message | None = None) -> None:
        """Say goodbye if asked to, then close; neither can fail any more."""
        try:
            if goodbye is not None:
                self._answer_seconds = min(self._answer_seconds, GOODBYE_SECONDS)
                with contextlib.suppress(Sip2Error):
                    self.ask(goodbye, expected="36")
        finally:
            with contextlib.suppress(OSError):
                self._line.close()

    def _frame(self, message: Message, *, is_numbered: bool = True) -> bytes:
        if is_numbered:
            self._sequence = (self._sequence + 1) % 10
            message = replace(message, sequence=self._sequence)
        return encode(
            message,
            encoding=self._dialect.encoding,
            terminator=self._dialect.terminator,
            with_checksum=self._dialect.sends_checksums,
        )

    def _send(self, frame: bytes) -> None:
        try:
            self._line.settimeout(self._answer_seconds)
            self._line.sendall(frame)
        except OSError as error:
            raise LineClosed(f"line broke while sending: {error.__class__.__name__}") from error

    def _receive(self) -> Message:
        """The next frame within the time limit, however slowly its bytes drip."""
        frame = self._next_frame(time.monotonic() + self._answer_seconds)
        try:
            received = decode(frame, encoding=self._dialect.encoding)
        except MalformedFrame as error:
            raise GarbledAnswer(str(error)) from error
        self._judge_checksum(received)
        return received.message

    def _next_frame(self, deadline: float) -> bytes:
        while True:
            self._received = self._received.lstrip(LINE_ENDS)
            ends = [position for position in map(self._received.find, (b"\r", b"\n")) if position >= 0]
            if ends:
                frame, self._received = self._received[: min(ends)], self._received[min(ends) :]
                return frame
            if len(self._received) > LONGEST_FRAME_BYTES:
                raise GarbledAnswer("an answer without an end")
            self._received += self._read_some(deadline)

    def _read_some(self, deadline: float) -> bytes:
        left_seconds = deadline - time.monotonic()
        if left_seconds <= 0:
            raise NoAnswer("no answer in time")
        try:
            self._line.settimeout(left_seconds)
            data = self._line.recv(65536)
        except TimeoutError as error:
            raise NoAnswer("no answer in time") from error
        except OSError as error:
            raise LineClosed(f"line broke while waiting: {error.__class__.__name__}") from error
        if not data:
            raise LineClosed("the server closed the line")
        return data

    def _judge_checksum(self, received: Received) -> None:
        if received.checksum is not Checksum.WRONG:
            return
        if received.is_ascii or not self._dialect.tolerates_checksums_of_text:
            raise GarbledAnswer(f"wrong checksum on message {received.message.command}")
        logger.warning("SIP2 checksum differs on a message %s with non-ASCII text", received.message.command)

    @staticmethod
    def _checked(answer: Message, *, expected: str, sequence: int | None) -> Message:
        if answer.command != expected:
            raise GarbledAnswer(f"message {answer.command} where {expected} was due")
        if sequence is not None and answer.sequence not in {None, sequence}:
            raise GarbledAnswer("an answer to another message")
        return answer
