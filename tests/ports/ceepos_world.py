"""Ceepos' sandbox as a world of the suite."""

from tests.ports.hosted_world import HostedWorld
from torget.connectors.payment_providers.ceepos.provider import Ceepos
from torget.payments.core.ports import PaymentProvider
from torget.sandbox.ceepos.vendor import VENDOR
from torget.sandbox.providers.merchants import Merchant

VERSION_3, VERSION_2, STRANGER = "examplecom", "kirjasto2", "toinen"


class CeeposWorld(HostedWorld):
    vendor = VENDOR

    def __init__(self, account: str = VERSION_3) -> None:
        super().__init__(account, STRANGER)

    def connect(self, merchant: Merchant) -> PaymentProvider:
        return Ceepos(
            account=merchant.account,
            secret=merchant.secret,
            base_url="",
            api_version=merchant.more.get("api_version", "3.0.5"),
            client=self.client,
        )
