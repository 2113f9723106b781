"""Pay money back: the refund row first, then the provider, then its word."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.urls import reverse

from torget.foundation.core.money import Money
from torget.payments.checkout.load import PaymentFacts, load_payment
from torget.payments.checkout.models import Checkout, Refund
from torget.payments.checkout.move import move_payment, refund_facts
from torget.payments.checkout.providers import provider_for
from torget.payments.checkout.settle_refund import settle_refund
from torget.payments.core.checkout import Event, State
from torget.payments.core.giving_back import RefundLine, RefundOrder
from torget.payments.core.ports import PaymentProvider, ProviderRefused, ProviderUnavailable

Clock = Callable[[], datetime]


def new_refund(
    payment: PaymentFacts, positions: frozenset[int], *, was_registered: bool, reason: str
) -> dict[str, Any]:
    """The row of a refund of whole lines, for the step that makes it due."""
    cents = {line.position: line.amount.cents for line in payment.lines if line.position in positions}
    return refund_row(cents, was_registered=was_registered, reason=reason)


def refund_row(cents: Mapping[int, int], *, was_registered: bool, reason: str, **more: Any) -> dict[str, Any]:
    """The row of a refund, by cents of each line; `more` are further columns of it."""
    return {
        "stamp": str(uuid4()),
        "amount_cents": sum(cents.values()),
        "lines": {str(position): part for position, part in sorted(cents.items())},
        "was_registered": was_registered,
        "reason": reason[:500],
        **more,
    }


def refund_email(payment: PaymentFacts, refund: Refund) -> str:
    """Where the provider may write; '' when nobody gave an address."""
    return refund.email or Checkout.objects.values_list("email", flat=True).get(id=payment.checkout_id)


def ask_for_refund(*, payment: PaymentFacts, clock: Clock) -> None:
    """Ask the provider to pay back; state 'refund_due'. A clear answer is applied at once, any other is waited for."""
    refund = Refund.objects.get(payment_id=payment.id, state="due")
    provider = provider_for(payment.account)
    if not provider.capabilities.has_refund:
        _call_human(payment, clock(), "provider_cannot_refund")
        return
    terms = provider.refund_terms(method=payment.method)
    email = refund_email(payment, refund)
    if terms.by_email and not email:
        # Refused by ourselves before anything went out, so that a person can refund again with an address.
        move_payment(
            payment=payment,
            event=Event.NEEDS_HUMAN,
            at=clock(),
            actor="worker",
            refund=refund_facts(refund),
            refund_state="failed",
            attention_reason="refund_needs_email",
        )
        return
    state = move_payment(
        payment=payment,
        event=Event.REFUND_ASKED,
        at=clock(),
        actor="worker",
        refund=refund_facts(refund),
        refund_state="asked",
        refund_by_email=terms.by_email,
    )
    if state is None:
        return
    payment = load_payment(payment.id)
    refund.refresh_from_db()
    _ask(payment, refund, provider, email, clock)


def _ask(payment: PaymentFacts, refund: Refund, provider: PaymentProvider, email: str, clock: Clock) -> None:
    try:
        answer = provider.refund(_refund_order(payment, refund, email))
    except ProviderRefused as error:
        move_payment(
            payment=payment,
            event=Event.REFUND_FAILED,
            at=clock(),
            actor="worker",
            detail={"why": str(error)[:200]},
            refund=refund_facts(refund),
            refund_state="failed",
            attention_reason="refund_refused",
        )
        return
    except ProviderUnavailable as error:
        # Asking again could pay back twice; a refund that did start is told by the provider's callback.
        move_payment(
            payment=payment,
            event=Event.REFUND_ANSWER_LOST,
            at=clock(),
            actor="worker",
            detail={"why": str(error)[:200]},
            refund=refund_facts(refund),
            refund_state="pending",
        )
        return
    settle_refund(
        payment=payment,
        refund=refund,
        status=answer.status,
        provider_reference=answer.provider_reference,
        at=clock(),
        actor="worker",
    )


def _refund_order(payment: PaymentFacts, refund: Refund, email: str) -> RefundOrder:
    is_whole = refund.amount_cents == payment.amount.cents
    lines = tuple(
        RefundLine(order_line_stamp=f"{payment.token}-{position}", amount=Money(cents))
        for position, cents in refund.lines.items()
    )
    return RefundOrder(
        refund_stamp=str(refund.stamp),
        provider_reference=payment.provider_reference,
        amount=Money(refund.amount_cents),
        lines=() if is_whole else lines,
        callback_url=settings.PUBLIC_URL + reverse("refund-callback", args=[refund.stamp]),
        email=email or None,
    )


def refund_answer_overdue(*, payment: PaymentFacts, at: datetime) -> None:
    """States 'refunding' after its lease and 'refund_pending' after its alarm time."""
    if payment.state is State.REFUNDING:
        refund = Refund.objects.get(payment_id=payment.id, state="asked")
        move_payment(
            payment=payment,
            event=Event.REFUND_ANSWER_LOST,
            at=at,
            actor="worker",
            detail={"why": "the worker stopped before the answer"},
            refund=refund_facts(refund),
            refund_state="pending",
        )
        return
    sent = Refund.objects.filter(payment_id=payment.id, state="pending", by_email=True).exclude(provider_reference="")
    by_email = sent.exists()
    _call_human(payment, at, "refund_unclaimed" if by_email else "refund_unanswered")


def _call_human(payment: PaymentFacts, at: datetime, reason: str) -> None:
    move_payment(payment=payment, event=Event.NEEDS_HUMAN, at=at, actor="worker", attention_reason=reason)
