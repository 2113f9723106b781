"""What is wrong on the way to an outside system is told apart: name, connection, certificate, clock."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from werkzeug import Request, Response
from werkzeug.serving import make_server

from torget.connectors.diagnosis import Trouble, diagnose
from torget.sandbox.server import serving

NOW = datetime.now(UTC)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(folder: Path, *, first: datetime, last: datetime, host: str) -> tuple[Path, Path]:
    """A server's certificate by an authority of our own; the authority's, and the server's with its key."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    made = []
    for key, name, is_authority in ((keys[0], "authority", True), (keys[1], host, False)):
        builder = x509.CertificateBuilder(
            _name("authority"), _name(name), key.public_key(), x509.random_serial_number()
        )
        builder = builder.not_valid_before(NOW - timedelta(days=99) if is_authority else first)
        builder = builder.not_valid_after(NOW + timedelta(days=99) if is_authority else last)
        builder = builder.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        made.append(builder.sign(keys[0], hashes.SHA256()))
    authority, server = folder / "authority.pem", folder / "server.pem"
    authority.write_bytes(made[0].public_bytes(Encoding.PEM))
    secret = keys[1].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    server.write_bytes(secret + made[1].public_bytes(Encoding.PEM))
    return authority, server


@contextmanager
def _served(server_file: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server_file)

    def answer(environ: object, start: object) -> object:
        return Response("here")(environ, start)  # type: ignore[arg-type]

    server = make_server("127.0.0.1", 0, answer, ssl_context=context)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("first", "last", "host", "expected"),
    [
        (-30, -1, "localhost", Trouble.CERTIFICATE_EXPIRED),
        (1, 30, "localhost", Trouble.CERTIFICATE_NOT_YET_VALID),
        (-1, 30, "elsewhere.example", Trouble.CERTIFICATE_NOT_BELIEVED),
        (-1, 30, "localhost", None),
    ],
)
def test_a_certificate(tmp_path: Path, first: int, last: int, host: str, expected: Trouble | None) -> None:
    authority, server = _certificate(
        tmp_path, first=NOW + timedelta(days=first), last=NOW + timedelta(days=last), host=host
    )
    with _served(server) as url:
        found = diagnose(url, context=ssl.create_default_context(cafile=str(authority)))
        assert (found.host, found.trouble) == ("localhost", expected)
        assert diagnose(url).trouble is Trouble.CERTIFICATE_NOT_BELIEVED


def _says(status: int, **headers: str) -> object:
    @Request.application
    def app(_request: Request) -> Response:
        return Response("here", status, headers=headers)

    return app


def test_a_clock_that_is_minutes_off_and_an_error_of_theirs() -> None:
    with serving(_says(404)) as url:  # type: ignore[arg-type]
        assert diagnose(url).trouble is None
        found = diagnose(url, now=datetime.now(UTC) - timedelta(minutes=5))
        assert found.trouble is Trouble.CLOCK
        assert 290 < int(found.detail) < 310
    with serving(_says(503)) as url:  # type: ignore[arg-type]
        assert diagnose(url).trouble is Trouble.SERVER_ERROR


def test_nobody_there_and_no_such_name() -> None:
    with serving(_says(200)) as url:  # type: ignore[arg-type]
        pass
    assert diagnose(url).trouble is Trouble.NO_CONNECTION
    assert diagnose("https://no-such-host.invalid/").trouble in (Trouble.NO_SUCH_NAME, Trouble.NO_CONNECTION)
