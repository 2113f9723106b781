"""One line to a SIP2 server: time limits that hold, answers that belong to the question, and no resend but after 96."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from torget.connectors.library_systems.sip2 import Sip2Dialect
from torget.connectors.library_systems.sip2 import connection as connection_module
from torget.connectors.library_systems.sip2.codec import Message, encode
from torget.connectors.library_systems.sip2.connection import (
    CannotConnect,
    GarbledAnswer,
    LineClosed,
    NoAnswer,
    NotTaken,
    Sip2Connection,
)

QUESTION = Message(command="93", fixed="00", fields=(("CN", "a"),))
YES = Message(command="94", fixed="1", sequence=1)
RESEND = b"96AZFEF6\r\n"


def frame(message: Message, end: bytes = b"\r\n") -> bytes:
    return encode(message, encoding="ascii", terminator=end)


@contextlib.contextmanager
def line(seconds: float = 1.0) -> Iterator[tuple[Sip2Connection, socket.socket]]:
    ours, theirs = socket.socketpair()
    connection = Sip2Connection(line=ours, dialect=Sip2Dialect(), answer_seconds=seconds)
    with theirs:
        try:
            yield connection, theirs
        finally:
            connection.end()


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\r\n\r\n"])
def test_answers_are_parted_whatever_ends_a_line(end: bytes) -> None:
    with line() as (connection, server):
        server.sendall(b"\n" + frame(YES, end) + frame(Message(command="94", fixed="0", sequence=2), end))
        assert connection.ask(QUESTION, expected="94").fixed == "1"
        assert connection.ask(QUESTION, expected="94").fixed == "0"


def test_sequence_numbers_go_round() -> None:
    with line() as (connection, server):
        for number in (*range(1, 10), 0, 1):
            server.sendall(frame(Message(command="94", fixed="1", sequence=number)))
            connection.ask(QUESTION, expected="94")


def test_answer_to_an_earlier_message_is_not_taken() -> None:
    with line() as (connection, server):
        server.sendall(frame(Message(command="94", fixed="1", sequence=7)))
        with pytest.raises(GarbledAnswer, match="another message"):
            connection.ask(QUESTION, expected="94")


def test_server_without_error_detection_is_understood() -> None:
    with line() as (connection, server):
        server.sendall(b"941\r")
        assert connection.ask(QUESTION, expected="94").fixed == "1"


def test_request_to_resend_is_answered_with_the_same_bytes_once() -> None:
    with line() as (connection, server):
        server.sendall(RESEND + frame(YES))
        connection.ask(QUESTION, expected="94")
        first, second, rest = server.recv(4096).split(b"\r")
        assert (first, rest) == (second, b"")
    with line() as (connection, server):
        server.sendall(RESEND * 2)
        with pytest.raises(NotTaken):
            connection.ask(QUESTION, expected="94")
        assert server.recv(4096).count(b"\r") == 2


def test_dripping_answer_does_not_stretch_the_time_limit() -> None:
    with line(seconds=0.3) as (connection, server):
        stop = threading.Event()

        def drip() -> None:
            while not stop.wait(0.02):
                server.sendall(b"9")

        thread = threading.Thread(target=drip)
        thread.start()
        started = time.monotonic()
        with pytest.raises(NoAnswer):
            connection.ask(QUESTION, expected="94")
        assert time.monotonic() - started < 2
        stop.set()
        thread.join()


def test_answer_without_an_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "LONGEST_FRAME_BYTES", 1000)
    with line() as (connection, server):
        server.sendall(b"9" * 2000)
        with pytest.raises(GarbledAnswer, match="without an end"):
            connection.ask(QUESTION, expected="94")


def test_line_that_is_reset_is_closed_not_silent() -> None:
    with line() as (connection, server):
        server.close()
        with pytest.raises(LineClosed):
            connection.ask(QUESTION, expected="94")


def test_what_came_before_a_repeated_answer_is_forgotten() -> None:
    with line(seconds=0.2) as (connection, server):
        server.sendall(b"half an ans")
        with pytest.raises(NoAnswer):
            connection.ask(QUESTION, expected="94")
        server.recv(4096)
        server.sendall(frame(Message(command="94", fixed="1", sequence=0)))
        assert connection.ask_for_last_answer(expected="94").fixed == "1"
        assert server.recv(4096) == b"97AZFEF5\r"


def test_goodbye_waits_for_nobody() -> None:
    ours, theirs = socket.socketpair()
    started = time.monotonic()
    with theirs:
        Sip2Connection(line=ours, dialect=Sip2Dialect()).end(Message(command="35", fixed=" " * 18))
        assert theirs.recv(4096).startswith(b"35")
    assert time.monotonic() - started < 3


# ── TLS ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def make_certificate(folder: Path) -> Path:
    """A key and a certificate for the loopback in one file, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    return path


@pytest.mark.parametrize("is_trusted", [True, False])
def test_tls_speaks_only_with_a_server_it_trusts(tmp_path: Path, is_trusted: bool) -> None:
    pem = make_certificate(tmp_path)
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(pem)
    client_context = ssl.create_default_context(cafile=str(pem) if is_trusted else None)

    def serve(listener: socket.socket) -> None:
        accepted, _ = listener.accept()
        with accepted, contextlib.suppress(OSError), server_context.wrap_socket(accepted, server_side=True) as secure:
            secure.recv(4096)
            secure.sendall(frame(YES))

    with socket.create_server(("localhost", 0), family=socket.AF_INET) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        port = listener.getsockname()[1]
        try:
            if is_trusted:
                connection = Sip2Connection.open(host="localhost", port=port, dialect=Sip2Dialect(), tls=client_context)
                assert connection.ask(QUESTION, expected="94").fixed == "1"
                connection.end()
            else:
                with pytest.raises(CannotConnect, match="TLS"):
                    Sip2Connection.open(host="localhost", port=port, dialect=Sip2Dialect(), tls=client_context)
        finally:
            thread.join()
