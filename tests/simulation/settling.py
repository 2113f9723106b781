"""What happens after the payments: the provider settles and reports, the bank writes statements, finance compares."""

import random
from collections import defaultdict
from dataclasses import dataclass, field

from tests.database.settling import IBANS, add_bank_account, bank_statement, take_in, waiting_reports
from tests.simulation.crashes import ProcessKilled
from tests.world import World
from torget.foundation.cooperations.models import Municipality
from torget.payments.checkout.models import MerchantAccount, SubMerchant
from torget.payments.core.months import HELSINKI
from torget.payments.settlement.fetch import fetch_everything
from torget.payments.settlement.models import SettlementFile
from torget.payments.settlement.read_file import read_settlement_file
from torget.payments.settlement.reconcile import reconcile_account
from torget.sandbox.paytrail.books import books

FEE_CENTS = 7


@dataclass
class Bank:
    """Its own books: what arrived on the account of each municipality, by the provider's settlement."""

    arrived: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    statements: list[tuple[str, bytes]] = field(default_factory=list)

    def balance(self, slug: str) -> int:
        return sum(self.arrived[slug].values())


@dataclass
class SettlementAtWork:
    world: World
    dice: random.Random
    bank: Bank = field(default_factory=Bank)
    slugs: dict[str, str] = field(default_factory=dict)
    """Whose account each of the provider's merchants is."""

    def open_accounts(self) -> None:
        self.world.paytrail.knobs.turn(payment_fee_cents=FEE_CENTS)
        for slug in IBANS:
            add_bank_account(slug)
        own = MerchantAccount.objects.filter(municipality__isnull=False)
        self.slugs = dict(own.values_list("account", "municipality__slug"))
        self.slugs |= dict(SubMerchant.objects.values_list("identifier", "municipality__slug"))

    def act(self) -> None:
        """One step of it, at any time."""
        self.dice.choice([self._fetch, self._deliver, self._read, self._bring_statements, self.reconcile])()

    def morning(self) -> None:
        """All of it, as the background work and finance do."""
        self._fetch()
        self._deliver()
        self._read()
        self.reconcile()
        self._bring_statements()
        self._read()
        self.reconcile()

    def reconcile(self, *, everything: bool = False) -> None:
        for account in MerchantAccount.objects.order_by("pk"):
            reconcile_account(account=account, clock=self.world.clock, started_by="simulated", everything=everything)

    def _fetch(self) -> None:
        fetch_everything(clock=self.world.clock)

    def _deliver(self) -> None:
        outbox = self.world.paytrail.outbox
        for waiting in waiting_reports(self.world):
            report = outbox.take(waiting.id)
            if report is None:
                continue
            try:
                self.world.deliver(report)
            except ProcessKilled:
                outbox.record(report, code=None, error="dropped")
                raise
            outbox.record(report, code=200)

    def _read(self) -> None:
        for file_id in SettlementFile.objects.filter(state="received").order_by("pk").values_list("pk", flat=True):
            read_settlement_file(file_id=file_id, clock=self.world.clock)

    def _bring_statements(self) -> None:
        """Those that are new, and now and then one that is here already."""
        self._pay_out()
        known = SettlementFile.objects.filter(provider="bank").count()
        for slug, content in self.bank.statements[max(0, known - self.dice.randint(0, 2)) :]:
            take_in(content, slug, is_bank=True)

    def _pay_out(self) -> None:
        """The bank books what the provider has sent, and writes a statement where something moved."""
        fresh: dict[str, dict[str, tuple[int, str]]] = defaultdict(dict)
        for one in books(self.world.paytrail.state)["settlements"]:
            slug, number = self.slugs[one["merchant"]], str(one["id"])
            if number not in self.bank.arrived[slug] and one["amount"]:
                fresh[slug][number] = (one["amount"], one["reference"])
        for slug in Municipality.objects.filter(slug__in=fresh).order_by("slug").values_list("slug", flat=True):
            content = bank_statement(
                slug,
                *fresh[slug].values(),
                number=len(self.bank.statements) + 1,
                opening=self.bank.balance(slug),
                day=self.world.now.astimezone(HELSINKI).date(),
            )
            self.bank.arrived[slug] |= {number: cents for number, (cents, _) in fresh[slug].items()}
            self.bank.statements.append((slug, content))
