"""The smallest provider that keeps the port's word: in memory, with every ability, for tests that need no wire."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from tests.ports.payment_provider_suite import Aftermath, Choice, Failure, RefundCourse
from torget.foundation.core.money import ZERO, Money
from torget.payments.core.giving_back import RefundOrder, RefundTerms
from torget.payments.core.ports import (
    BadMessage,
    CreatedPayment,
    IncomingMessage,
    PaymentOrder,
    PaymentProvider,
    PaymentStatus,
    ProviderMessage,
    ProviderRefused,
    ProviderUnavailable,
    RefundAnswer,
    RefundMessage,
    RefundStatus,
    Settlement,
)
from torget.payments.core.provider_capabilities import ProviderCapabilities

AFTER: Mapping[Choice, PaymentStatus] = {
    "pay": PaymentStatus.PAID,
    "cancel": PaymentStatus.FAILED,
    "decline": PaymentStatus.FAILED,
    "pending": PaymentStatus.PENDING,
    "approve": PaymentStatus.PAID,
    "reject": PaymentStatus.FAILED,
}


@dataclass
class Kept:
    account: str
    order: PaymentOrder
    reference: str
    status: PaymentStatus = PaymentStatus.OPEN
    refunded: Money = ZERO
    paid_on: date | None = None


@dataclass
class Books:
    """What the provider remembers, whichever account asks."""

    today: date = date(2026, 11, 24)
    payments: dict[str, Kept] = field(default_factory=dict)
    fails_next: bool = False
    course: RefundCourse = "ok"
    refund_messages: list[tuple[tuple[str, str], ...]] = field(default_factory=list)


def signed(secret: str, **values: str) -> tuple[tuple[str, str], ...]:
    text = "\n".join(f"{name}={value}" for name, value in sorted(values.items()))
    return (*values.items(), ("mac", hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()))


class FakeProvider:
    def __init__(self, books: Books, *, account: str, secret: str) -> None:
        self._books = books
        self._account = account
        self._secret = secret

    @property
    def capabilities(self) -> ProviderCapabilities:
        return ProviderCapabilities(
            has_status_query=True, has_refund=True, has_partial_refund=True, has_settlements=True, can_split=False
        )

    def _reach(self) -> None:
        if self._books.fails_next:
            self._books.fails_next = False
            raise ProviderUnavailable("no answer")

    def create(self, order: PaymentOrder) -> CreatedPayment:
        self._reach()
        is_split = any(line.sub_merchant is not None for line in order.lines)
        if order.amount.cents <= 0 or is_split or order.stamp in self._books.payments:
            raise ProviderRefused("not such an order")
        kept = Kept(account=self._account, order=order, reference=f"fake-{order.stamp}")
        self._books.payments[order.stamp] = kept
        return CreatedPayment(provider_reference=kept.reference, pay_url=f"https://fake.example/{order.stamp}")

    def _find(self, reference: str) -> Kept:
        self._reach()
        kept = self._books.payments.get(reference.removeprefix("fake-"))
        if kept is None or kept.account != self._account:
            raise ProviderRefused("no such payment")
        return kept

    def told(self, kept: Kept) -> tuple[tuple[str, str], ...]:
        return signed(
            self._secret,
            stamp=kept.order.stamp,
            reference=kept.reference,
            status=kept.status,
            cents=str(kept.order.amount.cents),
        )

    def _read(self, message: IncomingMessage, *names: str) -> dict[str, str]:
        values = dict(message.query)
        if len(values) != len(message.query) or values.keys() != {*names, "mac"}:
            raise BadMessage("not the parameters of a message")
        if dict(signed(self._secret, **{name: values[name] for name in names}))["mac"] != values["mac"]:
            raise BadMessage("the mac does not fit")
        return values

    def read_message(self, message: IncomingMessage) -> ProviderMessage:
        values = self._read(message, "stamp", "reference", "status", "cents")
        return ProviderMessage(
            account=self._account,
            stamp=values["stamp"],
            provider_reference=values["reference"],
            status=PaymentStatus(values["status"]),
            amount=Money(int(values["cents"])),
            currency="EUR",
        )

    def read_refund_message(self, message: IncomingMessage) -> RefundMessage:
        values = self._read(message, "refund", "status", "cents")
        return RefundMessage(
            account=self._account,
            stamp=values["refund"],
            provider_reference=values["refund"],
            status=RefundStatus(values["status"]),
            amount=Money(int(values["cents"])),
        )

    def status(self, *, provider_reference: str) -> ProviderMessage:
        return self.read_message(IncomingMessage(method="GET", query=self.told(self._find(provider_reference))))

    def refund_terms(self, *, method: str) -> RefundTerms:
        return RefundTerms()

    def refund(self, order: RefundOrder) -> RefundAnswer:
        kept, course = self._find(order.provider_reference), self._books.course
        is_possible = kept.status is PaymentStatus.PAID and kept.refunded + order.amount <= kept.order.amount
        if not is_possible or course == "unsupported":
            raise ProviderRefused("cannot be paid back")
        end = RefundStatus.FAILED if course == "pending_fail" else RefundStatus.REFUNDED
        if end is RefundStatus.REFUNDED:
            kept.refunded += order.amount
        self._books.refund_messages.append(
            signed(self._secret, refund=order.refund_stamp, status=end, cents=str(order.amount.cents))
        )
        now = RefundStatus.PENDING if course.startswith("pending") else end
        return RefundAnswer(provider_reference=order.refund_stamp, status=now)

    def settlements(self, *, first: date, last: date, sub_merchant: str = "") -> tuple[Settlement, ...]:
        self._reach()
        days = {one.paid_on for one in self._books.payments.values() if one.account == self._account and one.paid_on}
        made = [day + timedelta(days=1) for day in sorted(days) if first <= day + timedelta(days=1) <= last]
        return tuple(
            Settlement(
                reference=f"{day:%Y%m%d}",
                provider_reference=f"{day:%Y%m%d}",
                created_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
                settled_at=None,
            )
            for day in made
            if day <= self._books.today
        )


class FakeWorld:
    """The fake as a world of the suite."""

    account = "fake-1"
    payees: tuple[str, ...] = ()
    unsigned: frozenset[str] = frozenset()
    signed_headers: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.books = Books()
        self._own = FakeProvider(self.books, account=self.account, secret="own")
        self.provider: PaymentProvider = self._own

    def choose(self, payment: CreatedPayment, choice: Choice) -> Aftermath:
        kept = self.books.payments[payment.provider_reference.removeprefix("fake-")]
        kept.status = AFTER[choice]
        if kept.status is PaymentStatus.PAID:
            kept.paid_on = self.books.today
        message = IncomingMessage(method="GET", query=self._own.told(kept))
        returned = None if choice in ("approve", "reject") else message
        return Aftermath(returned=returned, callbacks=(message,))

    def next_call_fails(self, failure: Failure) -> None:
        self.books.fails_next = True

    def refunds_go(self, course: RefundCourse) -> None:
        self.books.course = course

    def refund_callbacks(self) -> tuple[IncomingMessage, ...]:
        told, self.books.refund_messages = self.books.refund_messages, []
        return tuple(IncomingMessage(method="GET", query=query) for query in told)

    def refunded_in_their_books(self, provider_reference: str) -> Money:
        return self.books.payments[provider_reference.removeprefix("fake-")].refunded

    def today(self) -> date:
        return self.books.today

    def days_pass(self, days: int) -> None:
        self.books.today += timedelta(days=days)

    def stranger(self) -> PaymentProvider:
        return FakeProvider(self.books, account="fake-2", secret="other")
