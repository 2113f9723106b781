"""The wire between a connector and its provider at its worst: certificates, sizes, redirects and nonsense."""

import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.ports.fake_provider import FakeWorld
from tests.ports.payment_provider_suite import new_order
from torget.connectors.http import ANSWER_BYTES_MAX, CONNECT_SECONDS
from torget.connectors.payment_providers.ceepos.provider import Ceepos
from torget.connectors.payment_providers.mobilepay.provider import MobilePay
from torget.connectors.payment_providers.stripe.provider import Stripe
from torget.connectors.payment_providers.visma_pay.provider import VismaPay
from torget.payments.core.ports import PaymentProvider, ProviderUnavailable

Make = Callable[[str, httpx.Client | None], PaymentProvider]
PROVIDERS: dict[str, Make] = {
    "ceepos": lambda url, client: Ceepos(account="a", secret="b", base_url=url, client=client),
    "visma_pay": lambda url, client: VismaPay(account="a", secret="b", base_url=url, client=client),
    "mobilepay": lambda url, client: MobilePay(
        account="123456", secret="a", client_id="b", subscription_key="c", base_url=url, client=client
    ),
    "stripe": lambda url, client: Stripe(account="acct_a", secret="sk_b", base_url=url, client=client),
}
EACH = pytest.mark.parametrize("name", PROVIDERS)
ANSWERS: dict[str, Callable[[httpx.Request], httpx.Response]] = {
    "no JSON": lambda _: httpx.Response(200, content=b"<html>"),
    "half a letter": lambda _: httpx.Response(200, content=b'{"a": "\xc3"}'),
    "a list": lambda _: httpx.Response(200, json=[]),
    "nothing": lambda _: httpx.Response(200),
    "a repeated key": lambda _: httpx.Response(200, content=b'{"result": 1, "result": 0, "token": "x"}'),
    "deep": lambda _: httpx.Response(200, content=b"[" * 200_000),
    "too large": lambda _: httpx.Response(200, content=b" " * (ANSWER_BYTES_MAX + 1)),
    "a redirect": lambda _: httpx.Response(302, headers={"location": "https://evil.example/"}),
    "an evil page": lambda _: httpx.Response(
        200,
        json={
            "result": 0,
            "token": "../../evil",
            "Status": 2,
            "Id": "x",
            "PaymentAddress": "javascript:alert(1)",
            "access_token": "t",
            "expires_in": "3600",
            "redirectUrl": "http://evil.example",
            "reference": "x",
            "id": "cs_1",
            "object": "checkout.session",
            "url": "http://evil.example",
            "client_reference_id": "x",
        },
    ),
}


@EACH
@pytest.mark.parametrize("what", ANSWERS)
def test_an_answer_that_is_none_sends_nobody_anywhere(name: str, what: str) -> None:
    with httpx.Client(transport=httpx.MockTransport(ANSWERS[what]), base_url="https://x.example") as client:
        provider = PROVIDERS[name]("https://x.example", client)
        with pytest.raises(ProviderUnavailable):
            provider.create(new_order(FakeWorld()))


def certificate(folder: Path, *, ends_in_days: int) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    now = dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=30))
        .not_valid_after(now + dt.timedelta(days=ends_in_days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_file, key_file


class Refusing(BaseHTTPRequestHandler):
    """Answers every call with Ceepos' word for a faulty request."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"Status": 99}')

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def over_tls(folder: Path, *, ends_in_days: int) -> Iterator[tuple[str, ssl.SSLContext]]:
    """A server with its own certificate, and a client's trust in it."""
    certificate_file, key_file = certificate(folder, ends_in_days=ends_in_days)
    server = HTTPServer(("127.0.0.1", 0), Refusing)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_file, key_file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}", ssl.create_default_context(cafile=str(certificate_file))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(("ends_in_days", "is_reached"), [(-1, False), (30, True)])
def test_an_expired_certificate_is_no_provider(tmp_path: Path, ends_in_days: int, is_reached: bool) -> None:
    with over_tls(tmp_path, ends_in_days=ends_in_days) as (url, trust):
        client = httpx.Client(base_url=url, verify=trust, timeout=CONNECT_SECONDS, trust_env=False)
        with client, pytest.raises(Exception, match="99" if is_reached else "ConnectError"):
            PROVIDERS["ceepos"](url, client).create(new_order(FakeWorld()))


@EACH
def test_a_certificate_of_nobody_is_no_provider(tmp_path: Path, name: str) -> None:
    with over_tls(tmp_path, ends_in_days=30) as (url, _), pytest.raises(ProviderUnavailable, match="ConnectError"):
        PROVIDERS[name](url, None).create(new_order(FakeWorld()))
