"""Torget between two sandboxes, over real sockets, at a time of our own: for tests of whole payments."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from django.conf import settings
from django.test import override_settings

from tests.libraries import KohaSide, LibrarySide
from tests.network import LIBRARY, make_network
from torget.foundation.core.money import Money
from torget.foundation.people.models import Patron
from torget.payments.checkout.load import PaymentFacts, load_payment
from torget.payments.checkout.merchants import Merchant, load_merchants
from torget.payments.checkout.open_page import open_page
from torget.payments.checkout.receive import receive_message
from torget.payments.checkout.settle_refund import receive_refund_message
from torget.payments.checkout.start import ChosenOnCard, StartedCheckout, choose_fees, start_checkout_of_cards
from torget.payments.checkout.worker import work_once
from torget.payments.core.fees import assess_fee
from torget.payments.core.ports import IncomingMessage
from torget.payments.fees.library_systems import library_system
from torget.payments.fees.policy import load_policy
from torget.payments.settlement.fetch import receive_report
from torget.sandbox.koha import SandboxKoha
from torget.sandbox.paytrail.carry_out import carry_out
from torget.sandbox.paytrail.sandbox import PaytrailSandbox
from torget.sandbox.population import SandboxFee, SandboxItem, SandboxPatron
from torget.sandbox.providers.outbox import Callback
from torget.sandbox.providers.sandbox import ProviderSandbox
from torget.sandbox.server import serving

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def make_fee(fee_id: int, cents: int, branch: str | None = "PRV/PK", kind: str = "OVERDUE", **more: Any) -> SandboxFee:
    return SandboxFee(
        fee_id=fee_id,
        kind=kind,
        charged_cents=cents,
        outstanding_cents=cents,
        description=f"fee {fee_id}",
        incurred_on=date(2026, 11, 1),
        branch=branch,
        **more,
    )


def make_patron(patron_id: int, *fees: SandboxFee, **more: Any) -> SandboxPatron:
    values: dict[str, Any] = {
        "patron_id": patron_id,
        "card_number": f"2638000{patron_id:07d}",
        "pin": "1234",
        "given_name": "Åsa",
        "family_name": "Övre",
        "language": "sv",
        "home_branch": "PRV/PK",
        "category": "HENKILO",
        "expires_on": date(2028, 1, 1),
    }
    return SandboxPatron(**{**values, **more}, fees=fees)


def message_of(url: str, method: str = "GET") -> IncomingMessage:
    return IncomingMessage(method=method, query=tuple(parse_qsl(urlsplit(url).query, keep_blank_values=True)))


@dataclass
class World:
    """The sandboxes and the clock; what a patron, a browser and a worker would do, as methods."""

    library: LibrarySide
    paytrail: PaytrailSandbox
    now: datetime = START
    others: list[ProviderSandbox] = field(default_factory=list)
    """Of further providers."""

    @property
    def koha(self) -> SandboxKoha:
        """For tests that look into Koha itself."""
        assert isinstance(self.library, KohaSide)
        return self.library.sandbox

    def clock(self) -> datetime:
        return self.now

    def wait(self, **span: float) -> None:
        self.library.time_passes()
        self.now += timedelta(**span)
        for clock in (self.paytrail.clock, *(one.clock for one in self.others)):
            clock.advance(timedelta(**span).total_seconds())

    def add(self, *patrons: SandboxPatron, items: tuple[SandboxItem, ...] = ()) -> None:
        self.library.add(patrons, items)

    def start(
        self,
        patron: SandboxPatron,
        *fee_ids: int,
        email: str = "",
        children: Sequence[SandboxPatron] = (),
        merchants: Mapping[str, Merchant] | None = None,
    ) -> StartedCheckout:
        """What the patron's browser does from the fee list to the saved checkout; without choice it takes all.

        Of the children's cards everything is taken. `merchants` go before those that the network has.
        """
        cards = [self._choose(patron, fee_ids), *(self._choose(child, (), is_childs=True) for child in children)]
        row, _ = Patron.objects.get_or_create(
            library_system=LIBRARY,
            reference=cards[0].patron.reference,
            defaults={"first_seen_at": self.now, "last_seen_at": self.now},
        )
        takers = {**load_merchants(), **(merchants or {})}
        return start_checkout_of_cards(
            patron_id=row.id, cards=cards, merchants=takers, language="sv", email=email, now=self.now
        )

    def fee_reference(self, fee_id: int) -> str:
        """What the library system calls the fee."""
        return str(getattr(self.library, "fee_reference", str)(fee_id))

    def _choose(self, patron: SandboxPatron, fee_ids: Sequence[int], *, is_childs: bool = False) -> ChosenOnCard:
        connector = library_system(LIBRARY)
        account = connector.account(patron_reference=self.library.reference(patron), card_number=patron.card_number)
        merchants = load_merchants()
        policy = load_policy(library_system=LIBRARY, merchants=frozenset(merchants))
        assessed = [assess_fee(fee, account.patron, policy) for fee in account.fees]
        wanted = {self.fee_reference(fee_id) for fee_id in fee_ids} if connector.capabilities.can_choose_fees else set()
        expected = {
            one.fee.reference: one.fee.outstanding
            for one in assessed
            if (one.fee.reference in wanted if wanted else one.is_payable)
        }
        return ChosenOnCard(
            library_system=LIBRARY,
            patron=account.patron,
            fees=choose_fees(assessed, expected),
            is_anothers=is_childs,
        )

    def open(self, payment_id: int) -> str:
        """The provider's own identifier of the payment whose page was opened."""
        open_page(payment_id=payment_id, now=self.now)
        return self.payment(payment_id).provider_reference

    def at_provider(self, payment_id: int, outcome: str, *, method: str = "", **knobs: Any) -> str | None:
        """What the payer does on the provider's page; the address to which the browser comes back, if it does."""
        reference = self.payment(payment_id).provider_reference or self.open(payment_id)
        chosen = carry_out(
            self.paytrail.state,
            self.paytrail.outbox,
            None,
            payment_id=reference,
            outcome=outcome,
            method=method,
            overrides=knobs,
        )
        return chosen.return_url

    def come_back(self, url: str) -> None:
        token = UUID(urlsplit(url).path.split("/")[2])
        receive_message(token=token, message=message_of(url), channel="return", at=self.now)

    def deliver(self, callback: Callback) -> None:
        kind, token = urlsplit(callback.url).path.split("/")[1:3]
        message = message_of(callback.url, callback.method)
        if kind == "refund":
            receive_refund_message(stamp=UUID(token), message=message, at=self.now)
        elif kind == "settlement-report":
            receive_report(token=UUID(token), headers=callback.headers, pieces=[callback.body], at=self.now)
        else:
            receive_message(token=UUID(token), message=message, channel="callback", at=self.now)

    def deliver_due(self) -> int:
        due = self.paytrail.outbox.take_due(limit=100)
        for callback in due:
            self.deliver(callback)
            self.paytrail.outbox.record(callback, code=200)
        return len(due)

    def work(self, steps_max: int = 100) -> int:
        """Work until nothing is due; the number of steps."""
        for done in range(steps_max):
            if work_once(self.clock) is None:
                return done
        raise AssertionError("the work does not end")

    def payment(self, payment_id: int) -> PaymentFacts:
        return load_payment(payment_id)

    def credits(self) -> list[Money]:
        """What the library system has booked as paid by us."""
        rows = self.koha.store.rows("SELECT amount FROM account_lines WHERE credit_type IS NOT NULL ORDER BY 1")
        return [Money(-row["amount"] // 10_000) for row in rows]

    def outstanding(self, patron_id: int) -> Money:
        row = self.koha.store.row(
            "SELECT coalesce(sum(amount_outstanding), 0) AS owed FROM account_lines "
            "WHERE patron_id = ? AND debit_type IS NOT NULL",
            (patron_id,),
        )
        assert row is not None
        return Money(row["owed"] // 10_000)


def _forget_connectors() -> None:
    """They were built for other sandboxes; the sockets of their clients go with them."""
    from torget.payments.checkout import providers as built

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        library_system.cache_clear()
        built._build.cache_clear()


@contextmanager
def running_world(library: LibrarySide | None = None) -> Iterator[World]:
    """Both sandboxes on free ports and settings that lead to them; needs a database that is really committed to."""
    side = library or KohaSide()
    paytrail = PaytrailSandbox(is_http_allowed=True, dispatches=False, speed=0, start_at=START.timestamp(), seed=1)
    with side.serve() as library_settings, serving(paytrail) as paytrail_url:
        here = {"OPTIONS": {"base_url": paytrail_url}, "PAGE_ORIGINS": [paytrail_url]}
        providers = {**settings.PAYMENT_PROVIDERS, "paytrail": {**settings.PAYMENT_PROVIDERS["paytrail"], **here}}
        _forget_connectors()
        with override_settings(LIBRARY_SYSTEMS={LIBRARY: library_settings}, PAYMENT_PROVIDERS=providers):
            make_network()
            yield World(library=side, paytrail=paytrail)
    _forget_connectors()
    paytrail.close()
