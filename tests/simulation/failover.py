"""Two municipalities with a second provider in the seeded week: pages that are not given, and a switch of provider."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from tests.other_providers import provider_at
from tests.simulation.crashes import ProcessKilled
from tests.world import START, World
from torget.foundation.cooperations.models import Municipality
from torget.payments.checkout.credentials import encrypt_credentials
from torget.payments.checkout.models import Checkout, MerchantAccount, Payment
from torget.payments.checkout.open_page import PageNotAvailable
from torget.payments.checkout.receive import MessageNotBelieved
from torget.payments.checkout.receive_account import receive_account_message
from torget.payments.checkout.second_way import find_second_way
from torget.payments.core.ports import IncomingMessage
from torget.sandbox.mobilepay.vendor import VENDOR
from torget.sandbox.paytrail.carry_out import carry_out
from torget.sandbox.population import SandboxPatron
from torget.sandbox.providers.books import books
from torget.sandbox.providers.merchants import Merchant
from torget.sandbox.providers.outbox import Callback
from torget.sandbox.providers.sandbox import ProviderSandbox

PROVIDER = "mobilepay"
ACCOUNTS = {"porvoo": "900001", "raasepori": "900002"}
KEYS = {"client_id": "client", "subscription_key": "subscription", "webhook_secret": "webhook"}
SECRET = "keksitty"
#: Refused for sure, and lost with an outcome that nobody knows.
NO_PAGE = ("error_503", "refuse", "drop_after", "error_after", "malformed")
OUTAGES = ("refuse", "drop_after", "error_500", "error_after")
COUNTED = ("without a page", "paid on a lost page", "second way", "switched")
#: The other account of Raasepori, with the provider that it has already.
SWITCHED_TO, ITS_SECRET = "700001", "keksitty-salaisuus-1"


@contextmanager
def second_provider() -> Iterator[ProviderSandbox]:
    def merchant(account: str) -> Merchant:
        url = f"{settings.PUBLIC_URL}/provider/{PROVIDER}/{account}/callback/"
        return Merchant(account=account, secret=SECRET, name=account, more={**KEYS, "webhook_url": url})

    made = [merchant(account) for account in ACCOUNTS.values()]
    with provider_at(PROVIDER, VENDOR, *made, speed=0, start_at=START.timestamp()) as sandbox:
        yield sandbox


@dataclass
class Failover:
    world: World
    dice: random.Random
    patrons: Sequence[SandboxPatron]
    sandbox: ProviderSandbox
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))

    def open_accounts(self) -> None:
        self.world.others.append(self.sandbox)
        for slug, account in ACCOUNTS.items():
            self._add(PROVIDER, account, slug, {"secret": SECRET, **KEYS}, is_second=True)
        self._add("paytrail", SWITCHED_TO, "raasepori", {"secret": ITS_SECRET}, is_active=False)

    @staticmethod
    def _add(provider: str, account: str, slug: str, credentials: dict[str, str], **more: Any) -> None:
        MerchantAccount.objects.create(
            provider=provider,
            account=account,
            municipality=Municipality.objects.get(slug=slug),
            credentials=encrypt_credentials(credentials),
            **more,
        )

    def act(self) -> None:
        self.dice.choice([*[self._get_no_page] * 4, self._hear, self._hear, self._switch, self._storm])()

    def calm(self) -> None:
        self.sandbox.knobs.turn(outage={})

    def _storm(self) -> None:
        outage: dict[str, object] = {"kind": self.dice.choice(OUTAGES), "count": 1}
        self.sandbox.knobs.turn(outage=outage if self.dice.random() < 0.5 else {})

    def _get_no_page(self) -> None:
        """A patron pays; the first provider fails just then, and the patron takes what is offered."""
        patron = self.dice.choice(self.patrons)
        started = self.world.start(patron, *(fee.fee_id for fee in patron.fees if self.dice.random() < 0.6))
        self.world.paytrail.knobs.turn(outage={"kind": self.dice.choice(NO_PAGE), "on": "create", "count": 1})
        try:
            self.world.open(started.payment_ids[0])
        except PageNotAvailable:
            self.counts["without a page"] += 1
            if self.dice.random() < 0.3:
                self._pay_on_lost_page(started.payment_ids[0])
            self._take_second_way(patron, started.token)

    def _pay_on_lost_page(self, payment_id: int) -> None:
        """The answer with the page's address was lost, and somebody pays there all the same."""
        row = self.world.paytrail.state.store.row(
            "SELECT id FROM payment WHERE stamp = ?", (str(self.world.payment(payment_id).token),)
        )
        if row is None:
            return
        self.counts["paid on a lost page"] += 1
        outcome = self.dice.choice(("pay", "pay_and_close_browser", "pay_unnoticed"))
        paytrail = self.world.paytrail
        carry_out(paytrail.state, paytrail.outbox, None, payment_id=row["id"], outcome=outcome, method="", overrides={})

    def _take_second_way(self, patron: SandboxPatron, token: str) -> None:
        payments = Checkout.objects.get(token=token).payments.select_related("merchant_account")
        way = find_second_way(payments.prefetch_related("lines__payee"))
        if way is None:
            return
        (wanted,) = way.fees.values()
        fees = [fee.fee_id for fee in patron.fees if self.world.fee_reference(fee.fee_id) in wanted]
        started = self.world.start(patron, *fees, merchants=way.merchants)
        self.counts["second way"] += 1
        self.pay(started.payment_ids[0])

    def takes(self, payment_id: int) -> bool:
        return Payment.objects.filter(pk=payment_id, merchant_account__provider=PROVIDER).exists()

    def pay(self, payment_id: int) -> None:
        """The patron at the second provider's page. Its return vouches for nothing, so it brings nothing."""
        reference = self.world.payment(payment_id).provider_reference or self.world.open(payment_id)
        outcome = self.dice.choice([*VENDOR.outcomes, *["pay", "pay_and_close_browser", "pay_unnoticed"] * 3])
        page = urlsplit(self.world.payment(payment_id).pay_url).path.rsplit("/", 1)[-1] if reference else ""
        self.sandbox.carry_out(page, outcome, copies=self.dice.choice((1, 1, 3)))

    def _hear(self) -> None:
        for callback in self.sandbox.outbox.take_due(limit=1):
            self._deliver(callback, is_lost=self.dice.random() < 0.15)

    def deliver_due(self) -> None:
        while due := self.sandbox.outbox.take_due(limit=50):
            for callback in due:
                self._deliver(callback)

    def _deliver(self, callback: Callback, *, is_lost: bool = False) -> None:
        parts = urlsplit(callback.url)
        headers = {**{name.lower(): value for name, value in callback.headers.items()}, "host": parts.netloc}
        message = IncomingMessage(
            method=callback.method, query=(), headers=headers, body=callback.body, path=parts.path
        )
        code: int | None = 200
        try:
            if not is_lost:
                receive_account_message(
                    provider=PROVIDER, account=parts.path.split("/")[3], message=message, at=self.world.now
                )
        except MessageNotBelieved:
            code = 400
        except ProcessKilled:
            self.sandbox.outbox.record(callback, code=None, error="dropped")
            raise
        self.sandbox.outbox.record(callback, code=code)

    def _switch(self) -> None:
        """Raasepori's first account goes and the other comes, whatever is open with either."""
        own = MerchantAccount.objects.filter(municipality__slug="raasepori", is_second=False)
        with transaction.atomic():
            goes, comes = own.get(is_active=True), own.get(is_active=False)
            own.filter(pk=goes.pk).update(is_active=False)
            own.filter(pk=comes.pk).update(is_active=True)
        self.counts["switched"] += 1

    def told(self) -> dict[str, int]:
        return {**self.counts, "paid there": sum(payment["status"] == "ok" for payment in self.books())}

    def books(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = books(self.sandbox.state)["payments"]
        return found
