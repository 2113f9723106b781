"""The last days before the demo: payments at the sandboxes, what they settled, and a statement of the bank.

Every payment is a real one, made by the product's own functions over the sandboxes' own protocols at an earlier time;
the settlements, the reports and the bank statement are what the sandboxes then say of them.
"""

import json
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Patron
from torget.payments.checkout.load import load_payment
from torget.payments.checkout.merchants import Merchant, load_merchants, load_second_merchants
from torget.payments.checkout.models import Payment, SubMerchant
from torget.payments.checkout.open_page import open_page
from torget.payments.checkout.receive import receive_message
from torget.payments.checkout.start import choose_fees, start_checkout
from torget.payments.checkout.worker import work_once
from torget.payments.core.fees import assess_fee
from torget.payments.core.months import HELSINKI
from torget.payments.core.ports import IncomingMessage, LibrarySystemError
from torget.payments.fees.library_systems import library_system
from torget.payments.fees.policy import load_policy
from torget.payments.settlement.fetch import fetch_everything
from torget.payments.settlement.models import BankAccount, ReportOrder, SettlementFile
from torget.payments.settlement.storage import store_file
from torget.payments.settlement.take_in import Source, take_in_file
from torget.payments.settlement.tasks import read_waiting_files, reconcile_all
from torget.sandbox.bank.camt import Entry, Statement, Transaction, camt
from torget.sandbox.helle import helle_population
from torget.sandbox.helle_demo import DEMO_CARDS
from torget.sandbox.population import SandboxPatron

LIBRARY = "helle"
PAYMENTS_A_DAY = 6
OPENING_CENTS = 1_250_000
IBAN = "FI2112345600000785"
REPORTS_SECONDS_MAX = 60.0


def former_merchants() -> dict[str, Merchant]:
    """By municipality slug: whichever other providers they have now, then all had this one."""
    ways = (load_merchants(), load_second_merchants())
    return {slug: one for way in ways for slug, one in way.items() if one.provider == "paytrail"}


@dataclass
class RecentDays:
    """From `days` before today, where the provider's clock stands, to the present."""

    provider_url: str
    days: int = 4
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def make(self, until: datetime) -> int:
        """Pay, settle, fetch, compare; the number of payments made."""
        people = self._people()
        made = 0
        for back in range(self.days, 0, -1):
            self._go_to(until - timedelta(days=back))
            for number in range(PAYMENTS_A_DAY):
                self._go_to(self.now + timedelta(minutes=40))
                # The last one closes the browser, and nobody tells us: the settlement will.
                is_lost = back == self.days and number == PAYMENTS_A_DAY - 1
                made += self._pay_next(people, is_lost=is_lost)
            self._work()
            if back == 2:
                self._go_to(until - timedelta(hours=26))
                self._fetch()
        self._go_to(until)
        # One row too many in the newest reports, so that there is a finding to look at.
        self._sandbox("knobs", extra_report_rows=1)
        self._fetch()
        self._sandbox("knobs", extra_report_rows=0)
        self._bring_statement(until)
        reconcile_all("daily")
        return made

    def _people(self) -> Iterator[SandboxPatron]:
        population = helle_population()
        return iter(patron for patron in population.patrons[len(DEMO_CARDS) :] if patron.fees)

    def _clock(self) -> datetime:
        return self.now

    def _go_to(self, moment: datetime) -> None:
        there = float(self._sandbox("clock")["seconds"])
        self._sandbox("clock", speed=0, advance_seconds=max(0.0, moment.timestamp() - there))
        self.now = moment

    def _sandbox(self, corner: str, **wishes: Any) -> Any:
        body = json.dumps(wishes).encode() if wishes else None
        request = urllib.request.Request(f"{self.provider_url}/_sandbox/{corner}", data=body)  # noqa: S310 - our own
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.loads(answer.read())

    def _pay_next(self, people: Iterator[SandboxPatron], *, is_lost: bool) -> int:
        """The next patron who can pay something pays all of it; the number of payments."""
        for patron in people:
            payments = self._start(patron)
            if payments:
                for payment_id in payments:
                    self._pay(payment_id, is_lost=is_lost)
                return len(payments)
        return 0

    def _start(self, patron: SandboxPatron) -> tuple[int, ...]:
        try:
            account = library_system(LIBRARY).account(
                patron_reference=str(patron.patron_id), card_number=patron.card_number
            )
        except LibrarySystemError:
            return ()
        merchants = former_merchants()
        policy = load_policy(library_system=LIBRARY, merchants=frozenset(merchants))
        assessed = [assess_fee(fee, account.patron, policy) for fee in account.fees]
        payable = {one.fee.reference: one.fee.outstanding for one in assessed if one.is_payable}
        if not payable:
            return ()
        row, _ = Patron.objects.get_or_create(
            library_system=LIBRARY,
            reference=account.patron.reference,
            defaults={"first_seen_at": self.now, "last_seen_at": self.now},
        )
        started = start_checkout(
            library_system=LIBRARY,
            patron_id=row.pk,
            patron=account.patron,
            chosen=choose_fees(assessed, payable),
            merchants=merchants,
            language=patron.language,
            email="",
            now=self.now,
        )
        return tuple(started.payment_ids)

    def _pay(self, payment_id: int, *, is_lost: bool) -> None:
        open_page(payment_id=payment_id, now=self.now)
        payment = load_payment(payment_id)
        outcome = "pay_unnoticed" if is_lost else "pay_with_callback_lost"
        chosen = self._sandbox(f"payments/{payment.provider_reference}/outcome", outcome=outcome)
        if is_lost:
            # As if every poll had been lost too.
            Payment.objects.filter(pk=payment_id).update(next_at=None)
        elif chosen["redirect"]:
            message = IncomingMessage(method="GET", query=tuple(parse_qsl(urlsplit(chosen["redirect"]).query)))
            token = UUID(urlsplit(chosen["redirect"]).path.split("/")[2])
            receive_message(token=token, message=message, channel="return", at=self.now)

    def _work(self) -> None:
        for _ in range(100):
            if work_once(self._clock) is None:
                return
            self.now += timedelta(seconds=1)

    def _fetch(self) -> None:
        """The reports come to our own web over HTTP, a moment after they were ordered."""
        fetch_everything(clock=lambda: datetime.now(UTC))
        self._sandbox("clock", speed=1)
        deadline = time.monotonic() + REPORTS_SECONDS_MAX
        while ReportOrder.objects.filter(file=None).exists() and time.monotonic() < deadline:
            time.sleep(0.2)
        read_waiting_files()

    def _bring_statement(self, until: datetime) -> None:
        """What the bank has of Porvoo's payouts, but for the last day's, which is still on its way."""
        porvoo = Municipality.objects.get(slug="porvoo")
        part = SubMerchant.objects.get(municipality=porvoo)
        settled = [one for one in self._sandbox("books")["settlements"] if one["merchant"] == part.identifier]
        account, _ = BankAccount.objects.get_or_create(
            iban=IBAN, defaults={"municipality": porvoo, "added_at": until, "added_by": "demo"}
        )
        statements, opening = [], OPENING_CENTS
        last = until.astimezone(HELSINKI).date() - timedelta(days=1)
        by_day: dict[date, list[dict[str, Any]]] = {}
        for one in settled:
            arrived = date.fromisoformat(one["day"]) + timedelta(days=1)
            if arrived <= last:
                by_day.setdefault(arrived, []).append(one)
        for number, (day, payouts) in enumerate(sorted(by_day.items()), 1):
            statements.append(_statement(account.iban, number, day, opening, payouts))
            opening = statements[-1].closing_cents
        if not statements:
            return
        stored = store_file([camt(statements)])
        take_in_file(
            source=Source(municipality=porvoo),
            stored=stored,
            format_name="camt",
            name="tiliotteet.xml",
            received_by="demo",
            channel=SettlementFile.Channel.UPLOADED,
            at=until,
        )
        read_waiting_files()


def _statement(iban: str, number: int, day: date, opening: int, payouts: list[dict[str, Any]]) -> Statement:
    entries = tuple(
        Entry(
            archive_id=f"{day:%Y%m%d}{place:04d}",
            booked_on=day,
            transactions=(
                Transaction(amount_cents=one["amount"], reference=one["reference"], message="Paytrail tilitys"),
            ),
        )
        for place, one in enumerate(payouts, 1)
    )
    return Statement(
        iban=iban,
        statement_id=f"{day:%Y}-{number}",
        sequence_number=number,
        day=day,
        opening_cents=opening,
        entries=entries,
    )
