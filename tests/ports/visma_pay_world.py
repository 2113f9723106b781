"""Visma Pay's sandbox as a world of the suite."""

from tests.ports.hosted_world import HostedWorld
from torget.connectors.payment_providers.visma_pay.provider import VismaPay
from torget.payments.core.ports import PaymentProvider
from torget.sandbox.providers.merchants import Merchant
from torget.sandbox.visma_pay.vendor import VENDOR

ACCOUNT, STRANGER = "TESTAPIKEY", "toinenavain"


class VismaPayWorld(HostedWorld):
    vendor = VENDOR

    def __init__(self) -> None:
        super().__init__(ACCOUNT, STRANGER)

    def connect(self, merchant: Merchant) -> PaymentProvider:
        return VismaPay(
            account=merchant.account,
            secret=merchant.secret,
            base_url="",
            client=self.client,
            now=self.sandbox.clock.now,
        )
