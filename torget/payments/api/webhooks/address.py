"""Where a webhook may go: to the public net over TLS, whatever a name resolves to at the moment of sending.

A name is resolved once, every address it gives is judged, and the connection is made to one of those very addresses; so
no second answer of the name server can lead inside (DNS rebinding). TLS still checks the certificate of the name.
"""

import ipaddress
import socket
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpcore

_resolvers = ThreadPoolExecutor(max_workers=8, thread_name_prefix="resolver")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
URL_LENGTH_MAX = 500

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(Exception):
    """We do not call this; the text says why, in plain words for the log."""


class TimeIsUp(httpcore.TimeoutException):
    """The whole call took too long, however lively each part of it was."""


def _within(address: Address) -> Iterable[Address]:
    """The address, and the IPv4 address that it may carry inside."""
    yield address
    if isinstance(address, ipaddress.IPv6Address):
        carried = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if carried is None and address in _NAT64:
            carried = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if carried is not None:
            yield carried


def is_allowed(address: Address, *, loopback: bool) -> bool:
    """Public unicast alone; `loopback` opens this machine's own addresses, for development and tests."""
    if loopback and address.is_loopback:
        return True
    return all(one.is_global and not one.is_multicast and not one.is_reserved for one in _within(address))


def check_url(url: str, *, loopback: bool) -> None:
    """What can be told of an address without asking anybody. Raise AddressRefused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("it is no address") from None
    host = parts.hostname or ""
    if len(url) > URL_LENGTH_MAX or not host or not url.isascii() or any(letter.isspace() for letter in url):
        raise AddressRefused("it is no address")
    if parts.username is not None or parts.password is not None or parts.fragment or port == 0:
        raise AddressRefused("names, passwords and fragments do not belong into it")
    literal = _literal(host)
    if literal is not None and not is_allowed(literal, loopback=loopback):
        raise AddressRefused("it lies inside a private net")
    is_own = loopback and (host == "localhost" or (literal is not None and literal.is_loopback))
    if parts.scheme != "https" and not (parts.scheme == "http" and is_own):
        raise AddressRefused("it must begin with https://")
    if literal is None and "." not in host and not is_own:
        raise AddressRefused("it lies inside a private net")


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def resolve(host: str, port: int, *, loopback: bool, seconds_max: float = 10.0) -> list[str]:
    """Every address of the name. Raise AddressRefused if one of them is out of bounds, OSError, or TimeIsUp."""
    asked = _resolvers.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        rows = asked.result(timeout=seconds_max)
    except FutureTimeoutError:
        # Only the system's resolver can end its own call; nobody waits for it here.
        raise TimeIsUp("the name server is too slow") from None
    found = [str(row[4][0]) for row in rows]
    for one in found:
        # A zone ("fe80::1%eth0") marks a link-local address, which is refused anyway.
        if not is_allowed(ipaddress.ip_address(one.partition("%")[0]), loopback=loopback):
            raise AddressRefused("the name leads into a private net")
    return list(dict.fromkeys(found))


@dataclass(slots=True)
class _Deadline:
    at: float

    def left(self, timeout: float | None) -> float:
        rest = self.at - time.monotonic()
        if rest <= 0:
            raise TimeIsUp("too slow")
        return min(rest, timeout) if timeout is not None else rest


class _Stream(httpcore.NetworkStream):
    """A connection of which every step is cut off at one common deadline: dripping bytes buys nobody time."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._inner.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _Stream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class GuardedNetwork(httpcore.NetworkBackend):
    """httpcore's way to the net, for one call: judged addresses only, and everything before the deadline."""

    def __init__(self, *, seconds_max: float, loopback: bool) -> None:
        self._inner = httpcore.SyncBackend()
        self._deadline = _Deadline(time.monotonic() + seconds_max)
        self._loopback = loopback

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        failure: Exception | None = None
        for address in resolve(host, port, loopback=self._loopback, seconds_max=self._deadline.left(timeout)):
            try:
                stream = self._inner.connect_tcp(
                    address, port, self._deadline.left(timeout), local_address, socket_options
                )
            except httpcore.ConnectError as error:
                failure = error
                continue
            return _Stream(stream, self._deadline)
        raise failure or httpcore.ConnectError("the name has no address")
