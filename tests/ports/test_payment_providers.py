"""Every payment provider through the one suite; a new one adds its world to the list."""

from collections.abc import Iterator

import pytest

from tests.ports.ceepos_world import VERSION_2, VERSION_3, CeeposWorld
from tests.ports.fake_provider import FakeWorld
from tests.ports.mobilepay_world import MobilePayWorld
from tests.ports.payment_provider_suite import PaymentProviderSuite, PaymentProviderWorld
from tests.ports.paytrail_world import AGGREGATE, ORDINARY, SUOMI_FI, PaytrailWorld
from tests.ports.stripe_world import StripeWorld
from tests.ports.visma_pay_world import VismaPayWorld


class TestFake(PaymentProviderSuite):
    """The suite itself: what it asks for can be kept."""

    @pytest.fixture
    def world(self) -> PaymentProviderWorld:
        return FakeWorld()


class TestPaytrail(PaymentProviderSuite):
    @pytest.fixture(params=[ORDINARY, AGGREGATE, SUOMI_FI], ids=["ordinary", "aggregate", "suomi_fi"])
    def world(self, request: pytest.FixtureRequest) -> Iterator[PaymentProviderWorld]:
        world = PaytrailWorld(request.param)
        yield world
        world.close()


class TestCeepos(PaymentProviderSuite):
    @pytest.fixture(params=[VERSION_3, VERSION_2], ids=["3.0.5", "2.1.2"])
    def world(self, request: pytest.FixtureRequest) -> Iterator[PaymentProviderWorld]:
        world = CeeposWorld(request.param)
        yield world
        world.close()


class TestVismaPay(PaymentProviderSuite):
    @pytest.fixture
    def world(self) -> Iterator[PaymentProviderWorld]:
        world = VismaPayWorld()
        yield world
        world.close()


class TestMobilePay(PaymentProviderSuite):
    @pytest.fixture
    def world(self) -> Iterator[PaymentProviderWorld]:
        world = MobilePayWorld()
        yield world
        world.close()


class TestStripe(PaymentProviderSuite):
    @pytest.fixture
    def world(self) -> Iterator[PaymentProviderWorld]:
        world = StripeWorld()
        yield world
        world.close()
