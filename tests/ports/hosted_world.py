"""A provider's sandbox in this process, driven step by step, as a world of the suite."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.ports.payment_provider_suite import Aftermath, Choice, Failure, RefundCourse
from torget.foundation.core.money import Money
from torget.payments.core.ports import CreatedPayment, IncomingMessage, PaymentProvider
from torget.sandbox.providers.clock import local
from torget.sandbox.providers.merchants import Merchant
from torget.sandbox.providers.outbox import Callback
from torget.sandbox.providers.sandbox import ProviderSandbox
from torget.sandbox.providers.transport import in_process_client
from torget.sandbox.providers.vendor import Vendor

NOON = 1_795_514_400.0
"""2026-11-24 12:00 in Helsinki."""


class HostedWorld:
    """Subclass it with a vendor and a way to connect."""

    vendor: Vendor
    payees: tuple[str, ...] = ()
    unsigned = frozenset({"lang"})
    signed_headers: tuple[str, ...] = ()
    outages: Mapping[Failure, str] = {
        "down": "refuse",
        "answer_lost": "timeout_after",
        "server_error": "error_500",
        "nonsense": "malformed",
        "forged": "wrongly_signed",
    }

    def __init__(self, account: str, stranger: str) -> None:
        self.sandbox = ProviderSandbox(self.vendor, dispatches=False, speed=0, start_at=NOON, seed=1)
        self.client = in_process_client(self.sandbox)
        self.account = account
        self._stranger = stranger
        self.provider = self.connect(self.merchant(account))

    def merchant(self, account: str) -> Merchant:
        return self.sandbox.state.merchants[account]

    def connect(self, merchant: Merchant) -> PaymentProvider:
        raise NotImplementedError

    def close(self) -> None:
        self.client.close()
        self.sandbox.close()

    def payment_id(self, payment: CreatedPayment) -> str:
        """The sandbox's own, from the address of the page."""
        return urlsplit(payment.pay_url).path.rsplit("/", 1)[-1]

    def choose(self, payment: CreatedPayment, choice: Choice) -> Aftermath:
        return self.outcome(payment, outcome=choice)

    def outcome(self, payment: CreatedPayment, **wishes: Any) -> Aftermath:
        answer = self.machine(f"payments/{self.payment_id(payment)}/outcome", **wishes)
        url = answer["redirect"]
        return Aftermath(
            returned=None if url is None else message_of_url(url),
            callbacks=tuple(message_of(callback) for callback in self.drain()),
        )

    def machine(self, corner: str, **wishes: Any) -> dict[str, Any]:
        response = self.client.post(f"/_sandbox/{corner}", json=wishes)
        assert response.status_code == httpx.codes.OK, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def drain(self) -> list[Callback]:
        """Everything planned, however late it is due, taken as delivered."""
        taken = []
        while waiting := self.sandbox.outbox.waiting():
            self.sandbox.clock.advance(max(0.0, waiting[0].due_at - self.sandbox.clock.now()))
            for callback in self.sandbox.outbox.take_due():
                self.sandbox.outbox.record(callback, code=200)
                taken.append(callback)
        return taken

    def next_call_fails(self, failure: Failure) -> None:
        self.sandbox.knobs.turn(outage={"kind": self.outages[failure], "count": 1})

    def refunds_go(self, course: RefundCourse) -> None:
        self.sandbox.knobs.turn(refund=course)

    def refund_callbacks(self) -> tuple[IncomingMessage, ...]:
        return tuple(message_of(callback) for callback in self.drain() if callback.label.startswith("refund"))

    def refunded_in_their_books(self, provider_reference: str) -> Money:
        books = self.client.get("/_sandbox/books").json()
        found = [row for row in books["payments"] if provider_reference in (row["id"], row["stamp"])]
        return Money(found[0]["refunded"])

    def today(self) -> date:
        return local(self.sandbox.clock.now()).date()

    def days_pass(self, days: int) -> None:
        self.sandbox.clock.advance(days * 86_400)

    def stranger(self) -> PaymentProvider:
        return self.connect(self.merchant(self._stranger))


def message_of_url(url: str) -> IncomingMessage:
    return IncomingMessage(method="GET", query=tuple(parse_qsl(urlsplit(url).query, keep_blank_values=True)))


def message_of(callback: Callback) -> IncomingMessage:
    return IncomingMessage(
        method=callback.method,
        query=message_of_url(callback.url).query,
        headers={"host": urlsplit(callback.url).netloc, **{k.lower(): v for k, v in callback.headers.items()}},
        body=callback.body,
        path=path_of(callback.url),
    )


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
