"""Vipps MobilePay's sandbox as a world of the suite."""

from tests.ports.hosted_world import HostedWorld
from torget.connectors.payment_providers.mobilepay.provider import MobilePay
from torget.payments.core.ports import PaymentProvider
from torget.sandbox.mobilepay.vendor import VENDOR
from torget.sandbox.providers.merchants import Merchant

ACCOUNT, STRANGER = "123456", "654321"


class MobilePayWorld(HostedWorld):
    vendor = VENDOR
    signed_headers: tuple[str, ...] = ("authorization", "x-ms-date", "x-ms-content-sha256", "host")

    def __init__(self) -> None:
        super().__init__(ACCOUNT, STRANGER)

    def connect(self, merchant: Merchant) -> PaymentProvider:
        return MobilePay(
            account=merchant.account,
            secret=merchant.secret,
            client_id=merchant.more["client_id"],
            subscription_key=merchant.more["subscription_key"],
            webhook_secret=merchant.more["webhook_secret"],
            base_url="",
            client=self.client,
        )
