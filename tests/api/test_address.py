"""Where a webhook may go: never inside, by whatever name or disguise, and only where its name led when judged."""

import ipaddress
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from tests.api.receiver import receiving
from torget.casework.decisions.seal import make_test_seal
from torget.payments.api.webhooks.address import AddressRefused, check_url, is_allowed
from torget.payments.api.webhooks.send import send

INSIDE = (
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("224.0.0.1", "239.255.255.250", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1"),
    *("::", "::1", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1"),
    # An IPv4 address inside: mapped, NAT64, 6to4, Teredo.
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::1", "2001:0:a00:1::f5ff:fffe"),
)


@pytest.mark.parametrize("text", INSIDE)
def test_nothing_inside_is_called(text: str) -> None:
    assert not is_allowed(ipaddress.ip_address(text), loopback=False)


@pytest.mark.parametrize("text", ["193.166.3.2", "8.8.8.8", "2001:708:10:9::20:2"])
def test_the_public_net_is(text: str) -> None:
    assert is_allowed(ipaddress.ip_address(text), loopback=False)


def test_the_setting_for_development_opens_this_machine_and_no_other() -> None:
    assert is_allowed(ipaddress.ip_address("127.0.0.1"), loopback=True)
    assert is_allowed(ipaddress.ip_address("::1"), loopback=True)
    for text in ("10.0.0.1", "169.254.169.254", "::ffff:10.0.0.1"):
        assert not is_allowed(ipaddress.ip_address(text), loopback=True)
    check_url("http://127.0.0.1:8000/hook", loopback=True)
    for url in ("http://finna.example.fi/", "http://10.0.0.1/"):
        with pytest.raises(AddressRefused):
            check_url(url, loopback=True)


def _answers(host: str, *addresses: str) -> Any:
    """The system's resolver, with one name of our own; it counts how often that is asked."""
    real, asked = socket.getaddrinfo, []

    def getaddrinfo(name: Any, port: Any, *rest: Any, **named: Any) -> Any:
        if name != host:
            return real(name, port, *rest, **named)
        asked.append(name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return getaddrinfo, asked


@pytest.mark.parametrize("addresses", [("10.0.0.1",), ("193.166.3.2", "10.0.0.1"), ("127.0.0.1",)])
def test_a_name_with_one_foot_inside_is_refused(monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]) -> None:
    resolver, asked = _answers("hooks.example.fi", *addresses)
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    outcome = send(url="https://hooks.example.fi/", headers={}, body="{}")
    assert (outcome.trouble, outcome.status) == ("refused", None)
    assert len(asked) == 1


def test_a_name_is_asked_once_and_the_call_goes_where_it_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver, asked = _answers("localhost", "127.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with override_settings(WEBHOOK_LOOPBACK=True), receiving() as receiver:
        url = receiver.url.replace("127.0.0.1", "localhost")
        assert send(url=url, headers={}, body="{}").status == 204
    assert len(asked) == 1
    assert receiver.got[0][0]["host"].startswith("localhost:")


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with override_settings(WEBHOOK_LOOPBACK=True), receiving() as proxy, receiving() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert send(url=receiver.url, headers={}, body="{}").status == 204
        assert proxy.got == []


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    make_test_seal(tmp_path, "Somebody")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "seal.pem", tmp_path / "seal-key.pem")
    with override_settings(WEBHOOK_LOOPBACK=True), receiving(context) as receiver:
        outcome = send(url=receiver.url, headers={}, body="{}")
    assert (outcome.trouble, outcome.status, receiver.got) == ("not_reached", None, [])
