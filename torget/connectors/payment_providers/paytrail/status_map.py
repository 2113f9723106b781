"""Paytrail's words for a status and ours, as tables; a word that is not here is never guessed."""

from collections.abc import Mapping

from torget.payments.core.ports import PaymentStatus, RefundStatus

PAYMENT_STATUS: Mapping[str, PaymentStatus] = {
    "new": PaymentStatus.OPEN,
    "ok": PaymentStatus.PAID,
    "fail": PaymentStatus.FAILED,
    "pending": PaymentStatus.PENDING,
    # Only merchants that asked for it get `delayed`; the final word comes in days, by callback.
    "delayed": PaymentStatus.PENDING,
}
"""`pending` arrives at the success address, so only this table tells what is paid, never the address."""

REFUND_STATUS: Mapping[str, RefundStatus] = {
    "ok": RefundStatus.REFUNDED,
    "pending": RefundStatus.PENDING,
    "fail": RefundStatus.FAILED,
}
