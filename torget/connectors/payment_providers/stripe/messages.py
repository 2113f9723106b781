"""What Stripe says of a Checkout Session or a refund, in our words."""

from collections.abc import Mapping
from typing import Any

from torget.connectors.payment_providers.stripe.status_map import (
    EVENT_STATUS,
    INTENT_FAILED,
    REFUND_EVENTS,
    REFUND_STATUS,
    SESSION_STATUS,
)
from torget.foundation.core.money import Money
from torget.payments.core.ports import BadMessage, PaymentStatus, ProviderMessage, RefundMessage


def session_message(
    session: Mapping[str, Any], *, account: str, status: PaymentStatus | None = None
) -> ProviderMessage:
    """`status` from the kind of event where that says more than the session. Raise BadMessage."""
    reference, stamp, amount = session.get("id"), session.get("client_reference_id"), session.get("amount_total")
    currency = session.get("currency")
    if not isinstance(reference, str) or not isinstance(stamp, str) or not isinstance(currency, str):
        raise BadMessage("the session lacks its identifiers or its currency")
    if type(amount) is not int:
        raise BadMessage("the session lacks its amount")
    found = status or SESSION_STATUS.get((str(session.get("status")), str(session.get("payment_status"))))
    if found is None:
        raise BadMessage("the session is in no state that we know")
    intent = session.get("payment_intent")
    if found is PaymentStatus.PENDING and isinstance(intent, Mapping) and intent.get("status") in INTENT_FAILED:
        found = PaymentStatus.FAILED
    return ProviderMessage(
        account=account,
        stamp=stamp,
        provider_reference=reference,
        status=found,
        amount=Money(amount),
        currency=currency.upper(),
    )


def event_message(event: Mapping[str, Any], *, account: str) -> ProviderMessage | RefundMessage | None:
    """A verified event; of a connected account it names the account. Raise BadMessage."""
    kind, data = event.get("type"), event.get("data")
    about = data.get("object") if isinstance(data, dict) else None
    if not isinstance(kind, str) or not isinstance(about, dict):
        raise BadMessage("the event lacks its type or what it is about")
    whose = str(event.get("account", account))
    if kind in EVENT_STATUS:
        return session_message(about, account=whose, status=EVENT_STATUS[kind])
    if kind not in REFUND_EVENTS:
        return None
    metadata, amount = about.get("metadata"), about.get("amount")
    status = REFUND_STATUS.get(str(about.get("status")))
    if status is None or type(amount) is not int or not isinstance(metadata, dict):
        raise BadMessage("the refund lacks its status, its amount or what we noted on it")
    return RefundMessage(
        account=whose,
        stamp=str(metadata.get("stamp", "")),
        provider_reference=str(about.get("id", "")),
        status=status,
        amount=Money(amount),
    )
