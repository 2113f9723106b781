"""What a client of the interface may be allowed to do, and of what it may be told."""

from enum import StrEnum


class Scope(StrEnum):
    READ_FEES = "fees:read"  #: See the open fees of a card whose owner the client has let in.
    START_CHECKOUTS = "checkouts:write"  #: Start a payment of chosen fees, and give it up.
    READ_CHECKOUTS = "checkouts:read"  #: See how the client's own payments stand.
    READ_RECEIPTS = "receipts:read"
    HAND_OFF = "hand-offs:write"  #: Let a patron whom the client has let in into Torget too, without the PIN.
    REFUND = "refunds:write"  #: Send money back; above a payee's limit a person must agree.


class EventType(StrEnum):
    """What a client may be told by a webhook; written by sql/outbox.sql in the commit that it follows from."""

    PAYMENT_PAID = "payment.paid"
    PAYMENT_REGISTERED = "payment.registered"
    PAYMENT_FAILED = "payment.failed"  #: Cancelled, rejected, given up or timed out; money may still come, late.
    CHECKOUT_COMPLETED = "checkout.completed"  #: Nothing more happens in the checkout by itself.
    REFUND_WAITING = "refund.waiting_for_approval"
    REFUND_ACCEPTED = "refund.accepted"
    REFUND_PENDING = "refund.pending"
    REFUND_PAID = "refund.paid"
    REFUND_FAILED = "refund.failed"
    REFUND_REJECTED = "refund.rejected"
    REFUND_WITHDRAWN = "refund.withdrawn"
    REFUND_EXPIRED = "refund.expired"


TEST_EVENT = "torget.test"
"""Sent by a person who tries an endpoint; no payment stands behind it."""
