"""Vipps MobilePay's ePayment: the payer agrees in the app, the amount is reserved, and we capture it.

AUTHORIZED is not money. The core hears of the reservation, keeps the payment pending, and has the worker capture. Every
call that changes something carries a key made of our own stamp, so asking again does it once. Webhooks come to one
address for the whole sales unit; the browser's return tells nothing.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

import httpx

from torget.connectors.http import Answer, new_client
from torget.connectors.payment_providers.mobilepay import messages
from torget.connectors.payment_providers.mobilepay.access import Access, Keys
from torget.connectors.payment_providers.mobilepay.signature import BadSignature, verify
from torget.connectors.provider_exchange import (
    answered_object,
    as_body,
    check_order,
    exchange,
    page_address,
    read_object,
)
from torget.connectors.provider_lacking import NoSettlements
from torget.connectors.provider_webhooks import AccountMessages
from torget.foundation.core.money import Money
from torget.payments.core.giving_back import RefundOrder, RefundTerms
from torget.payments.core.ports import (
    BadMessage,
    CreatedPayment,
    IncomingMessage,
    PaymentOrder,
    ProviderMessage,
    ProviderRefused,
    ProviderUnavailable,
    RefundAnswer,
    RefundMessage,
    RefundStatus,
)
from torget.payments.core.provider_capabilities import SECRET, Credential, ProviderCapabilities

PAYMENTS = "/epayment/v1/payments"
DESCRIPTION_LENGTH = 100
REFUND_DAYS_MAX = 365
_REFERENCE = re.compile(r"[A-Za-z0-9-]{8,50}")
_SERIAL_NUMBER = re.compile(r"[0-9]{4,10}")


class MobilePay(AccountMessages, NoSettlements):
    """One sales unit: `account` is its merchant serial number, `secret` its client secret."""

    credentials = (
        Credential(name="client_id", is_secret=False),
        SECRET,
        Credential(name="subscription_key"),
        Credential(name="webhook_secret", is_required=False),
    )

    def __init__(
        self,
        *,
        account: str,
        secret: str,
        client_id: str,
        subscription_key: str,
        base_url: str,
        webhook_secret: str = "",
        is_aggregate: bool = False,
        client: httpx.Client | None = None,
    ) -> None:
        if is_aggregate or not _SERIAL_NUMBER.fullmatch(account):
            raise ValueError("a MobilePay account is the number of one sales unit")
        self._account = account
        self._webhook_secret = webhook_secret
        self._client = client or new_client(base_url)
        keys = Keys(
            merchant_serial_number=account,
            client_id=client_id,
            client_secret=secret,
            subscription_key=subscription_key,
        )
        self._access = Access(self._client, keys)

    @property
    def capabilities(self) -> ProviderCapabilities:
        return ProviderCapabilities(
            has_status_query=True,
            has_refund=True,
            has_partial_refund=True,
            has_settlements=False,
            can_split=False,
            has_signed_return=False,
            needs_capture=True,
            calls_per_account=True,
            signs_answers=False,
            has_pending=False,
            can_pay_after_failure=False,
            has_pending_refunds=False,
        )

    def create(self, order: PaymentOrder) -> CreatedPayment:
        check_order(order, faults={"the stamp is no reference": not _REFERENCE.fullmatch(order.stamp)})
        body = {
            "amount": _amount(order.amount),
            "paymentMethod": {"type": "WALLET"},
            "reference": order.stamp,
            "returnUrl": order.return_url,
            "userFlow": "WEB_REDIRECT",
            # What the payer reads in the app; a kind of fee, no title and no name.
            "paymentDescription": _description(order),
        }
        answer = self._object("POST", PAYMENTS, body=body, key=order.stamp)
        if answer.get("reference") != order.stamp:
            raise ProviderUnavailable("the answer is about another payment")
        return CreatedPayment(
            provider_reference=order.stamp, pay_url=page_address(self._client, answer.get("redirectUrl"))
        )

    def read_account_message(self, message: IncomingMessage) -> ProviderMessage | RefundMessage | None:
        if message.method != "POST" or not self._webhook_secret:
            raise BadMessage("no webhook, or none is registered")
        try:
            verify(self._webhook_secret, path=message.path, headers=message.headers, body=message.body)
        except BadSignature as error:
            raise BadMessage(str(error)) from None
        return messages.event_message(read_object(message.body), account=self._account)

    def status(self, *, provider_reference: str) -> ProviderMessage:
        answer = self._object("GET", f"{PAYMENTS}/{_segment(provider_reference)}")
        try:
            return messages.status_message(answer, account=self._account, reference=provider_reference)
        except BadMessage as error:
            raise ProviderUnavailable(str(error)) from error

    def capture(self, *, provider_reference: str, amount: Money) -> None:
        path = f"{PAYMENTS}/{_segment(provider_reference)}/capture"
        self._object("POST", path, body={"modificationAmount": _amount(amount)}, key=f"{provider_reference}-capture")

    def refund_terms(self, *, method: str) -> RefundTerms:
        del method
        return RefundTerms(days_max=REFUND_DAYS_MAX)

    def refund(self, order: RefundOrder) -> RefundAnswer:
        path = f"{PAYMENTS}/{_segment(order.provider_reference)}/refund"
        answer = self._object("POST", path, body={"modificationAmount": _amount(order.amount)}, key=order.refund_stamp)
        try:
            is_done = _refunded(answer).cents >= order.amount.cents
        except BadMessage as error:
            raise ProviderUnavailable(str(error)) from error
        if not is_done:
            raise ProviderUnavailable("the answer does not say that the amount went back")
        return RefundAnswer(provider_reference=order.refund_stamp, status=RefundStatus.REFUNDED)

    def _object(
        self, method: str, path: str, *, body: Mapping[str, Any] | None = None, key: str = ""
    ) -> dict[str, Any]:
        """Raise ProviderRefused for a clear no."""
        answer = self._call(method, path, body=body, key=key)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            # The token may have been taken back before its time; with a new one the same key does it once.
            self._access.forget()
            answer = self._call(method, path, body=body, key=key)
        if httpx.codes.is_client_error(answer.status_code):
            raise ProviderRefused(_refusal(answer))
        if not answer.is_success:
            raise ProviderUnavailable(f"{answer.status_code} from the provider")
        return answered_object(answer)

    def _call(self, method: str, path: str, *, body: Mapping[str, Any] | None, key: str) -> Answer:
        headers = dict(self._access.headers())
        if body is not None:
            headers |= {"content-type": "application/json", "idempotency-key": key}
        content = b"" if body is None else as_body(body)
        return exchange(self._client, method, path, content=content, headers=headers)


def _amount(amount: Money) -> dict[str, Any]:
    return {"currency": "EUR", "value": amount.cents}


def _refunded(answer: Mapping[str, Any]) -> Money:
    aggregate = answer.get("aggregate")
    return messages.money(aggregate.get("refundedAmount") if isinstance(aggregate, dict) else None)[0]


def _description(order: PaymentOrder) -> str:
    kinds = ", ".join(dict.fromkeys(line.description for line in order.lines))
    return f"{order.reference} {kinds}"[:DESCRIPTION_LENGTH]


def _segment(reference: str) -> str:
    if not _REFERENCE.fullmatch(reference):
        raise ProviderRefused("the provider reference is not an identifier; nothing was sent")
    return reference


def _refusal(answer: Answer) -> str:
    """RFC 7807: title, detail and the trace that the vendor's support asks for."""
    try:
        said = json.loads(answer.content)
    except ValueError:
        said = {}
    said = said if isinstance(said, dict) else {}
    words = [str(said.get(name, "")) for name in ("title", "detail", "traceId")]
    return f"{answer.status_code} {'; '.join(filter(None, words))}"[:300]
