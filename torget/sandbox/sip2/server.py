"""The sandbox's sockets: one thread for each connection, on loopback only."""

import contextlib
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from torget.sandbox.sip2.books import Books
from torget.sandbox.sip2.desk import Desk, paid_answer
from torget.sandbox.sip2.faults import Fault, Faults, Struck
from torget.sandbox.sip2.settings import Sip2Settings
from torget.sandbox.sip2.wire import Request, read_request, write_answer

RESEND_PLEASE = "96AZFEF6"


class _Closing(Exception):
    """The server hangs up."""


class _Conversation(socketserver.StreamRequestHandler):
    server: "Sip2Sandbox"

    def setup(self) -> None:
        super().setup()
        self._is_signed_in = False
        self._last_answer = ""
        self.server.note_line(self.connection, is_open=True)

    def finish(self) -> None:
        self.server.note_line(self.connection, is_open=False)
        with contextlib.suppress(OSError):
            super().finish()

    def handle(self) -> None:
        with contextlib.suppress(_Closing, OSError):
            for line in self._lines():
                self._take(line)

    def _lines(self) -> Iterator[bytes]:
        """Messages ended by CR, LF or both."""
        waiting = b""
        while data := self.connection.recv(65536):
            waiting += data.replace(b"\n", b"\r")
            while b"\r" in waiting:
                line, _, waiting = waiting.partition(b"\r")
                if line:
                    yield line

    def _take(self, line: bytes) -> None:
        server = self.server
        request = read_request(line, server.settings.encoding)
        if request is None:
            raise _Closing
        if not request.is_sound:
            self._say(RESEND_PLEASE.encode())
            return
        server.note_message(request)
        if request.command == "97":
            if server.settings.answers_resend_requests:
                self._answer(self._last_answer, "AY0" if request.sequence or b"AZ" in line else "")
            return
        struck = server.faults.strike(request.command)
        if struck and self._fails_before(struck, request):
            return
        answer = self._execute(request, struck)
        self._last_answer = answer
        if struck and self._fails_after(struck, answer, request):
            return
        self._answer(answer, request.sequence)

    def _execute(self, request: Request, struck: Struck | None) -> str:
        if request.command == "93":
            self._is_signed_in = self.server.desk.sign_in(request)
            return f"94{int(self._is_signed_in)}"
        if not self._is_signed_in:
            # A refused sign-in keeps the line; the next message ends the child process that serves it.
            raise _Closing
        answer = self.server.desk.answer(request)
        if struck and struck.fault is Fault.WRONG_ECHO:
            return answer.replace(f"BK{request.field('BK')}|", "BKsomebody-else|")
        return answer

    def _fails_before(self, struck: Struck, request: Request) -> bool:
        match struck.fault:
            case Fault.DROP_BEFORE:
                raise _Closing
            case Fault.ASK_RESEND:
                self._say(RESEND_PLEASE.encode())
                return True
            case Fault.LATE:
                self.server.put_off(request)
                return True
            case Fault.REFUSE:
                self._last_answer = paid_answer(request, self.server.settings, is_accepted=False)
                self._answer(self._last_answer, request.sequence)
                return True
        return False

    def _fails_after(self, struck: Struck, answer: str, request: Request) -> bool:
        match struck.fault:
            case Fault.DROP_AFTER:
                raise _Closing
            case Fault.SILENCE:
                return True
            case Fault.GARBAGE:
                self._say(b"\x00\xff 500 Internal Server Error")
                return True
            case Fault.BAD_CHECKSUM:
                frame = write_answer(answer, request.sequence, self.server.settings.encoding)
                self._say(frame[:-1] + (b"0" if frame[-1:] != b"0" else b"1"))
                return True
            case Fault.OFFLINE:
                self._answer(answer[:2] + "N" + answer[3:], request.sequence)
                return True
            case Fault.DELAY:
                time.sleep(struck.seconds)
        return False

    def _answer(self, text: str, sequence: str) -> None:
        settings = self.server.settings
        self._say(write_answer(text, sequence, settings.encoding, settings.counts_checksum_in))

    def _say(self, frame: bytes) -> None:
        self.connection.sendall(frame + self.server.settings.terminator)


class Sip2Sandbox(socketserver.ThreadingTCPServer):
    """The running sandbox; `books`, `faults` and `settings` are its knobs, also while it runs."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, *, books: Books, settings: Sip2Settings | None = None, port: int = 0) -> None:
        self.books = books
        self.settings = settings or Sip2Settings()
        self.faults = Faults()
        self.desk = Desk(books, self.settings)
        self.messages: list[str] = []
        """The commands that came, in order: what was asked, without what was said."""
        self._late: list[Request] = []
        self._lines: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Conversation)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def note_message(self, request: Request) -> None:
        with self._lock:
            self.messages.append(request.command)

    def put_off(self, request: Request) -> None:
        with self._lock:
            self._late.append(request)

    def finish_late(self) -> int:
        """Execute what was put off, though nobody waits for the answers any more; how many there were."""
        with self._lock:
            late, self._late = self._late, []
        for request in late:
            self.desk.answer(request)
        return len(late)

    def note_line(self, line: socket.socket, *, is_open: bool) -> None:
        with self._lock:
            (self._lines.add if is_open else self._lines.discard)(line)

    @property
    def open_lines(self) -> int:
        with self._lock:
            return len(self._lines)

    def hang_up(self) -> None:
        """Break every line, so that no thread waits for a client that never goes."""
        with self._lock:
            for line in self._lines:
                with contextlib.suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)


@contextmanager
def serving(*, books: Books, settings: Sip2Settings | None = None, port: int = 0) -> Iterator[Sip2Sandbox]:
    """Serve in a thread for the time of a test."""
    with Sip2Sandbox(books=books, settings=settings, port=port) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            server.hang_up()
            thread.join()
