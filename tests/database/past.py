"""Payments of long ago: every step by our own code and at its own time, without sandboxes between."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.network import LIBRARY
from torget.foundation.core.money import Money
from torget.foundation.people.models import Patron
from torget.payments.checkout.give_back import new_refund
from torget.payments.checkout.load import load_payment
from torget.payments.checkout.merchants import load_merchants
from torget.payments.checkout.models import Refund
from torget.payments.checkout.move import move_payment, refund_facts
from torget.payments.checkout.start import choose_fees, start_checkout
from torget.payments.core.checkout import Event, State
from torget.payments.core.fees import assess_fee
from torget.payments.core.ports import LibraryFee, PatronIdentity
from torget.payments.fees.policy import load_policy


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPayment:
    payment_id: int
    ended_at: datetime
    state: State
    title: str
    card_number: str
    email: str

    @property
    def markers(self) -> tuple[str, ...]:
        return self.title, self.card_number, self.email


def _steps(payment_id: int, at: datetime, *events: Event, **facts: Any) -> None:
    for event in events:
        assert move_payment(payment=load_payment(payment_id), event=event, at=at, actor="worker", **facts)


def _refund(payment_id: int, at: datetime) -> None:
    payment = load_payment(payment_id)
    everything = frozenset(line.position for line in payment.lines)
    refund = new_refund(payment, everything, was_registered=False, reason="gone")
    move_payment(payment=payment, event=Event.REFUSED, at=at, actor="worker", given_back=everything, new_refund=refund)
    for event, state in ((Event.REFUND_ASKED, "asked"), (Event.REFUND_PAID, "refunded")):
        row = Refund.objects.get(payment_id=payment_id)
        move_payment(
            payment=load_payment(payment_id),
            event=event,
            at=at,
            actor="worker",
            refund=refund_facts(row),
            refund_state=state,
        )


def _start(*, number: int, at: datetime, cents: int, patron: PatronIdentity, title: str, email: str) -> int:
    policy = load_policy(library_system=LIBRARY, merchants=frozenset(load_merchants()))
    fee = LibraryFee(
        reference=f"fee-{number}-{uuid4().hex[:6]}",
        kind="OVERDUE",
        outstanding=Money(cents),
        charged=Money(cents),
        title=title,
        due_date=at.date(),
        fee_branch="PRV/PK",
    )
    row, _ = Patron.objects.update_or_create(
        library_system=LIBRARY,
        reference=patron.reference,
        defaults={"last_seen_at": at},
        create_defaults={"first_seen_at": at, "last_seen_at": at},
    )
    started = start_checkout(
        library_system=LIBRARY,
        patron_id=row.id,
        patron=patron,
        chosen=choose_fees([assess_fee(fee, patron, policy)], {fee.reference: fee.outstanding}),
        merchants=load_merchants(),
        language="sv",
        email=email,
        now=at,
    )
    return started.payment_ids[0]


def pay_in_the_past(*, number: int, at: datetime, cents: int, ends: State) -> PastPayment:
    """A payment of Porvoo that ended some minutes after `at`, with words that nobody else has."""
    card, title, email = f"77{number:08d}", f"Novel-{number:06d}-of-secrets", f"reader-{number:06d}@example.fi"
    patron = PatronIdentity(reference=f"p{number}", card_number=card, loan_ban=True)
    payment_id = _start(number=number, at=at, cents=cents, patron=patron, title=title, email=email)
    reference = {"provider_reference": uuid4().hex, "pay_url": f"https://pay.example.fi/{uuid4().hex}"}
    _steps(payment_id, at, Event.PAGE_CREATED, **reference)
    ended_at = at + timedelta(minutes=7)
    if ends in (State.EXPIRED, State.FAILED):
        _steps(payment_id, ended_at, Event.TIMED_OUT if ends is State.EXPIRED else Event.PROVIDER_FAILED)
    else:
        _steps(payment_id, ended_at, Event.PROVIDER_PAID, Event.REGISTRATION_STARTED)
        if ends is State.REGISTERED:
            _steps(payment_id, ended_at, Event.BOOKED)
        elif ends is State.REFUNDED:
            _refund(payment_id, ended_at)
        else:
            _steps(payment_id, ended_at, Event.NEEDS_HUMAN, attention_reason="registration_unclear")
    payment = load_payment(payment_id)
    assert payment.state is ends
    return PastPayment(payment_id=payment_id, ended_at=ended_at, state=ends, title=title, card_number=card, email=email)
