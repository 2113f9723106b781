"""Run our SIP2 connector against invenio-sip2, a server that somebody else wrote: `python -m tests.peers.invenio_sip2`.

The peer is AGPL and wants a stack of its own, so it is installed in an environment of its own (.cache/invenio-sip2),
runs as a process of its own, and nothing of it is imported or copied here. The first run installs it.
"""

import hashlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

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

HERE = Path(__file__).parent
ENVIRONMENT = HERE.parents[2] / ".cache" / "invenio-sip2"
PYTHON = ENVIRONMENT / "bin" / "python"
CARD, PIN, NAME = "20000000000001", "1234", "Äiti Virtanen"
OTHER_CARD = "20000000000002"
START_SECONDS = 60
ITEMISED = Sip2Dialect(fee_pattern=re.compile(r"(?P<id>f[0-9]+) (?P<amount>[0-9]+\.[0-9]{2}) (?P<text>.*)"))
BY_STATUS = Sip2Dialect(sign_in_message=SignInMessage.PATRON_STATUS)


def install() -> None:
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
        subprocess.run([str(PYTHON), "-m", "pip", "install", "-q", *requirements], check=True)
    stamp.write_text(wanted)


@contextmanager
def peer(book: Path) -> Iterator[int]:
    """The port of the running peer."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    log = book.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(PYTHON), str(HERE / "server.py"), str(port), str(book)], stdout=output, stderr=output
        )
        try:
            _wait_for(port, process, log)
            yield port
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
    raise SystemExit(f"the peer did not start:\n{log.read_text()}")


def connect(port: int, *, password: str = "sandbox-secret", dialect: Sip2Dialect = ITEMISED) -> Sip2Library:
    return Sip2Library(
        host="127.0.0.1", port=port, login="torget", password=password, institution="HELLE", dialect=dialect
    )


def order(card_number: str, *lines: tuple[str, int]) -> RegistrationOrder:
    return RegistrationOrder(
        marker="peer-1",
        marker_number=1,
        patron_reference=card_number,
        card_number=card_number,
        lines=tuple(RegistrationLine(fee_reference=fee, amount=Money(cents)) for fee, cents in lines),
    )


def raises(error: type[Exception], call: Callable[[], object]) -> bool:
    try:
        call()
    except error:
        return True
    return False


def checks(port: int, book: Path) -> Iterator[tuple[str, bool]]:
    """What must hold, in order: later lines stand on what earlier ones paid."""
    library = connect(port)
    patron = library.authenticate(card_number=CARD, pin=PIN)
    yield "the right PIN signs in, with the name in UTF-8", (patron.card_number, patron.name) == (CARD, NAME)
    yield "a wrong PIN is refused", raises(WrongCredentials, lambda: library.authenticate(card_number=CARD, pin="9999"))
    yield (
        "an unknown card is refused",
        raises(WrongCredentials, lambda: library.authenticate(card_number="nosuch", pin=PIN)),
    )
    yield (
        "an answer without CQ signs nobody in",
        raises(
            LibrarySystemUnavailable, lambda: connect(port, dialect=BY_STATUS).authenticate(card_number=CARD, pin=PIN)
        ),
    )
    yield (
        "a wrong sign-in of our own is unavailable",
        raises(
            LibrarySystemUnavailable,
            lambda: connect(port, password="other").account(patron_reference=CARD, card_number=CARD),
        ),
    )
    fees = library.account(patron_reference=CARD, card_number=CARD).fees
    yield (
        "fees are read line by line",
        [(fee.reference, fee.outstanding.cents) for fee in fees]
        == [
            ("f1", 240),
            ("f2", 1500),
            ("f3", 300),
        ],
    )
    yield (
        "an unknown patron is not found",
        raises(PatronNotFound, lambda: library.account(patron_reference="nosuch", card_number="nosuch")),
    )
    refused = library.register(order(CARD, ("f1", 241)))
    yield "more than is owed is refused unsent", refused.outcome is RegistrationOutcome.REFUSED
    yield "nothing is booked so far", not book.exists()
    paid = library.register(order(CARD, ("f1", 240), ("f2", 1500), ("f3", 300)))
    yield "everything is paid by one message", paid.outcome is RegistrationOutcome.BOOKED
    yield "the peer's own book has the amount", book.read_text().split() == [CARD, "20.40"]
    yield "nothing is owed any more", not library.account(patron_reference=CARD, card_number=CARD).fees
    again = library.register(order(CARD, ("f1", 240)))
    yield "a second payment is refused", again.outcome is RegistrationOutcome.REFUSED
    other = library.register(order(OTHER_CARD, ("f4", 10)))
    yield "ten cents are ten cents", other.outcome is RegistrationOutcome.BOOKED and book.read_text().endswith("0.10\n")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> int:
    started = time.monotonic()
    install()
    installed = time.monotonic()
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "book.txt"
        with peer(book) as port:
            for name, is_true in checks(port, book):
                say(f"{'ok  ' if is_true else 'FAIL'} {name}")
                passed, failed = passed + is_true, failed + (not is_true)
    ended = time.monotonic()
    say(f"installed in {installed - started:.1f} s, ran in {ended - installed:.1f} s")
    say(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
