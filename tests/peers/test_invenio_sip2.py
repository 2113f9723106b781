"""Our SIP2 connector against invenio-sip2, a server that somebody else wrote.

The peer is AGPL and wants a stack of its own, so it is installed in an environment of its own (.cache/invenio-sip2),
runs as a process of its own (invenio_sip2/server.py), and nothing of it is imported or copied here.
"""

import hashlib
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from torget.connectors.library_systems.sip2 import SignInMessage, Sip2Dialect, Sip2Library
from torget.foundation.core.money import Money
from torget.payments.core.ports import (
    LibrarySystemUnavailable,
    PatronNotFound,
    RegistrationLine,
    RegistrationOrder,
    RegistrationOutcome,
    WrongCredentials,
)

HERE = Path(__file__).parent / "invenio_sip2"
ENVIRONMENT = HERE.parents[2] / ".cache" / "invenio-sip2"
PYTHON = ENVIRONMENT / "bin" / "python"
# The invented patrons of server.py: who only looks, who pays all, who pays little.
READER, PAYER, CENTS_PAYER = "20000000000001", "20000000000002", "20000000000003"
PIN, NAME = "1234", "Äiti Virtanen"
START_SECONDS = 60
ITEMISED = Sip2Dialect(fee_pattern=re.compile(r"(?P<id>f[0-9]+) (?P<amount>[0-9]+\.[0-9]{2}) (?P<text>.*)"))
BY_STATUS = Sip2Dialect(sign_in_message=SignInMessage.PATRON_STATUS)


def _install() -> None:
    """Make the peer's environment, unless it stands as requirements.txt says."""
    wanted = hashlib.sha256((HERE / "requirements.txt").read_bytes()).hexdigest()
    stamp = ENVIRONMENT / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    requirements = ["--require-hashes", "-r", str(HERE / "requirements.txt")]
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv:
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(ENVIRONMENT)], check=True)
        subprocess.run([uv, "pip", "install", "-q", "--python", str(PYTHON), *requirements], check=True)
    else:
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        # The file names every package, so pip need not resolve; and most of them are never imported, so never compiled.
        options = ["-q", "--no-deps", "--no-compile"]
        subprocess.run([str(PYTHON), "-m", "pip", "install", *options, *requirements], check=True)
    stamp.write_text(wanted)


@dataclass(frozen=True, slots=True)
class Peer:
    port: int
    book: Path

    def connect(self, *, password: str = "sandbox-secret", dialect: Sip2Dialect = ITEMISED) -> Sip2Library:
        return Sip2Library(
            host="127.0.0.1", port=self.port, login="torget", password=password, institution="HELLE", dialect=dialect
        )

    def booked(self, card_number: str) -> list[str]:
        """The amounts that the peer's own book has for a card."""
        rows = self.book.read_text().splitlines() if self.book.exists() else []
        return [row.split()[1] for row in rows if row.split()[0] == card_number]


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    _install()
    book = tmp_path_factory.mktemp("invenio") / "book.txt"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    log = book.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(PYTHON), str(HERE / "server.py"), str(port), str(book)], stdout=output, stderr=output
        )
        try:
            _wait_for(port, process, log)
            yield Peer(port, book)
        finally:
            # Its ledger is in memory, so there is nothing that an orderly end would save.
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"the peer did not start:\n{log.read_text()}")


def _order(card_number: str, *lines: tuple[str, int]) -> RegistrationOrder:
    return RegistrationOrder(
        marker="peer-1",
        marker_number=1,
        patron_reference=card_number,
        card_number=card_number,
        lines=tuple(RegistrationLine(fee_reference=fee, amount=Money(cents)) for fee, cents in lines),
    )


def test_the_right_pin_signs_in_with_the_name_in_utf8(peer: Peer) -> None:
    patron = peer.connect().authenticate(card_number=READER, pin=PIN)
    assert (patron.card_number, patron.name) == (READER, NAME)


@pytest.mark.parametrize(("card_number", "pin"), [(READER, "9999"), ("nosuch", PIN)])
def test_a_wrong_pin_and_an_unknown_card_are_refused(peer: Peer, card_number: str, pin: str) -> None:
    with pytest.raises(WrongCredentials):
        peer.connect().authenticate(card_number=card_number, pin=pin)


def test_an_answer_without_cq_signs_nobody_in(peer: Peer) -> None:
    with pytest.raises(LibrarySystemUnavailable):
        peer.connect(dialect=BY_STATUS).authenticate(card_number=READER, pin=PIN)


def test_a_wrong_sign_in_of_our_own_is_unavailable(peer: Peer) -> None:
    with pytest.raises(LibrarySystemUnavailable):
        peer.connect(password="other").account(patron_reference=READER, card_number=READER)


def test_fees_are_read_line_by_line(peer: Peer) -> None:
    fees = peer.connect().account(patron_reference=READER, card_number=READER).fees
    assert [(fee.reference, fee.outstanding.cents) for fee in fees] == [("f1", 240), ("f2", 1500), ("f3", 300)]


def test_an_unknown_patron_is_not_found(peer: Peer) -> None:
    with pytest.raises(PatronNotFound):
        peer.connect().account(patron_reference="nosuch", card_number="nosuch")


def test_more_than_is_owed_is_refused_unsent(peer: Peer) -> None:
    assert peer.connect().register(_order(READER, ("f1", 241))).outcome is RegistrationOutcome.REFUSED
    assert not peer.booked(READER)


def test_everything_is_paid_by_one_message_and_only_once(peer: Peer) -> None:
    library = peer.connect()
    order = _order(PAYER, ("f4", 240), ("f5", 1500), ("f6", 300))
    assert library.register(order).outcome is RegistrationOutcome.BOOKED
    assert peer.booked(PAYER) == ["20.40"]
    assert not library.account(patron_reference=PAYER, card_number=PAYER).fees
    assert library.register(order).outcome is RegistrationOutcome.REFUSED
    assert peer.booked(PAYER) == ["20.40"]


def test_ten_cents_are_ten_cents(peer: Peer) -> None:
    assert peer.connect().register(_order(CENTS_PAYER, ("f7", 10))).outcome is RegistrationOutcome.BOOKED
    assert peer.booked(CENTS_PAYER) == ["0.10"]
