"""Answers that are too long, too slow, too deep or no JSON: each is a named failure, and soon."""

import time
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from torget.connectors.json_http import JsonClient, NeverSent, NoAnswer, NotJson
from torget.connectors.library_systems.amounts import NotAnAmount, read_cents
from torget.sandbox.server import serving

BODIES: dict[str, bytes] = {
    "/deep": b"[" * 200_000,
    "/nan": b'{"amount": NaN}',
    "/html": b"<html>",
    "/list": b"[1]",
    "/exact": b'{"amount": 2.550}',
    "/empty": b"",
    "/latin": b'"\xe4"',
}


def _app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    start_response("200 OK", [("Content-Type", "application/json")])
    if path == "/endless":
        return (b" " * 65536 for _ in range(10_000))
    if path == "/drip":
        return _drip()
    return [BODIES[path]]


def _drip() -> Iterator[bytes]:
    for _ in range(100):
        time.sleep(0.1)
        yield b" "


@pytest.fixture(scope="module")
def client() -> Iterator[JsonClient]:
    with serving(_app) as url:
        client = JsonClient(url, read_seconds=0.5)
        yield client
        client.close()


@pytest.mark.parametrize("path", ["/endless", "/drip"])
def test_an_answer_without_an_end_is_no_answer(client: JsonClient, path: str) -> None:
    before = time.monotonic()
    with pytest.raises(NoAnswer):
        client.send("GET", path)
    assert time.monotonic() - before < 5


@pytest.mark.parametrize("path", ["/deep", "/nan", "/html", "/empty", "/latin"])
def test_what_is_no_json_is_said_to_be_none(client: JsonClient, path: str) -> None:
    with pytest.raises(NotJson):
        client.send("GET", path).json()


def test_an_object_is_an_object_and_amounts_are_exact(client: JsonClient) -> None:
    with pytest.raises(NotJson):
        client.send("GET", "/list").json_object()
    assert read_cents(client.send("GET", "/exact").json_object()["amount"]).cents == 255


def test_nobody_there_means_never_sent() -> None:
    with pytest.raises(NeverSent):
        JsonClient("http://127.0.0.1:9").send("GET", "/")


@pytest.mark.parametrize("value", [None, True, [], "x", "Infinity", "1e30", 2.5])
def test_what_is_no_amount_is_refused(value: Any) -> None:
    with pytest.raises(NotAnAmount):
        read_cents(value)
