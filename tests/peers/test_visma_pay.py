"""Visma Pay's own client for Node, unchanged, as a shop against our sandbox, and as a judge of what it is told.

Its reader takes the last of a repeated key and any code that is rightly signed; the connector is stricter than it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.peers.node import node
from tests.ports.hosted_world import message_of_url
from torget.connectors.payment_providers.visma_pay.provider import VismaPay
from torget.payments.core.ports import BadMessage
from torget.sandbox.providers.sandbox import ProviderSandbox
from torget.sandbox.server import serving
from torget.sandbox.visma_pay.messages import HOSTILE
from torget.sandbox.visma_pay.vendor import VENDOR

HERE = Path(__file__).parent / "visma_pay"
STRICTER = {"duplicate_key", "maintenance"}


@pytest.fixture(scope="module")
def seen() -> Iterator[dict[str, Any]]:
    """What the client's shop saw on its round through the sandbox."""
    with ProviderSandbox(VENDOR, is_http_allowed=True, dispatches=False, seed=1) as sandbox, serving(sandbox) as url:
        host = url.removeprefix("http://")
        yield node(HERE, "shop.js", host, "TESTAPIKEY", "private_key", json.dumps(sorted(HOSTILE)))


def test_a_payment_from_creation_to_a_part_refund(seen: dict[str, Any]) -> None:
    assert (seen["created"], seen["page"], seen["before"]) == (0, 200, 2)
    assert seen["returned"] is True
    assert (seen["paid"]["result"], seen["paid"]["settled"], seen["payment"]) == (0, 1, 2000)
    assert (seen["part"], seen["tooMuch"]) == (0, 1)


def test_the_sandbox_refuses_what_the_api_refuses(seen: dict[str, Any]) -> None:
    assert (seen["again"], seen["wrongKey"]) == (2, 1)


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_the_connector_judges_as_the_client_does(seen: dict[str, Any], name: str) -> None:
    connector = VismaPay(account="TESTAPIKEY", secret="private_key", base_url="https://x.example")
    one = seen["hostile"][name]
    try:
        connector.read_message(message_of_url(one["url"]))
        believed = True
    except BadMessage:
        believed = False
    assert believed == (one["isBelieved"] and name not in STRICTER)
