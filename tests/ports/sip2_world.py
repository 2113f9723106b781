"""A SIP2 sandbox with a known patron, a client for it, and a plain socket to speak the protocol by hand."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from torget.connectors.library_systems.sip2 import DIALECTS, Sip2Dialect, Sip2Library
from torget.connectors.library_systems.sip2.codec import checksum_of
from torget.foundation.core.money import Money
from torget.payments.core.ports import RegistrationLine, RegistrationOrder
from torget.sandbox.population import SandboxFee, SandboxPatron
from torget.sandbox.sip2 import Books, Sip2Sandbox, Sip2Settings, serving

CARD = "20000000000001"
OTHER_CARD = "20000000000002"
PIN = "1234"
NAME = "Äiti Virtanen"


def fee(fee_id: int, cents: int, day: int, description: str = "Myöhästymismaksu") -> SandboxFee:
    return SandboxFee(
        fee_id=fee_id,
        kind="OVERDUE",
        charged_cents=cents,
        outstanding_cents=cents,
        description=description,
        incurred_on=date(2026, 10, day),
        branch="PORVOO",
    )


def patron(card_number: str, *fees: SandboxFee, expires_on: date = date(2030, 1, 1)) -> SandboxPatron:
    return SandboxPatron(
        patron_id=int(card_number[-4:]),
        card_number=card_number,
        pin=PIN,
        given_name="Äiti",
        family_name="Virtanen",
        language="fi",
        home_branch="PORVOO",
        category="S",
        expires_on=expires_on,
        email="aiti@example.org",
        fees=fees,
    )


PATRONS = (
    # The oldest fee has the greatest number, so that "oldest first" is not "smallest number first" by accident.
    patron(CARD, fee(3, 240, 1), fee(1, 1500, 2, "Kadonnut: Tuntematon sotilas"), fee(2, 300, 3)),
    patron(OTHER_CARD, expires_on=date(2020, 1, 1)),
)


@contextmanager
def sandbox(path: str = ":memory:", **settings: Any) -> Iterator[Sip2Sandbox]:
    books = Books(path)
    if books.is_empty():
        books.load(PATRONS)
    with serving(books=books, settings=Sip2Settings(**settings)) as server:
        yield server
    books.close()


def library_at(server: Sip2Sandbox, dialect: Sip2Dialect = DIALECTS["koha-latin1"], **options: Any) -> Sip2Library:
    settings = server.settings
    given: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": server.port,
        "login": settings.login,
        "password": settings.password,
        "institution": settings.institution,
        "dialect": dialect,
        "answer_seconds": 5.0,
    }
    return Sip2Library(**(given | options))


def order_of(*lines: tuple[str, int], card_number: str = CARD, marker: str = "11f0-pay-1") -> RegistrationOrder:
    return RegistrationOrder(
        marker=marker,
        marker_number=1,
        patron_reference=card_number,
        card_number=card_number,
        lines=tuple(RegistrationLine(fee_reference=reference, amount=Money(cents)) for reference, cents in lines),
    )


class Wire:
    """A client that says exactly what it is told to, right or wrong."""

    def __init__(self, port: int) -> None:
        self._line = socket.create_connection(("127.0.0.1", port), timeout=5)
        self._waiting = b""

    def send(self, text: str, *, sequence: int | None = 0, checksum: bytes | None = None) -> None:
        data = text.encode("latin-1")
        if sequence is not None:
            data += b"AY%dAZ" % sequence
            data += checksum or checksum_of(data)
        self._line.sendall(data + b"\r")

    def read(self) -> str:
        """The next answer without its line end; '' when the server has hung up."""
        while b"\r\n" not in self._waiting:
            data = self._line.recv(65536)
            if not data:
                return ""
            self._waiting += data
        line, _, self._waiting = self._waiting.partition(b"\r\n")
        return line.decode("latin-1")

    def ask(self, text: str, *, sequence: int | None = 0, checksum: bytes | None = None) -> str:
        self.send(text, sequence=sequence, checksum=checksum)
        return self.read()

    def sign_in(self) -> None:
        assert self.ask("9300CNtorget|COsandbox-secret|CPHELLE|").startswith("941")

    def pay(self, amount: str, *, card: str = CARD, more: str = "BKTXN-0001|", sequence: int = 3) -> str:
        head = "3720261124    1519440400EUR"
        return self.ask(f"{head}BV{amount}|AOHELLE|AA{card}|{more}", sequence=sequence)

    def patron(self, *, card: str = CARD, pin: str = PIN) -> str:
        return self.ask(f"6300020261124    151944   Y      AOHELLE|AA{card}|AC|AD{pin}|BP1|BQ20|", sequence=4)

    def close(self) -> None:
        self._line.close()


@contextmanager
def wire_to(server: Sip2Sandbox, *, signed_in: bool = True) -> Iterator[Wire]:
    wire = Wire(server.port)
    try:
        if signed_in:
            wire.sign_in()
        yield wire
    finally:
        wire.close()


# ── A server that says what it is told to ────────────────────────────────────────────────────────────────────────────

OPENING = [b"941", b"98YYYYNN02500520261124    1519442.00AOX|"]


def patron_answer(balance: bytes = b"BV5.00|") -> bytes:
    head = b"64" + b" " * 14 + b"00020261124    151944" + b"0" * 24
    return head + "AOX|AA77|AEÄiti Virtanen|BLY|".encode() + balance


class _Scripted:
    def __init__(self, port: int) -> None:
        self._port = port

    def __call__(self, dialect: Sip2Dialect, login: str = "a") -> Sip2Library:
        return Sip2Library(
            host="127.0.0.1",
            port=self._port,
            login=login,
            password="b",
            institution="X",
            dialect=dialect,
            answer_seconds=1.0,
        )


@contextmanager
def scripted(answers: list[bytes]) -> Iterator[_Scripted]:
    """One connection that is given these answers, one for each line it sends, and is then closed."""

    def serve(listener: socket.socket) -> None:
        line, _ = listener.accept()
        with line, line.makefile("rwb") as file:
            for answer in answers:
                _read_line(line)
                file.write(answer + b"\r")
                file.flush()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield _Scripted(listener.getsockname()[1])
        finally:
            thread.join()


def _read_line(line: socket.socket) -> None:
    while (byte := line.recv(1)) not in {b"\r", b""}:
        assert byte
