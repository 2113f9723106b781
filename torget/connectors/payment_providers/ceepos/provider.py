"""CPU Ceepos, the cash register and web shop of many Finnish municipalities, in its versions 3.0.x and 2.1.2.

It cannot be asked how a payment stands and pays nothing back: what no message tells is closed by its settlement report
or by a person who saw it there. Version 2.1.2 signs no amount; the price was part of our own signed request.
"""

from collections.abc import Mapping
from typing import Any

import httpx

from torget.connectors.http import new_client
from torget.connectors.payment_providers.ceepos import bodies, messages, signature
from torget.connectors.payment_providers.ceepos.status_map import CREATED, REFUSED
from torget.connectors.provider_exchange import (
    answered_object,
    as_body,
    check_order,
    exchange,
    page_address,
)
from torget.connectors.provider_lacking import NoRefunds, NoSettlements, NoStatusQuery
from torget.payments.core.ports import (
    CreatedPayment,
    IncomingMessage,
    PaymentOrder,
    ProviderMessage,
    ProviderRefused,
    ProviderUnavailable,
)
from torget.payments.core.provider_capabilities import SECRET, Credential, ProviderCapabilities

READ_SECONDS = 20.0
"""The shop makes an order of its own while we wait; others give it 60 seconds, a patron does not."""
LONGEST_ADDRESS = 300


class Ceepos(NoStatusQuery, NoRefunds, NoSettlements):
    """One merchant: `account` is what Ceepos calls Source. Safe to share between threads."""

    credentials = (SECRET, Credential(name="api_version", is_secret=False, is_required=False))

    def __init__(
        self,
        *,
        account: str,
        secret: str,
        base_url: str,
        api_version: str = "3.0.5",
        path: str = "/maksu.html",
        is_aggregate: bool = False,
        client: httpx.Client | None = None,
    ) -> None:
        if is_aggregate:
            raise ValueError("Ceepos has no account for several payees")
        self._account = account
        self._secret = secret
        self._api_version = api_version
        self._is_version_3 = bodies.is_version_3(api_version)
        self._path = path
        self._client = client or new_client(base_url, read_seconds=READ_SECONDS)

    @property
    def capabilities(self) -> ProviderCapabilities:
        return ProviderCapabilities(
            has_status_query=False,
            has_refund=False,
            has_partial_refund=False,
            has_settlements=False,
            can_split=False,
            states_amount=self._is_version_3,
            has_refund_callbacks=False,
        )

    def create(self, order: PaymentOrder) -> CreatedPayment:
        """Ask for a payment page; after ProviderUnavailable a new order needs a new stamp."""
        check_order(
            order,
            faults={
                "an e-mail address is required": not order.email,
                "an address is too long": max(len(order.return_url), len(order.callback_url)) > LONGEST_ADDRESS,
                "a line has no product code of at most 25 characters": any(
                    not 0 < len(line.product_code) <= bodies.CODE_LENGTH for line in order.lines
                ),
            },
        )
        body = bodies.payment_body(order, source=self._account, api_version=self._api_version)
        body["Hash"] = signature.hash_of(
            self._secret, body, signature.REQUEST_3 if self._is_version_3 else signature.REQUEST_2
        )
        headers = {"content-type": "application/json; charset=utf-8"}
        answer = answered_object(exchange(self._client, "POST", self._path, content=as_body(body), headers=headers))
        self._check_answer(answer, order)
        reference = answer.get("Reference")
        if not isinstance(reference, str | int) or not str(reference):
            raise ProviderUnavailable("the answer lacks its reference")
        return CreatedPayment(
            provider_reference=str(reference), pay_url=page_address(self._client, answer.get("PaymentAddress"))
        )

    def read_message(self, message: IncomingMessage) -> ProviderMessage:
        return messages.read(message, account=self._account, secret=self._secret, is_version_3=self._is_version_3)

    def _check_answer(self, answer: Mapping[str, Any], order: PaymentOrder) -> None:
        """Refusals may come without a hash, and then need none: they send nobody anywhere."""
        status = answer.get("Status")
        if "Hash" in answer or status == CREATED:
            try:
                signature.verify(self._secret, answer, signature.ANSWER_3 if self._is_version_3 else signature.ANSWER_2)
            except signature.BadHash as error:
                raise ProviderUnavailable(f"{error}: check source and secret") from error
        if isinstance(status, int) and status in REFUSED:
            raise ProviderRefused(f"{status}: {REFUSED[status]}")
        if status != CREATED:
            raise ProviderUnavailable("the answer says neither created nor refused")
        if answer.get("Id") != order.stamp:
            raise ProviderUnavailable("the answer is about another payment")
