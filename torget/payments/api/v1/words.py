"""States in the words of the interface, which stay while the program inside changes; sql/outbox.sql says the same."""

from enum import StrEnum

from torget.payments.core.checkout import State


class PaymentWord(StrEnum):
    CREATED = "created"  #: Saved; nobody has opened the payment page.
    OPEN = "open"  #: The provider's page is open.
    PENDING = "pending"  #: The provider is examining it.
    FAILED = "failed"  #: Cancelled, rejected or given up. Money may still come, late.
    EXPIRED = "expired"  #: Nobody paid in time. Money may still come, late.
    PAID = "paid"  #: The money is taken; the library system is being told.
    REGISTERED = "registered"  #: The library system has it. The good end.
    BEING_REFUNDED = "being_refunded"
    REFUNDED = "refunded"  #: In whole or in part; see refunded_cents.
    BEING_EXAMINED = "being_examined"  #: A person at the library looks into it.


PAYMENT_WORDS: dict[State, PaymentWord] = {
    State.CREATED: PaymentWord.CREATED,
    State.OPEN: PaymentWord.OPEN,
    State.PENDING: PaymentWord.PENDING,
    State.FAILED: PaymentWord.FAILED,
    State.EXPIRED: PaymentWord.EXPIRED,
    State.PAID: PaymentWord.PAID,
    State.REGISTERING: PaymentWord.PAID,
    State.UNCERTAIN: PaymentWord.PAID,
    State.REGISTERED: PaymentWord.REGISTERED,
    State.REFUND_DUE: PaymentWord.BEING_REFUNDED,
    State.REFUNDING: PaymentWord.BEING_REFUNDED,
    State.REFUND_PENDING: PaymentWord.BEING_REFUNDED,
    State.REFUNDED: PaymentWord.REFUNDED,
    State.ATTENTION: PaymentWord.BEING_EXAMINED,
}


class CheckoutWord(StrEnum):
    OPEN = "open"  #: Something may still be paid.
    IN_PROGRESS = "in_progress"  #: Money is on its way somewhere.
    COMPLETED = "completed"  #: Nothing more happens by itself.


_OVER = frozenset({PaymentWord.REGISTERED, PaymentWord.REFUNDED, PaymentWord.FAILED, PaymentWord.EXPIRED})
_UNPAID = frozenset({PaymentWord.CREATED, PaymentWord.OPEN})


def checkout_word(payments: list[PaymentWord]) -> CheckoutWord:
    if all(one in _OVER for one in payments):
        return CheckoutWord.COMPLETED
    return CheckoutWord.OPEN if any(one in _UNPAID for one in payments) else CheckoutWord.IN_PROGRESS


class RefundWord(StrEnum):
    WAITING_FOR_APPROVAL = "waiting_for_approval"  #: Above a payee's limit: a second person must agree.
    ACCEPTED = "accepted"  #: Decided; the provider is being asked.
    PENDING = "pending"  #: The provider has the request.
    PAID = "paid"  #: The money went back.
    FAILED = "failed"  #: It did not; a person at the library goes on with it.
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"  #: Nobody agreed in time.


REFUND_WORDS: dict[str, RefundWord] = {
    "proposed": RefundWord.WAITING_FOR_APPROVAL,
    "due": RefundWord.ACCEPTED,
    "asked": RefundWord.ACCEPTED,
    "pending": RefundWord.PENDING,
    "refunded": RefundWord.PAID,
    "failed": RefundWord.FAILED,
    "rejected": RefundWord.REJECTED,
    "withdrawn": RefundWord.WITHDRAWN,
    "expired": RefundWord.EXPIRED,
}
