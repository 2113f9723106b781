"""Visma Pay's codes and ours, as tables; a code that is not here is never guessed."""

from collections.abc import Mapping

from torget.payments.core.ports import PaymentStatus

RETURN_STATUS: Mapping[tuple[str, str], PaymentStatus] = {
    # RETURN_CODE, SETTLED ('' if the message has none)
    ("0", "1"): PaymentStatus.PAID,
    ("0", "0"): PaymentStatus.RESERVED,
    ("0", ""): PaymentStatus.PENDING,
    ("1", ""): PaymentStatus.FAILED,
    ("1", "0"): PaymentStatus.FAILED,
    # The bank's answer could not be read; it may yet turn out paid.
    ("4", ""): PaymentStatus.PENDING,
    ("4", "0"): PaymentStatus.PENDING,
}
"""Of returns and notifications. 10 (maintenance) says nothing of the payment."""

CHECKED_STATUS: Mapping[tuple[int, int | None], PaymentStatus] = {
    # result, settled of `check_payment_status`
    (0, 1): PaymentStatus.PAID,
    (0, 0): PaymentStatus.RESERVED,
    (1, None): PaymentStatus.FAILED,
    (2, None): PaymentStatus.OPEN,
    (4, None): PaymentStatus.PENDING,
}

OK, INVALID, DUPLICATE, MAINTENANCE = 0, 1, 2, 10
"""`result` of every other call."""
