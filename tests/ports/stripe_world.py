"""Stripe's sandbox as a world of the suite."""

from tests.ports.hosted_world import HostedWorld
from torget.connectors.payment_providers.stripe.provider import Stripe
from torget.payments.core.ports import PaymentProvider
from torget.sandbox.providers.merchants import Merchant
from torget.sandbox.stripe.vendor import VENDOR

ACCOUNT, SAME_PLATFORM, STRANGER = "acct_first", "acct_second", "acct_elsewhere"


class StripeWorld(HostedWorld):
    vendor = VENDOR
    signed_headers: tuple[str, ...] = ("stripe-signature",)

    def __init__(self) -> None:
        super().__init__(ACCOUNT, STRANGER)

    def connect(self, merchant: Merchant) -> PaymentProvider:
        return Stripe(
            account=merchant.account,
            secret=merchant.secret,
            webhook_secret=merchant.more["webhook_secret"],
            base_url="",
            client=self.client,
            now=self.sandbox.clock.now,
        )
