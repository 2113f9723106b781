"""Stripe's hosted Checkout, for adopters abroad: direct charges on the connected account of each municipality.

The official package speaks the protocol, with a client and a key of its own per account; its global key is never set.
Leaving the page leaves the session open, and the browser's return vouches for nothing: Stripe is asked.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import stripe

from torget.connectors.http import new_client
from torget.connectors.payment_providers.stripe import messages
from torget.connectors.payment_providers.stripe.signature import BadSignature, verify
from torget.connectors.payment_providers.stripe.status_map import REFUND_STATUS
from torget.connectors.payment_providers.stripe.transport import Transport
from torget.connectors.provider_exchange import check_order, page_address, read_object
from torget.connectors.provider_lacking import NoSettlements
from torget.connectors.provider_webhooks import AccountMessages
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
)
from torget.payments.core.provider_capabilities import SECRET, Credential, ProviderCapabilities

SESSION_SECONDS = 60 * 60
"""How long the page can be paid on; the vendor takes 30 minutes to 24 hours."""
LANGUAGES = ("fi", "sv", "en")
PRODUCT_NAME_LENGTH = 250


class Stripe(AccountMessages, NoSettlements):
    """One connected account: `account` is its `acct_…`, `secret` the platform's key. Safe to share between threads."""

    credentials = (SECRET, Credential(name="webhook_secret", is_required=False))

    def __init__(
        self,
        *,
        account: str,
        secret: str,
        base_url: str,
        webhook_secret: str = "",
        is_aggregate: bool = False,
        client: httpx.Client | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        if is_aggregate or not account.startswith("acct_"):
            raise ValueError("a Stripe account is one connected account, acct_…")
        self._account = account
        self._webhook_secret = webhook_secret
        self._now = now
        self._client = client or new_client(base_url)
        self._stripe = stripe.StripeClient(
            secret,
            stripe_account=account,
            base_addresses={"api": str(self._client.base_url).rstrip("/")},
            max_network_retries=0,
            http_client=Transport(self._client),
        )

    @property
    def capabilities(self) -> ProviderCapabilities:
        return ProviderCapabilities(
            has_status_query=True,
            has_refund=True,
            has_partial_refund=True,
            has_settlements=False,
            can_split=False,
            amount_cents_min=50,
            has_signed_return=False,
            calls_per_account=True,
            signs_answers=False,
            tells_of_cancelling=False,
        )

    def create(self, order: PaymentOrder) -> CreatedPayment:
        check_order(order, faults={"the stamp is missing": not order.stamp})
        separator = "&" if "?" in order.return_url else "?"
        params: dict[str, Any] = {
            "mode": "payment",
            "client_reference_id": order.stamp,
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": "eur",
                        "unit_amount": line.amount.cents,
                        "product_data": {"name": line.description[:PRODUCT_NAME_LENGTH]},
                    },
                }
                for line in order.lines
            ],
            "success_url": f"{order.return_url}{separator}sid={{CHECKOUT_SESSION_ID}}",
            "cancel_url": order.return_url,
            "locale": order.language if order.language in LANGUAGES else "auto",
            "expires_at": int(self._now()) + SESSION_SECONDS,
            # What the payout report repeats of each payment.
            "payment_intent_data": {"metadata": {"stamp": order.stamp}, "description": order.reference},
        }
        if order.email:
            params["customer_email"] = order.email
        options: Any = {"idempotency_key": order.stamp}
        session = self._ask(lambda: self._stripe.v1.checkout.sessions.create(params=params, options=options))  # type: ignore[arg-type]  # a TypedDict of the package
        if session.get("client_reference_id") != order.stamp or not isinstance(session.get("id"), str):
            raise ProviderUnavailable("the answer is about another payment")
        return CreatedPayment(provider_reference=session["id"], pay_url=page_address(self._client, session.get("url")))

    def read_account_message(self, message: IncomingMessage) -> ProviderMessage | RefundMessage | None:
        """A platform has one address for all its connected accounts; which one an event is about, it says itself."""
        header = message.headers.get("stripe-signature", "")
        try:
            verify(self._webhook_secret, header=header, body=message.body, now=self._now())
        except BadSignature as error:
            raise BadMessage(str(error)) from None
        return messages.event_message(read_object(message.body), account=self._account)

    def status(self, *, provider_reference: str) -> ProviderMessage:
        session = self._session(provider_reference)
        try:
            said = messages.session_message(session, account=self._account)
        except BadMessage as error:
            raise ProviderUnavailable(str(error)) from error
        if said.provider_reference != provider_reference:
            raise ProviderUnavailable("the answer is about another payment")
        return said

    def refund_terms(self, *, method: str) -> RefundTerms:
        del method
        return RefundTerms()

    def refund(self, order: RefundOrder) -> RefundAnswer:
        intent = self._session(order.provider_reference).get("payment_intent")
        intent_id = intent.get("id") if isinstance(intent, Mapping) else None
        if not isinstance(intent_id, str):
            raise ProviderRefused("the payment has no payment intent, so nobody paid it; nothing was sent")
        params: Any = {
            "payment_intent": intent_id,
            "amount": order.amount.cents,
            "metadata": {"stamp": order.refund_stamp},
        }
        options: Any = {"idempotency_key": order.refund_stamp}
        answer = self._ask(lambda: self._stripe.v1.refunds.create(params=params, options=options))
        status = REFUND_STATUS.get(str(answer.get("status")))
        if status is None or not isinstance(answer.get("id"), str):
            raise ProviderUnavailable("the answer to a refund lacks its identifier or its status")
        return RefundAnswer(provider_reference=answer["id"], status=status)

    def _session(self, reference: str) -> Mapping[str, Any]:
        params: Any = {"expand": ["payment_intent"]}
        return self._ask(lambda: self._stripe.v1.checkout.sessions.retrieve(reference, params=params))

    @staticmethod
    def _ask(call: Callable[[], object]) -> Mapping[str, Any]:
        """One call of the package, with its failures in the port's words."""
        try:
            found = call()
        except stripe.StripeError as error:
            code = error.http_status
            words = f"{code or ''} {error.user_message or error} (request {error.request_id or '-'})"[:300].strip()
            if code is not None and httpx.codes.is_client_error(code) and code != httpx.codes.TOO_MANY_REQUESTS:
                raise ProviderRefused(words) from error
            raise ProviderUnavailable(words) from error
        if not isinstance(found, stripe.StripeObject):
            raise ProviderUnavailable("the answer is not an object")
        return found.to_dict()
