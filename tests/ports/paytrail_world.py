"""Paytrail's sandbox in this process, driven step by step, as a world of the suite."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.ports.payment_provider_suite import Aftermath, Choice, Failure, RefundCourse
from torget.connectors.payment_providers.paytrail.provider import Paytrail
from torget.foundation.core.money import Money
from torget.payments.core.ports import CreatedPayment, IncomingMessage, PaymentProvider
from torget.sandbox.paytrail.merchants import Merchant, built_in_merchants
from torget.sandbox.paytrail.sandbox import PaytrailSandbox
from torget.sandbox.providers.clock import local
from torget.sandbox.providers.outbox import Callback
from torget.sandbox.providers.transport import in_process_client

ORDINARY, AGGREGATE, SUOMI_FI = "375917", "695861", "700002"
NOON = 1_795_514_400.0
"""2026-11-24 12:00 in Helsinki."""
_OUTAGES: Mapping[Failure, str] = {
    "down": "refuse",
    "answer_lost": "timeout_after",
    "server_error": "error_500",
    "nonsense": "malformed",
    "forged": "wrongly_signed",
}


class PaytrailWorld:
    unsigned = frozenset({"lang"})
    signed_headers: tuple[str, ...] = ()

    def __init__(self, account: str = ORDINARY) -> None:
        self.sandbox = PaytrailSandbox(dispatches=False, speed=0, start_at=NOON, seed=1)
        self.client = in_process_client(self.sandbox)
        self.merchant: Merchant = built_in_merchants()[account]
        self.account = account
        self.payees = self.merchant.sub_merchants
        self.provider: PaymentProvider = self.connect(self.merchant)

    def connect(self, merchant: Merchant) -> Paytrail:
        return Paytrail(
            account=merchant.account, secret=merchant.secret, is_aggregate=merchant.is_aggregate, client=self.client
        )

    def close(self) -> None:
        self.client.close()
        self.sandbox.close()

    def choose(self, payment: CreatedPayment, choice: Choice) -> Aftermath:
        return self.outcome(payment, outcome=choice)

    def outcome(self, payment: CreatedPayment, **wishes: Any) -> Aftermath:
        answer = self.machine(f"payments/{payment.provider_reference}/outcome", **wishes)
        url = answer["redirect"]
        return Aftermath(
            returned=None if url is None else _get(url),
            callbacks=tuple(_get(callback.url) for callback in self.drain()),
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
        self.sandbox.knobs.turn(outage={"kind": _OUTAGES[failure], "count": 1})

    def refunds_go(self, course: RefundCourse) -> None:
        self.sandbox.knobs.turn(refund=course)

    def refund_callbacks(self) -> tuple[IncomingMessage, ...]:
        return tuple(_get(callback.url) for callback in self.drain() if callback.label.startswith("refund"))

    def refunded_in_their_books(self, provider_reference: str) -> Money:
        books = self.client.get("/_sandbox/books").json()
        (payment,) = [row for row in books["payments"] if row["transactionId"] == provider_reference]
        return Money(payment["refunded"])

    def today(self) -> date:
        return local(self.sandbox.clock.now()).date()

    def days_pass(self, days: int) -> None:
        self.sandbox.clock.advance(days * 86_400)

    def stranger(self) -> PaymentProvider:
        return self.connect(built_in_merchants()["700001"])


def _get(url: str) -> IncomingMessage:
    return IncomingMessage(method="GET", query=tuple(parse_qsl(urlsplit(url).query, keep_blank_values=True)))
