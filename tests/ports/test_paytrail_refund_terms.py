"""What Paytrail can do for each method of payment: told before asking, and kept by the sandbox."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.ports.payment_provider_suite import new_order, new_refund
from tests.ports.paytrail_world import PaytrailWorld
from torget.foundation.core.money import Money
from torget.payments.core.giving_back import RefundTerms
from torget.payments.core.ports import CreatedPayment, PaymentOrder, ProviderRefused, RefundStatus


@pytest.fixture
def world() -> Iterator[PaytrailWorld]:
    made = PaytrailWorld()
    yield made
    made.close()


def paid_by(world: PaytrailWorld, method: str) -> tuple[PaymentOrder, CreatedPayment]:
    order = new_order(world)
    created = world.provider.create(order)
    world.outcome(created, outcome="pay", method=method)
    return order, created


@pytest.mark.parametrize(
    ("method", "terms"),
    [
        ("spankki", RefundTerms(by_email=True)),
        ("alandsbanken", RefundTerms(by_email=True)),
        ("nordea", RefundTerms(once_only=True, days_max=91)),
        ("osuuspankki", RefundTerms()),
        ("a-new-one", RefundTerms()),
    ],
)
def test_terms_by_method(world: PaytrailWorld, method: str, terms: RefundTerms) -> None:
    assert world.provider.refund_terms(method=method) == terms


def test_by_email_nobody_is_told_how_it_ends(world: PaytrailWorld) -> None:
    order, created = paid_by(world, "spankki")
    refund = new_refund(order, created, order.amount)
    with pytest.raises(ProviderRefused):
        world.provider.refund(refund)
    answer = world.provider.refund(replace(refund, email="patron@example.fi"))
    assert answer.status is RefundStatus.PENDING
    assert answer.provider_reference
    world.days_pass(3)
    assert world.refund_callbacks() == ()
    assert world.refunded_in_their_books(created.provider_reference) == order.amount


def test_once_and_not_too_late(world: PaytrailWorld) -> None:
    order, created = paid_by(world, "nordea")
    assert world.provider.refund(new_refund(order, created, Money(1))).status is RefundStatus.REFUNDED
    with pytest.raises(ProviderRefused):
        world.provider.refund(new_refund(order, created, Money(1)))
    order, created = paid_by(world, "nordea")
    world.days_pass(92)
    with pytest.raises(ProviderRefused):
        world.provider.refund(new_refund(order, created, order.amount))
