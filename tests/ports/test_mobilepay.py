"""Vipps MobilePay: its webhooks' signature, the sandbox's worst days, and its keys and clocks."""

import dataclasses
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.ports.mobilepay_world import ACCOUNT, MobilePayWorld
from tests.ports.payment_provider_suite import new_order, new_refund, paid
from torget.connectors.payment_providers.mobilepay.access import Access, Keys
from torget.connectors.payment_providers.mobilepay.provider import MobilePay
from torget.connectors.payment_providers.mobilepay.signature import BadSignature, verify
from torget.foundation.core.money import Money
from torget.payments.core.ports import BadMessage, IncomingMessage, PaymentStatus, ProviderRefused, ProviderUnavailable
from torget.sandbox.mobilepay.events import HOSTILE, NOTHING_TO_US
from torget.sandbox.mobilepay.signing import signed_headers

TOLD_AS_IT_IS = ("signed_other_amount", "signed_other_currency", "signed_other_reference")
BAD = tuple(name for name in HOSTILE if name not in {*NOTHING_TO_US, *TOLD_AS_IT_IS})


@pytest.fixture
def world() -> Iterator[MobilePayWorld]:
    world = MobilePayWorld()
    yield world
    world.close()


def provider_of(world: MobilePayWorld) -> MobilePay:
    assert isinstance(world.provider, MobilePay)
    return world.provider


@given(some.text(some.characters(codec="ascii", min_codepoint=33), min_size=1, max_size=20), some.binary(max_size=60))
def test_the_sandbox_and_the_connector_agree(secret: str, body: bytes) -> None:
    headers = signed_headers(secret, "https://x.example/a/b/?c=1", body, "Tue, 24 Nov 2026 10:00:00 GMT")
    found = {**headers, "host": "x.example"}
    verify(secret, path="/a/b/?c=1", headers=found, body=body)
    wrong = [
        (secret + "x", "/a/b/?c=1", found, body),
        (secret, "/a/b/", found, body),
        (secret, "/a/b/?c=1", {**found, "host": "y.example"}, body),
        (secret, "/a/b/?c=1", {**found, "x-ms-date": "Tue, 24 Nov 2026 10:00:01 GMT"}, body),
        (secret, "/a/b/?c=1", found, body + b" "),
    ]
    for key, path, changed, content in wrong:
        with pytest.raises(BadSignature):
            verify(key, path=path, headers=changed, body=content)


@pytest.mark.parametrize("name", BAD)
def test_a_hostile_webhook_changes_nothing(world: MobilePayWorld, name: str) -> None:
    hostile, true = world.outcome(world.provider.create(new_order(world)), outcome="pay", hostile=[name]).callbacks
    with pytest.raises(BadMessage):
        provider_of(world).read_account_message(hostile)
    assert world.provider.read_message(true).status is PaymentStatus.RESERVED


@pytest.mark.parametrize("name", NOTHING_TO_US)
def test_what_is_nothing_to_us_is_heard(world: MobilePayWorld, name: str) -> None:
    hostile, _ = world.outcome(world.provider.create(new_order(world)), outcome="pay", hostile=[name]).callbacks
    assert provider_of(world).read_account_message(hostile) is None


def test_what_is_signed_but_not_as_ordered_is_told_as_it_is(world: MobilePayWorld) -> None:
    def told(name: str) -> tuple[Money | None, str, str]:
        created = world.provider.create(new_order(world))
        said = world.provider.read_message(world.outcome(created, outcome="pay", hostile=[name]).callbacks[0])
        return said.amount, said.currency, said.stamp

    assert told("signed_other_amount")[0] == Money(1091)
    assert told("signed_other_currency")[1] == "NOK"
    assert told("signed_other_reference")[2] == "somebody-elses"


def test_without_a_registered_webhook_nothing_is_believed(world: MobilePayWorld) -> None:
    message = world.choose(world.provider.create(new_order(world)), "pay").callbacks[0]
    deaf = MobilePay(account=ACCOUNT, secret="x", client_id="x", subscription_key="x", base_url="", client=world.client)
    with pytest.raises(BadMessage):
        deaf.read_message(message)
    with pytest.raises(BadMessage):
        world.provider.read_message(dataclasses.replace(message, method="PUT"))


def test_an_expired_page_is_expired(world: MobilePayWorld) -> None:
    created = world.provider.create(new_order(world))
    (told,) = world.outcome(created, outcome="expire").callbacks
    assert world.provider.read_message(told).status is PaymentStatus.EXPIRED
    assert world.provider.status(provider_reference=created.provider_reference).status is PaymentStatus.EXPIRED


def test_a_lost_answer_to_a_capture_captures_once(world: MobilePayWorld) -> None:
    order = new_order(world)
    created = world.provider.create(order)
    world.choose(created, "pay")
    world.next_call_fails("answer_lost")
    for _ in range(2):
        try:
            provider_of(world).capture(provider_reference=created.provider_reference, amount=order.amount)
        except ProviderUnavailable:
            continue
    assert world.provider.status(provider_reference=created.provider_reference).status is PaymentStatus.PAID
    assert [one.label for one in world.drain()] == ["captured"]


def test_a_lost_answer_to_a_refund_pays_back_once(world: MobilePayWorld) -> None:
    order = new_order(world)
    created = paid(world, order)
    refund = new_refund(order, created, order.amount)
    world.next_call_fails("answer_lost")
    with pytest.raises(ProviderUnavailable):
        world.provider.refund(refund)
    assert world.provider.refund(refund).provider_reference == refund.refund_stamp
    assert world.refunded_in_their_books(created.provider_reference) == order.amount
    assert len(world.refund_callbacks()) == 1


def test_a_token_that_is_gone_is_fetched_anew(world: MobilePayWorld) -> None:
    world.provider.create(new_order(world))
    world.sandbox.knobs.turn(outage={"kind": "token_gone", "count": 1, "on": "create"})
    assert world.provider.create(new_order(world)).pay_url


@pytest.mark.parametrize("wrong", ["secret", "client_id", "subscription_key"])
def test_wrong_credentials_are_refused(world: MobilePayWorld, wrong: str) -> None:
    more = world.merchant(ACCOUNT).more
    keys = {
        "secret": world.merchant(ACCOUNT).secret,
        "client_id": more["client_id"],
        "subscription_key": more["subscription_key"],
        wrong: "not-it",
    }
    provider = MobilePay(
        account=ACCOUNT,
        secret=keys["secret"],
        client_id=keys["client_id"],
        subscription_key=keys["subscription_key"],
        base_url="",
        client=world.client,
    )
    with pytest.raises(ProviderRefused, match="401"):
        provider.create(new_order(world))


def test_too_many_requests_is_no_refusal(world: MobilePayWorld) -> None:
    world.sandbox.knobs.turn(outage={"kind": "too_many", "count": 1})
    with pytest.raises(ProviderUnavailable, match="429"):
        world.provider.create(new_order(world))


def test_a_token_is_kept_by_our_own_running_time() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={"expires_in": "3600", "access_token": f"token-{len(asked)}"})

    running = [0.0]
    keys = Keys(merchant_serial_number="123456", client_id="a", client_secret="b", subscription_key="c")
    with httpx.Client(transport=httpx.MockTransport(answer), base_url="https://x.example") as client:
        access = Access(client, keys, now=lambda: running[0])
        seen = [access.headers()["authorization"]]
        for moment in (3539.0, 3541.0):
            running[0] = moment
            seen.append(access.headers()["authorization"])
    assert seen == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"access_token": 1}', b'{"access_token": "a\\nb", "expires_in": "9"}']
)
def test_a_token_of_no_form_is_no_token(content: bytes) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=content))
    keys = Keys(merchant_serial_number="123456", client_id="a", client_secret="b", subscription_key="c")
    client = httpx.Client(transport=transport, base_url="https://x.example")
    with client, pytest.raises(ProviderUnavailable):
        Access(client, keys).headers()


def test_an_account_is_the_number_of_a_sales_unit() -> None:
    for account, is_aggregate in (("abc", False), ("123456", True)):
        with pytest.raises(ValueError, match="sales unit"):
            MobilePay(
                account=account,
                secret="a",
                client_id="b",
                subscription_key="c",
                base_url="https://x.example",
                is_aggregate=is_aggregate,
            )


def test_an_empty_message_is_nobodys(world: MobilePayWorld) -> None:
    with pytest.raises(BadMessage):
        provider_of(world).read_account_message(IncomingMessage(method="POST", query=(), body=b"{}"))
