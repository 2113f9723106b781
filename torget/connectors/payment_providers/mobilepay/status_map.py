"""Vipps MobilePay's states and events and ours, as tables; a word that is not here is never guessed."""

from collections.abc import Mapping

from torget.payments.core.ports import PaymentStatus

STATE: Mapping[str, PaymentStatus] = {
    "CREATED": PaymentStatus.OPEN,
    # Only reserved: it is money once the aggregate says that it was captured.
    "AUTHORIZED": PaymentStatus.RESERVED,
    "ABORTED": PaymentStatus.FAILED,
    "TERMINATED": PaymentStatus.FAILED,
    "EXPIRED": PaymentStatus.EXPIRED,
}
"""`state` of a payment that is asked for; what was captured or refunded stands in its `aggregate` only."""

EVENT: Mapping[str, PaymentStatus] = {
    "AUTHORIZED": PaymentStatus.RESERVED,
    "CAPTURED": PaymentStatus.PAID,
    "ABORTED": PaymentStatus.FAILED,
    "CANCELLED": PaymentStatus.FAILED,
    "TERMINATED": PaymentStatus.FAILED,
    "EXPIRED": PaymentStatus.EXPIRED,
}
"""`name` of an event that succeeded."""

REFUNDED = "REFUNDED"
IGNORED = frozenset({"CREATED"})
"""True, and nothing to us."""

METHOD: Mapping[str, str] = {"WALLET": "mobilepay", "CARD": "creditcard"}
"""`paymentMethod.type` as receipts know it."""
