"""What Vipps MobilePay says of a payment: its answers and its webhooks, in our words."""

from collections.abc import Mapping
from typing import Any

from torget.connectors.payment_providers.mobilepay.status_map import EVENT, IGNORED, METHOD, REFUNDED, STATE
from torget.foundation.core.money import ZERO, Money
from torget.payments.core.ports import BadMessage, PaymentStatus, ProviderMessage, RefundMessage, RefundStatus


def money(value: object) -> tuple[Money, str]:
    """{"currency": "EUR", "value": 1090}; raise BadMessage."""
    if not isinstance(value, dict) or type(value.get("value")) is not int or not isinstance(value.get("currency"), str):
        raise BadMessage("an amount has not its form")
    return Money(value["value"]), value["currency"]


def status_message(answer: Mapping[str, Any], *, account: str, reference: str) -> ProviderMessage:
    """The answer to `GET …/payments/{reference}`: paid only if the whole amount was captured."""
    if answer.get("reference") != reference:
        raise BadMessage("the answer is about another payment")
    amount, currency = money(answer.get("amount"))
    aggregate = answer.get("aggregate")
    captured = money(aggregate.get("capturedAmount"))[0] if isinstance(aggregate, dict) else ZERO
    status = STATE.get(str(answer.get("state")))
    if status is None:
        raise BadMessage("the state is not one we know")
    if captured == amount:
        status = PaymentStatus.PAID
    method = answer.get("paymentMethod")
    return ProviderMessage(
        account=account,
        stamp=reference,
        provider_reference=reference,
        status=status,
        amount=amount,
        currency=currency,
        method=METHOD.get(str(method.get("type")), "") if isinstance(method, dict) else "",
    )


def event_message(event: Mapping[str, Any], *, account: str) -> ProviderMessage | RefundMessage | None:
    """A verified webhook. What it says did not succeed changed nothing there, and so nothing here."""
    if event.get("msn") != account:
        raise BadMessage("the message is about another sales unit")
    name, reference = event.get("name"), event.get("reference")
    if not isinstance(name, str) or not isinstance(reference, str) or not reference:
        raise BadMessage("the event lacks its name or its reference")
    if event.get("success") is not True or name in IGNORED:
        return None
    amount, currency = money(event.get("amount"))
    if name == REFUNDED:
        return RefundMessage(
            account=account,
            # The key under which we asked for it; a refund has no other identifier.
            stamp=str(event.get("idempotencyKey") or ""),
            provider_reference=str(event.get("idempotencyKey") or ""),
            status=RefundStatus.REFUNDED,
            amount=amount,
        )
    status = EVENT.get(name)
    if status is None:
        return None
    return ProviderMessage(
        account=account,
        stamp=reference,
        provider_reference=reference,
        status=status,
        amount=amount,
        currency=currency,
    )
