"""Visma Pay (earlier Maksukaista and Bambora PayForm), web payments of version w3.2.

Its messages sign the order number and a code but no amount, so a "paid" is asked about before it is believed. Answers
to our own calls carry no signature; only the connection vouches for them. That `get_payment` names amount and currency,
and that a refund without `refund_url` is done, follows the vendor's client libraries; no account of theirs was asked.
"""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from torget.connectors.http import new_client
from torget.connectors.payment_providers.visma_pay.signature import BadAuthcode, authcode, verify_return
from torget.connectors.payment_providers.visma_pay.status_map import (
    CHECKED_STATUS,
    DUPLICATE,
    INVALID,
    OK,
    RETURN_STATUS,
)
from torget.connectors.provider_exchange import (
    answered_object,
    as_body,
    check_order,
    exchange,
    page_address,
    query_parameters,
)
from torget.connectors.provider_lacking import NoRefundCallbacks, NoSettlements
from torget.foundation.core.money import Money
from torget.payments.core.giving_back import RefundOrder, RefundTerms
from torget.payments.core.ports import (
    BadMessage,
    CreatedPayment,
    IncomingMessage,
    OrderLine,
    PaymentOrder,
    ProviderMessage,
    ProviderRefused,
    ProviderUnavailable,
    RefundAnswer,
    RefundStatus,
)
from torget.payments.core.provider_capabilities import SECRET, ProviderCapabilities

VERSION = "w3.2"
TOKEN_SECONDS = 60 * 60
"""How long the page can be opened; the vendor takes nothing below 15 minutes."""
LANGUAGES = ("fi", "sv", "en")
TITLE_LENGTH = 100
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}")
_ORDER_NUMBER = re.compile(r"[A-Za-z0-9-]{1,64}")


class VismaPay(NoRefundCallbacks, NoSettlements):
    """One merchant: `account` is its API key, `secret` its private key. Safe to share between threads."""

    credentials = (SECRET,)

    def __init__(
        self,
        *,
        account: str,
        secret: str,
        base_url: str,
        is_aggregate: bool = False,
        client: httpx.Client | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        if is_aggregate:
            raise ValueError("a channel of several Visma Pay merchants is another interface")
        self._account = account
        self._secret = secret
        self._client = client or new_client(base_url)
        self._now = now

    @property
    def capabilities(self) -> ProviderCapabilities:
        return ProviderCapabilities(
            has_status_query=True,
            has_refund=True,
            has_partial_refund=True,
            has_settlements=False,
            can_split=False,
            states_amount=False,
            signs_answers=False,
            has_refund_callbacks=False,
        )

    def create(self, order: PaymentOrder) -> CreatedPayment:
        """Ask for a token; after ProviderUnavailable a new order needs a new stamp."""
        check_order(order, faults={"the stamp is no order number": not _ORDER_NUMBER.fullmatch(order.stamp)})
        body: dict[str, Any] = {
            "amount": order.amount.cents,
            "currency": "EUR",
            "payment_method": {
                "type": "e-payment",
                "return_url": order.return_url,
                "notify_url": order.callback_url,
                "lang": order.language if order.language in LANGUAGES else "fi",
                "token_valid_until": int(self._now()) + TOKEN_SECONDS,
            },
            "products": [_product(line) for line in order.lines],
        }
        if order.email:
            body["email"] = order.email
        answer = self._ask("auth_payment", order_number=order.stamp, **body)
        token = answer.get("token")
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise ProviderUnavailable("the answer to a new payment lacks its token")
        address = f"{str(self._client.base_url).rstrip('/')}/pbwapi/token/{token}"
        return CreatedPayment(provider_reference=order.stamp, pay_url=page_address(self._client, address))

    def read_message(self, message: IncomingMessage) -> ProviderMessage:
        parameters = query_parameters(message.query)
        try:
            verify_return(self._secret, parameters)
        except BadAuthcode as error:
            raise BadMessage(str(error)) from None
        status = RETURN_STATUS.get((parameters["RETURN_CODE"], parameters.get("SETTLED", "")))
        if status is None or not _ORDER_NUMBER.fullmatch(parameters["ORDER_NUMBER"]):
            raise BadMessage("the code is not one that says how the payment stands")
        return ProviderMessage(
            account=self._account,
            stamp=parameters["ORDER_NUMBER"],
            provider_reference=parameters["ORDER_NUMBER"],
            status=status,
            amount=None,
            currency="EUR",
        )

    def status(self, *, provider_reference: str) -> ProviderMessage:
        """Two questions: what was ordered, and how it stands."""
        payment = self._ask("get_payment", order_number=provider_reference).get("payment")
        if not isinstance(payment, dict) or type(payment.get("amount")) is not int:
            raise ProviderUnavailable("the answer lacks the payment or its amount")
        if payment.get("order_number") != provider_reference:
            raise ProviderUnavailable("the answer is about another payment")
        checked = self._post("check_payment_status", order_number=provider_reference)
        result, settled = checked.get("result"), checked.get("settled")
        status = CHECKED_STATUS.get((result, settled if result == OK else None)) if isinstance(result, int) else None
        if status is None:
            raise ProviderUnavailable("the answer does not say how the payment stands")
        source = checked.get("source")
        return ProviderMessage(
            account=self._account,
            stamp=provider_reference,
            provider_reference=provider_reference,
            status=status,
            amount=Money(payment["amount"]),
            currency=str(payment.get("currency", "")),
            method=str(source.get("brand", ""))[:40] if isinstance(source, dict) else "",
        )

    def capture(self, *, provider_reference: str, amount: Money) -> None:
        """Where the merchant's settlement is not automatic. The whole is captured; the amount was asked for before."""
        del amount
        self._ask("capture", order_number=provider_reference)

    def refund_terms(self, *, method: str) -> RefundTerms:
        del method
        return RefundTerms()

    def refund(self, order: RefundOrder) -> RefundAnswer:
        body: dict[str, Any] = {"amount": order.amount.cents}
        if order.email:
            body["email"] = order.email
        answer = self._ask("create_refund", order_number=order.provider_reference, **body)
        reference = answer.get("refund_id")
        if not isinstance(reference, int | str):
            raise ProviderUnavailable("the answer to a refund lacks its identifier")
        # With an address somebody has still to say there where the money goes, and nobody tells us whether they did.
        status = RefundStatus.PENDING if answer.get("refund_url") else RefundStatus.REFUNDED
        return RefundAnswer(provider_reference=str(reference), status=status)

    def _ask(self, call: str, *, order_number: str, **body: Any) -> Mapping[str, Any]:
        """Raise ProviderRefused if `result` says that nothing was done, ProviderUnavailable if it says nothing."""
        answer = self._post(call, order_number=order_number, **body)
        result = answer.get("result")
        if result in (INVALID, DUPLICATE):
            errors = answer.get("errors")
            raise ProviderRefused(f"{result}: {'; '.join(map(str, errors)) if isinstance(errors, list) else ''}"[:300])
        if result != OK:
            raise ProviderUnavailable(f"result {result}")
        return answer

    def _post(self, call: str, *, order_number: str, **body: Any) -> dict[str, Any]:
        try:
            code = authcode(self._secret, self._account, order_number)
        except BadAuthcode as error:
            raise ProviderRefused(f"{error}; nothing was sent") from error
        content = {"version": VERSION, "api_key": self._account, "order_number": order_number, "authcode": code, **body}
        headers = {"content-type": "application/json"}
        answer = exchange(self._client, "POST", f"/pbwapi/{call}", content=as_body(content), headers=headers)
        if not answer.is_success:
            raise ProviderUnavailable(f"{answer.status_code} from the provider")
        return answered_object(answer)


def _product(line: OrderLine) -> dict[str, Any]:
    whole, tenths = divmod(line.vat_permille, 10)
    return {
        "id": line.product_code,
        "title": line.description[:TITLE_LENGTH],
        "count": 1,
        "pretax_price": round(line.amount.cents * 1000 / (1000 + line.vat_permille)),
        "tax": line.vat_permille / 10 if tenths else whole,
        "price": line.amount.cents,
        "type": 1,
    }
