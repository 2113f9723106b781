"""Take in what a provider says about a refund: by a callback, or as the answer to our asking."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from torget.payments.checkout.load import PaymentFacts, load_payment
from torget.payments.checkout.models import Refund
from torget.payments.checkout.move import leaves_a_rest, move_payment, refund_facts
from torget.payments.checkout.providers import provider_for
from torget.payments.checkout.receive import MessageNotBelieved, keep_message, message_content
from torget.payments.core.checkout import Event, State
from torget.payments.core.ports import BadMessage, IncomingMessage, RefundMessage, RefundStatus
from torget.payments.core.resolving import OPEN_REFUND_STATES

_TRIES_MAX = 5
"""As in receive.py: each loss means that the payment went on."""


def _refund_fault(refund: Refund, payment: PaymentFacts, said: RefundMessage) -> str | None:
    checks = {
        "another account": said.account == payment.account.account,
        "another stamp": said.stamp in ("", str(refund.stamp)),
        "another refund": said.provider_reference == refund.provider_reference
        or "" in (said.provider_reference, refund.provider_reference),
        # Nothing in the message names the refund, so it could be any refund's.
        "no identifier": bool(said.stamp or said.provider_reference),
        "another amount": said.amount.cents == refund.amount_cents,
    }
    return next((reason for reason, holds in checks.items() if not holds), None)


def receive_refund_message(*, stamp: UUID, message: IncomingMessage, at: datetime) -> State:
    """Take in a callback about a refund. Raise Refund.DoesNotExist or MessageNotBelieved."""
    refund = Refund.objects.get(stamp=stamp)
    payment = load_payment(refund.payment_id)
    content = message_content(message)
    try:
        said = provider_for(payment.account).read_refund_message(message)
    except BadMessage as error:
        keep_message(payment_id=payment.id, at=at, channel="refund", verdict=f"bad message: {error}", content=content)
        raise MessageNotBelieved(str(error)) from error
    return apply_refund_statement(refund=refund, payment=payment, said=said, at=at, content=content)


def apply_refund_statement(
    *, refund: Refund, payment: PaymentFacts, said: RefundMessage, at: datetime, content: str
) -> State:
    """Apply a verified statement about a refund. Raise MessageNotBelieved if it is not about this one."""
    fault = _refund_fault(refund, payment, said)
    if fault is not None:
        keep_message(payment_id=payment.id, at=at, channel="refund", verdict=fault, content=content)
        raise MessageNotBelieved(fault)
    return settle_refund(
        payment=payment,
        refund=refund,
        status=said.status,
        provider_reference=said.provider_reference,
        at=at,
        message={"channel": "refund", "content": content},
    )


_EVENTS = {
    RefundStatus.REFUNDED: (Event.REFUND_PAID, "refunded"),
    RefundStatus.PENDING: (Event.REFUND_ACCEPTED, "pending"),
    RefundStatus.FAILED: (Event.REFUND_FAILED, "failed"),
}


def settle_refund(
    *,
    payment: PaymentFacts,
    refund: Refund,
    status: RefundStatus,
    provider_reference: str,
    at: datetime,
    message: dict[str, str] | None = None,
    actor: str = "provider",
) -> State:
    """Apply the provider's word on a refund; a word that comes again changes nothing.

    Of a refund by e-mail, the provider's good word only says that it has written to the payer.
    """
    if refund.by_email and status is RefundStatus.REFUNDED:
        status = RefundStatus.PENDING
    facts: dict[str, Any] = {"message": message} if message else {}
    event, refund_state = _EVENTS[status]
    if event is Event.REFUND_FAILED:
        facts["attention_reason"] = "refund_failed"
    elif event is Event.REFUND_ACCEPTED:
        facts["refund_by_email"] = refund.by_email
    for _ in range(_TRIES_MAX):
        if refund.state == "failed" and status is RefundStatus.REFUNDED:
            return _happened_after_all(
                payment, refund, provider_reference=provider_reference, at=at, facts=facts, actor=actor
            )
        if refund.state not in OPEN_REFUND_STATES:
            break
        in_part = event is Event.REFUND_PAID and leaves_a_rest(payment, refund_facts(refund))
        state = move_payment(
            payment=payment,
            event=Event.REFUND_PAID_IN_PART if in_part else event,
            at=at,
            actor=actor,
            refund=refund_facts(refund),
            refund_state=refund_state,
            refund_reference=provider_reference,
            **_rest(in_part),
            **facts,
        )
        if state is not None:
            return state
        previous, before = payment.state, refund.state
        payment = load_payment(payment.id)
        refund.refresh_from_db()
        if (payment.state, refund.state) == (previous, before):
            break
    if message:
        keep_message(payment_id=payment.id, at=at, channel="refund", verdict="no change", content=message["content"])
    return payment.state


def _happened_after_all(
    payment: PaymentFacts, refund: Refund, *, provider_reference: str, at: datetime, facts: dict[str, Any], actor: str
) -> State:
    """The provider paid back although the refund counted as failed, perhaps because a person said so.

    It is booked if the money is still there and nothing else is under way; else a person must look, once.
    """
    if refund.said_paid_at is not None:
        return payment.state
    for _ in range(_TRIES_MAX):
        state = None
        if _fits(payment, refund):
            row = {**refund_facts(refund), "is_reserved_now": True}
            try:
                with transaction.atomic():
                    in_part = leaves_a_rest(payment, row)
                    state = move_payment(
                        payment=payment,
                        event=Event.REFUND_PAID_IN_PART if in_part else Event.REFUND_PAID,
                        **_rest(in_part),
                        at=at,
                        actor=actor,
                        detail={"why": "it counted as failed"},
                        refund=row,
                        refund_state="refunded",
                        refund_reference=provider_reference,
                        **facts,
                    )
            except IntegrityError:
                # The money went back by another refund meanwhile.
                state = None
        if state is None:
            state = move_payment(
                payment=payment,
                event=Event.NEEDS_HUMAN,
                at=at,
                actor=actor,
                attention_reason="refund_after_all",
                refund_said_paid=str(refund.stamp),
                **facts,
            )
        if state is not None:
            return state
        payment = load_payment(payment.id)
        refund.refresh_from_db()
        if refund.state != "failed":
            return payment.state
    raise RuntimeError(f"refund {refund.id} kept changing")


def _rest(is_left: bool) -> dict[str, Any]:
    return {"attention_reason": "rest_unsettled"} if is_left else {}


def _fits(payment: PaymentFacts, refund: Refund) -> bool:
    if Refund.objects.filter(payment_id=payment.id, state__in=["proposed", *OPEN_REFUND_STATES]).exists():
        return False
    booked = {line.outcome == "booked" for line in payment.lines if str(line.position) in refund.lines}
    return booked == {refund.was_registered} and refund.amount_cents <= (payment.amount - payment.refunded).cents
