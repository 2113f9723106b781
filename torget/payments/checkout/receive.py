"""Take in what a provider says: by the patron's return, by a callback, or as the answer to our own question.

A message is believed only if its signature, account, stamp, amount and currency hold. One that is not believed is kept
with the reason and changes nothing. No call goes out from here; what follows is the worker's.
"""

from datetime import datetime
from typing import cast
from uuid import UUID

from torget.payments.checkout.load import PaymentFacts, load_payment, load_payment_by_token
from torget.payments.checkout.models import ProviderMessageRecord
from torget.payments.checkout.move import move_payment
from torget.payments.checkout.providers import provider_for
from torget.payments.checkout.reschedule import look_again
from torget.payments.core.checkout import EVENT_OF_STATUS, State, next_state
from torget.payments.core.ports import (
    BadMessage,
    IncomingMessage,
    PaymentStatus,
    ProviderMessage,
)
from torget.payments.core.provider_extras import Captures

_TRIES_MAX = 5
"""Another messenger may be faster that often; each loss means that the payment went on, so it ends soon."""


class MessageNotBelieved(Exception):
    """The message failed a check; the reason is for our log and never for the sender."""


def message_content(message: IncomingMessage) -> str:
    return (
        "&".join(f"{name}={value}" for name, value in message.query)[:4000]
        or message.body.decode("utf-8", "replace").replace("\x00", "")[:4000]
    )


def keep_message(*, payment_id: int | None, at: datetime, channel: str, verdict: str, content: str) -> None:
    ProviderMessageRecord.objects.create(
        payment_id=payment_id,
        received_at=at,
        channel=channel,
        verdict=verdict[:60],
        content=content.replace("\x00", ""),
    )


def _fault(payment: PaymentFacts, said: ProviderMessage) -> str | None:
    """Why a well-signed message is still not about this payment, or None."""
    checks = {
        "another account": said.account == payment.account.account,
        "another stamp": said.stamp == str(payment.token),
        "another provider reference": payment.provider_reference in ("", said.provider_reference),
        "another amount": said.amount in (None, payment.amount),
        "another currency": said.amount is None or said.currency == payment.currency,
    }
    return next((reason for reason, holds in checks.items() if not holds), None)


def _can_ask(payment: PaymentFacts) -> bool:
    return provider_for(payment.account).capabilities.has_status_query


def apply_statement(*, payment: PaymentFacts, said: ProviderMessage, at: datetime, channel: str, content: str) -> State:
    """Apply a verified statement to the payment; the state it is in afterwards. Raise MessageNotBelieved."""
    fault = _fault(payment, said)
    if fault is not None:
        keep_message(payment_id=payment.id, at=at, channel=channel, verdict=fault, content=content)
        raise MessageNotBelieved(fault)
    if said.status is PaymentStatus.PAID and said.amount is None and _can_ask(payment):
        # How much was paid is not signed, so the word alone is no money: the worker asks, and takes in the answer.
        look_again(payment=payment, next_at=at, tries=0)
        keep_message(payment_id=payment.id, at=at, channel=channel, verdict="no amount: asked", content=content)
        return payment.state
    event = EVENT_OF_STATUS[said.status]
    for _ in range(_TRIES_MAX):
        if event is None or next_state(payment.state, event) is None:
            if channel != "poll":
                keep_message(payment_id=payment.id, at=at, channel=channel, verdict="no change", content=content)
            return payment.state
        state = move_payment(
            payment=payment,
            event=event,
            at=at,
            actor="provider",
            detail={"channel": channel},
            provider_reference=said.provider_reference,
            method=said.method,
            settlement_reference=said.settlement_reference,
            message={"channel": channel, "content": content},
            is_reserved=said.status is PaymentStatus.RESERVED,
        )
        if state is not None:
            return state
        payment = load_payment(payment.id)
    raise RuntimeError(f"payment {payment.id} kept changing")


def receive_message(*, token: UUID, message: IncomingMessage, channel: str, at: datetime) -> State:
    """Take in a browser return or a callback for the payment with this token.

    Raise NoSuchPayment or MessageNotBelieved.
    """
    payment = load_payment_by_token(token)
    content = message_content(message)
    if channel == "return" and not provider_for(payment.account).capabilities.has_signed_return:
        # Nothing to believe or to doubt; the page that the patron comes to has the worker ask.
        return payment.state
    try:
        said = provider_for(payment.account).read_message(message)
    except BadMessage as error:
        keep_message(payment_id=payment.id, at=at, channel=channel, verdict=f"bad message: {error}", content=content)
        raise MessageNotBelieved(str(error)) from error
    return apply_statement(payment=payment, said=said, at=at, channel=channel, content=content)


def ask_provider(*, payment: PaymentFacts, at: datetime, provider_reference: str = "") -> State:
    """Ask the provider how the payment stands and apply the answer.

    A provider's report may name a payment by a reference whose own answer to us was lost: then that one is asked for.
    Raise ProviderUnavailable, ProviderRefused or MessageNotBelieved.
    """
    reference = payment.provider_reference or provider_reference
    provider = provider_for(payment.account)
    said = provider.status(provider_reference=reference)
    if said.status is PaymentStatus.RESERVED and payment.state is State.PENDING and _fault(payment, said) is None:
        # The intent is the state, committed by whoever heard of the reservation; a lost answer is asked for again.
        cast(Captures, provider).capture(provider_reference=reference, amount=payment.amount)
        said = provider.status(provider_reference=reference)
    content = f"status={said.status} reference={said.provider_reference}"
    return apply_statement(payment=payment, said=said, at=at, channel="poll", content=content)


def is_surely_unpaid(said: ProviderMessage) -> bool:
    return said.status in (PaymentStatus.OPEN, PaymentStatus.FAILED, PaymentStatus.EXPIRED)
