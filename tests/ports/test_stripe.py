"""Stripe: its signature against the vendor's own, the sandbox's worst days, and that nothing global is set."""

import dataclasses
import time
from collections.abc import Iterator

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as some

from tests.ports.payment_provider_suite import new_order, new_refund, paid
from tests.ports.stripe_world import ACCOUNT, SAME_PLATFORM, StripeWorld
from torget.connectors.payment_providers.stripe.provider import Stripe
from torget.connectors.payment_providers.stripe.signature import BadSignature, sign, verify
from torget.foundation.core.money import Money
from torget.payments.core.ports import (
    BadMessage,
    PaymentStatus,
    ProviderMessage,
    ProviderRefused,
    ProviderUnavailable,
    RefundStatus,
)
from torget.sandbox.stripe.events import HOSTILE, NOTHING_TO_US

TOLD_AS_IT_IS = tuple(name for name in HOSTILE if name.startswith("signed_"))
BAD = tuple(name for name in HOSTILE if name not in {*NOTHING_TO_US, *TOLD_AS_IT_IS})
NOW = 1_795_514_400


@pytest.fixture
def world() -> Iterator[StripeWorld]:
    world = StripeWorld()
    yield world
    world.close()


def provider_of(world: StripeWorld) -> Stripe:
    assert isinstance(world.provider, Stripe)
    return world.provider


@given(
    some.text(some.characters(codec="utf-8"), max_size=80), some.text("abcdefgh_", min_size=1), some.integers(0, 10**9)
)
def test_the_vendors_own_signature_is_ours(payload: str, secret: str, at: int) -> None:
    header = stripe.WebhookSignature.generate_signature_header(payload, secret, timestamp=at)
    assert header == f"t={at},v1={sign(secret, at=at, body=payload.encode())}"
    verify(secret, header=header, body=payload.encode(), now=at + 299)


@pytest.mark.parametrize(
    "spoilt", ["", "t=1", "v1=ab", "t=1,v1=", "t=x,v1=ab", "t=1,t=2,v1=ab", "t=1,v1=AB", "t=-1,v1=ab"]
)
def test_what_the_vendor_does_not_believe_we_do_not(spoilt: str) -> None:
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(b"{}", spoilt, "whsec_x", 300)
    with pytest.raises(BadSignature):
        verify("whsec_x", header=spoilt, body=b"{}", now=1)


def test_the_vendor_believes_what_our_sandbox_signs(world: StripeWorld) -> None:
    world.sandbox.clock.advance(max(0.0, time.time() - world.sandbox.clock.now()))
    (told,) = world.choose(world.provider.create(new_order(world)), "pay").callbacks
    assert stripe.WebhookSignature.verify_header(told.body, told.headers["stripe-signature"], "whsec_platform", None)


@pytest.mark.parametrize(("skew_seconds", "is_heard"), [(-301, False), (-299, True), (299, True), (301, False)])
def test_a_wrong_clock_hears_no_old_message(skew_seconds: int, is_heard: bool) -> None:
    header = f"t={NOW},v1={sign('whsec_x', at=NOW, body=b'{}')}"
    if is_heard:
        verify("whsec_x", header=header, body=b"{}", now=NOW + skew_seconds)
    else:
        with pytest.raises(BadSignature, match="clocks"):
            verify("whsec_x", header=header, body=b"{}", now=NOW + skew_seconds)


def test_one_of_two_signatures_is_enough_while_a_secret_is_changed() -> None:
    header = f"t={NOW},v1={'0' * 64},v1={sign('whsec_new', at=NOW, body=b'{}')}"
    verify("whsec_new", header=header, body=b"{}", now=NOW)
    with pytest.raises(BadSignature):
        verify("", header=f"t={NOW},v1={sign('', at=NOW, body=b'{}')}", body=b"{}", now=NOW)


@pytest.mark.parametrize("name", BAD)
def test_a_hostile_event_changes_nothing(world: StripeWorld, name: str) -> None:
    hostile, true = world.outcome(world.provider.create(new_order(world)), outcome="pay", hostile=[name]).callbacks
    with pytest.raises(BadMessage):
        provider_of(world).read_account_message(hostile)
    assert world.provider.read_message(true).status is PaymentStatus.PAID


def test_what_is_nothing_to_us_is_heard(world: StripeWorld) -> None:
    created = world.provider.create(new_order(world))
    hostile, _ = world.outcome(created, outcome="pay", hostile=["unknown_event"]).callbacks
    assert provider_of(world).read_account_message(hostile) is None


def test_what_is_signed_but_not_as_ordered_is_told_as_it_is(world: StripeWorld) -> None:
    def told(name: str) -> ProviderMessage:
        created = world.provider.create(new_order(world))
        return world.provider.read_message(world.outcome(created, outcome="pay", hostile=[name]).callbacks[0])

    assert told("signed_other_amount").amount == Money(1091)
    assert told("signed_other_currency").currency == "SEK"
    assert told("signed_other_stamp").stamp == "somebody-elses"
    assert told("signed_other_account").account == "acct_other"


def test_a_platform_hears_of_its_other_accounts_by_name(world: StripeWorld) -> None:
    other = world.connect(world.merchant(SAME_PLATFORM))
    (told,) = world.choose(other.create(new_order(world)), "pay").callbacks
    assert world.provider.read_message(told).account == SAME_PLATFORM


def test_another_account_of_the_platform_does_not_see_the_payment(world: StripeWorld) -> None:
    created = world.provider.create(new_order(world))
    with pytest.raises(ProviderRefused, match="No such"):
        world.connect(world.merchant(SAME_PLATFORM)).status(provider_reference=created.provider_reference)


def test_nothing_global_is_set(world: StripeWorld) -> None:
    world.provider.create(new_order(world))
    assert stripe.api_key is None
    assert stripe.max_network_retries == 2  # the package's own default; ours is told to each client


def test_wrong_credentials_are_refused(world: StripeWorld) -> None:
    for account, secret in ((ACCOUNT, "sk_wrong"), ("acct_elsewhere", "sk_test_platform")):
        wrong = Stripe(account=account, secret=secret, base_url="", client=world.client, now=world.sandbox.clock.now)
        with pytest.raises(ProviderRefused, match="40"):
            wrong.create(new_order(world))


def test_the_same_key_for_another_order_is_refused(world: StripeWorld) -> None:
    order = new_order(world)
    world.provider.create(order)
    with pytest.raises(ProviderRefused, match="key"):
        world.provider.create(dataclasses.replace(order, lines=order.lines[:1]))


def test_slow_down_is_no_refusal(world: StripeWorld) -> None:
    world.sandbox.knobs.turn(outage={"kind": "too_many", "count": 1})
    with pytest.raises(ProviderUnavailable, match="429"):
        world.provider.create(new_order(world))


def test_a_lost_answer_to_a_refund_pays_back_once(world: StripeWorld) -> None:
    order = new_order(world)
    created = paid(world, order)
    refund = new_refund(order, created, order.amount)
    world.sandbox.knobs.turn(outage={"kind": "drop_after", "on": "refund", "count": 1})
    with pytest.raises(ProviderUnavailable):
        world.provider.refund(refund)
    assert world.provider.refund(refund).status is RefundStatus.REFUNDED
    assert world.refunded_in_their_books(created.provider_reference) == order.amount


def test_an_expired_page_is_expired(world: StripeWorld) -> None:
    created = world.provider.create(new_order(world))
    (told,) = world.outcome(created, outcome="expire").callbacks
    assert world.provider.read_message(told).status is PaymentStatus.EXPIRED
    assert world.provider.status(provider_reference=created.provider_reference).status is PaymentStatus.EXPIRED


def test_an_account_is_one_connected_account() -> None:
    for account, is_aggregate in (("abc", False), ("acct_1", True)):
        with pytest.raises(ValueError, match="acct_"):
            Stripe(account=account, secret="a", base_url="https://x.example", is_aggregate=is_aggregate)
