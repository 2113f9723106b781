"""A further provider in a World: its sandbox on a free port, and an account of Hanko's with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client, override_settings

from tests.world import START, World
from torget.foundation.cooperations.models import Municipality
from torget.payments.checkout.credentials import encrypt_credentials
from torget.payments.checkout.models import MerchantAccount
from torget.sandbox.providers.merchants import Merchant
from torget.sandbox.providers.outbox import Callback
from torget.sandbox.providers.sandbox import ProviderSandbox
from torget.sandbox.providers.vendor import Vendor
from torget.sandbox.server import serving


@dataclass
class OtherProvider:
    world: World
    name: str
    sandbox: ProviderSandbox
    account: MerchantAccount

    def at_provider(self, payment_id: int, outcome: str, **knobs: Any) -> str | None:
        """What the payer does on the page; the address to which the browser comes back, if it does."""
        page = self.world.payment(payment_id).pay_url or (self.world.open(payment_id) and self._page(payment_id))
        return self.sandbox.carry_out(urlsplit(page).path.rsplit("/", 1)[-1], outcome, **knobs).return_url

    def _page(self, payment_id: int) -> str:
        return self.world.payment(payment_id).pay_url

    def deliver_due(self) -> list[int]:
        """Send what is due to our own addresses; how they answered."""
        return [self._deliver(callback) for callback in self.sandbox.outbox.take_due(limit=100)]

    def _deliver(self, callback: Callback) -> int:
        parts = urlsplit(callback.url)
        headers = {key.lower(): value for key, value in callback.headers.items()}
        response = Client().generic(
            callback.method,
            f"{parts.path}?{parts.query}" if parts.query else parts.path,
            callback.body,
            content_type=headers.pop("content-type", "application/octet-stream"),
            headers={"host": parts.netloc, **headers},
        )
        self.sandbox.outbox.record(callback, code=response.status_code)
        return response.status_code


@contextmanager
def provider_at(name: str, vendor: Vendor, *merchants: Merchant, **time: Any) -> Iterator[ProviderSandbox]:
    """Its sandbox on a free port and settings that lead to it; callbacks wait until they are taken."""
    by_account = {one.account: one for one in merchants}
    sandbox = ProviderSandbox(vendor, merchants=by_account, is_http_allowed=True, dispatches=False, seed=1, **time)
    with sandbox, serving(sandbox) as url:
        entry = {**settings.PAYMENT_PROVIDERS[name], "OPTIONS": {"base_url": url}, "PAGE_ORIGINS": [url]}
        with override_settings(PAYMENT_PROVIDERS={**settings.PAYMENT_PROVIDERS, name: entry}):
            yield sandbox


@contextmanager
def other_provider(
    world: World, name: str, vendor: Vendor, merchant: Merchant, **credentials: str
) -> Iterator[OtherProvider]:
    """Hanko, which takes no online payments in the network of tests, does so with this provider."""
    with provider_at(name, vendor, merchant, speed=0, start_at=START.timestamp()) as sandbox:
        world.others.append(sandbox)
        account = MerchantAccount.objects.create(
            provider=name,
            account=merchant.account,
            credentials=encrypt_credentials({"secret": merchant.secret, **credentials}),
            municipality=Municipality.objects.get(slug="hanko"),
        )
        yield OtherProvider(world=world, name=name, sandbox=sandbox, account=account)
