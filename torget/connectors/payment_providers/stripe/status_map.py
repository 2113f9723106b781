"""Stripe's words and ours, as tables; a word that is not here is never guessed."""

from collections.abc import Mapping

from torget.payments.core.ports import PaymentStatus, RefundStatus

SESSION_STATUS: Mapping[tuple[str, str], PaymentStatus] = {
    # status, payment_status of a Checkout Session
    ("open", "unpaid"): PaymentStatus.OPEN,
    ("complete", "paid"): PaymentStatus.PAID,
    # A method that takes days; how it ended stands in the payment intent.
    ("complete", "unpaid"): PaymentStatus.PENDING,
    ("expired", "unpaid"): PaymentStatus.EXPIRED,
}

INTENT_FAILED = frozenset({"requires_payment_method", "canceled"})
"""Of the payment intent of a session that is complete and unpaid: no money will come of it."""

EVENT_STATUS: Mapping[str, PaymentStatus | None] = {
    # None: as the session in it says, for a completed one may still be unpaid.
    "checkout.session.completed": None,
    "checkout.session.async_payment_succeeded": None,
    "checkout.session.async_payment_failed": PaymentStatus.FAILED,
    "checkout.session.expired": PaymentStatus.EXPIRED,
}

REFUND_EVENTS = frozenset({"refund.updated", "refund.failed"})

REFUND_STATUS: Mapping[str, RefundStatus] = {
    "succeeded": RefundStatus.REFUNDED,
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.PENDING,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}
