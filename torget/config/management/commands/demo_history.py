"""`torget demo_history`: payments of the last two months, so that the demo has months to close at the first sign-in.

Invented patrons pay through the real flow, between the same sandboxes as everything else in the demo. Only the time is
another one: it is passed in, as everywhere in the domain, and the provider's sandbox goes along with it. It runs before
anybody else works on the database, and only once: where there is a payment already, it does nothing.
"""

import argparse
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from torget.config.demo_settlements import former_merchants
from torget.foundation.people.access import load_access
from torget.foundation.people.models import Employee
from torget.payments.checkout.load import load_payment
from torget.payments.checkout.models import Payment
from torget.payments.checkout.open_page import open_page
from torget.payments.checkout.receive import receive_message
from torget.payments.checkout.refund import refund_payment
from torget.payments.checkout.start import choose_fees, start_checkout
from torget.payments.checkout.worker import work_once
from torget.payments.core.fees import assess_fee
from torget.payments.core.months import Month
from torget.payments.core.ports import IncomingMessage
from torget.payments.core.refunding import FeeAfterwards, RefundCategory, RefundWish
from torget.payments.fees.library_systems import library_system
from torget.payments.fees.policy import load_policy
from torget.payments.fees.sign_in import sign_in_patron
from torget.sandbox.helle import helle_population
from torget.sandbox.helle_demo import NAMED_CARDS
from torget.sandbox.population import SandboxPatron

SYSTEM = "helle"
MONTHS = 2
PAYMENTS = 40
RECENT = timedelta(days=4)
"""The last days are lived by `demo_settlements`."""
_STEPS_MAX = 50
_METHODS = ("osuuspankki", "nordea", "mobilepay", "creditcard")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody comes and pays all that can be paid online."""

    at: datetime
    patron: SandboxPatron
    method: str
    is_refunded: bool


def history_starts_at(now: datetime) -> datetime:
    month = Month.of(now)
    for _ in range(MONTHS):
        month = month.preceding
    return month.starts_at


def plan_visits(now: datetime) -> list[Visit]:
    """At any hour of the day, over the last whole months; only patrons of whom the demo's list says nothing."""
    dice = random.Random(1917)  # noqa: S311 - the same history every time
    start, end = history_starts_at(now), Month.of(now).starts_at
    named = {card.card_number for card in NAMED_CARDS}
    patrons = [
        one
        for one in helle_population().patrons
        if one.card_number not in named and any(fee.branch for fee in one.fees)
    ]
    moments = sorted(start + (end - start) * dice.random() for _ in range(PAYMENTS))
    return [
        Visit(at=at, patron=patron, method=dice.choice(_METHODS), is_refunded=number % 20 == 7)
        for number, (at, patron) in enumerate(zip(moments, dice.sample(patrons, PAYMENTS), strict=True))
    ]


@dataclass(slots=True)
class ProvidersClock:
    """The time of the provider's sandbox, which only runs forwards."""

    url: str
    calls: httpx.Client

    def go_to(self, moment: datetime) -> None:
        shown = self.calls.get(f"{self.url}/_sandbox/clock").raise_for_status().json()["seconds"]
        wishes = {"advance_seconds": max(moment.timestamp() - shown, 0)}
        self.calls.post(f"{self.url}/_sandbox/clock", json=wishes).raise_for_status()


class Command(BaseCommand):
    help = "Let invented patrons pay over the last two months; only in the demo, and only on an empty database."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--payments", type=int, default=PAYMENTS, help="visits at most")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This makes payments of invented people; it runs only with TORGET_DEMO=1.")
        now = timezone.now()
        provider_url = settings.PAYMENT_PROVIDERS["paytrail"]["OPTIONS"]["base_url"]
        with httpx.Client(timeout=10, trust_env=False) as calls:
            clock = ProvidersClock(provider_url, calls)
            try:
                if settings.LIBRARY_SYSTEMS[SYSTEM]["kind"] == "koha" and not Payment.objects.exists():
                    paid = _live(plan_visits(now)[: options["payments"]], clock)
                    self.stdout.write(f"{paid} payments of {MONTHS} months")
            finally:
                # `demo_settlements` goes on from here, to the present.
                clock.go_to(datetime.now(UTC) - RECENT)


def _live(visits: Iterable[Visit], clock: ProvidersClock) -> int:
    desk = Employee.objects.get(username="desk.porvoo")
    paid = 0
    for visit in visits:
        clock.go_to(visit.at)
        payment_ids = _pay(visit, clock)
        paid += len(payment_ids)
        if visit.is_refunded:
            for payment_id in payment_ids:
                _refund(payment_id, desk, visit.at + timedelta(hours=2))
                _work(visit.at + timedelta(hours=3))
    return paid


def _pay(visit: Visit, clock: ProvidersClock) -> list[int]:
    """From the sign-in to the registration; the payments that came of it, one per merchant account."""
    now = visit.at
    signed_in = sign_in_patron(
        system=SYSTEM,
        card_number=visit.patron.card_number,
        pin=visit.patron.pin,
        address="127.0.0.1",
        language=visit.patron.language,
        now=now,
    )
    account = library_system(SYSTEM).account(
        patron_reference=signed_in.identity.reference, card_number=signed_in.identity.card_number
    )
    merchants = former_merchants()
    policy = load_policy(library_system=SYSTEM, merchants=frozenset(merchants))
    assessed = [assess_fee(fee, account.patron, policy) for fee in account.fees]
    arisen = [one for one in assessed if one.fee.incurred_on is None or one.fee.incurred_on <= now.date()]
    expected = {one.fee.reference: one.fee.outstanding for one in arisen if one.is_payable}
    if not expected:
        return []
    started = start_checkout(
        library_system=SYSTEM,
        patron_id=signed_in.patron_id,
        patron=account.patron,
        chosen=choose_fees(assessed, expected),
        merchants=merchants,
        language=visit.patron.language,
        email="",
        now=now,
    )
    for number, payment_id in enumerate(started.payment_ids):
        _pay_at_provider(payment_id, visit.method, clock, now + timedelta(minutes=2 * number))
    _work(now + timedelta(minutes=2 * len(started.payment_ids)))
    return list(started.payment_ids)


def _pay_at_provider(payment_id: int, method: str, clock: ProvidersClock, now: datetime) -> None:
    """The browser goes to the provider's page, the payer pays, and the browser comes back with the signed answer."""
    open_page(payment_id=payment_id, now=now)
    reference = load_payment(payment_id).provider_reference
    # No callback: the web that would take it does not run yet.
    wishes = {"outcome": "pay", "method": method, "copies": 0}
    answer = clock.calls.post(f"{clock.url}/_sandbox/payments/{reference}/outcome", json=wishes).raise_for_status()
    url = urlsplit(answer.json()["redirect"])
    message = IncomingMessage(method="GET", query=tuple(parse_qsl(url.query, keep_blank_values=True)))
    receive_message(
        token=UUID(url.path.split("/")[2]), message=message, channel="return", at=now + timedelta(minutes=1)
    )


def _work(until: datetime) -> None:
    """What the worker does until nothing is due."""
    for _ in range(_STEPS_MAX):
        if work_once(lambda: until) is None:
            return
    raise CommandError(f"the work of {until} does not end")


def _refund(payment_id: int, desk: Employee, at: datetime) -> None:
    payment = load_payment(payment_id)
    access = load_access(employee=desk)
    own = next((line for line in payment.lines if line.payee_id in access.desk and line.outcome == "booked"), None)
    if own is None:
        return
    wish = RefundWish(
        cents={own.position: own.amount.cents},
        category=RefundCategory.WRONG_FEE,
        reason="Näytetty väärin / felaktigt debiterad",
        fee=FeeAfterwards.STAYS_PAID,
        email="",
    )
    refund_payment(payment_id=payment_id, seen_at=payment.changed_at, access=access, wish=wish, at=at)
