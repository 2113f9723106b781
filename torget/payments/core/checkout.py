"""The life of a payment, as one table: state × event → state.

The table is also the contents of the database table `checkout_paymenttransition`, to which every event row has a
foreign key, so a step that is not here cannot be written. What posts to the ledger is in posting_rules.py, what work
follows a state in schedule.py.
"""

from enum import StrEnum

from torget.payments.core.ports import PaymentStatus


class State(StrEnum):
    CREATED = "created"  #: Our intent is saved; the provider has not answered yet.
    OPEN = "open"  #: The provider's page exists; waiting for the patron.
    PENDING = "pending"  #: The provider is examining the payment.
    FAILED = "failed"  #: Cancelled or rejected. Money may still come, late.
    EXPIRED = "expired"  #: Nobody paid in time. Money may still come, late.
    PAID = "paid"  #: The provider has the money; the library system must be told.
    REGISTERING = "registering"  #: A worker is telling the library system; holds the patron's lock.
    UNCERTAIN = "uncertain"  #: The library system's answer was lost; being reconciled; holds the patron's lock.
    REGISTERED = "registered"  #: The library system has it. The good end.
    REFUND_DUE = "refund_due"  #: Money is to go back; the provider has not been asked yet.
    REFUNDING = "refunding"  #: The provider is being asked to pay back.
    REFUND_PENDING = "refund_pending"  #: The provider has the request, or nobody knows; waiting for its word.
    REFUNDED = "refunded"  #: The money went back. The other end.
    ATTENTION = "attention"  #: A named person must look; the reason stands beside it.


class Event(StrEnum):
    PAGE_CREATED = "page_created"
    CREATE_FAILED = "create_failed"
    PROVIDER_PAID = "provider_paid"
    PROVIDER_PENDING = "provider_pending"
    PROVIDER_FAILED = "provider_failed"
    WITHDRAWN = "withdrawn"  #: The patron gave the payment up, and the provider confirmed that it is unpaid.
    TIMED_OUT = "timed_out"
    REGISTRATION_STARTED = "registration_started"
    REGISTRATION_POSTPONED = "registration_postponed"  #: Surely nothing was booked; will be tried again.
    ONE_FEE_TOLD = "one_fee_told"  #: One fee of several is registered or refused; the others follow.
    ONE_CARD_TOLD = "one_card_told"  #: What became of one card's fees is known; another card's follow.
    CARD_SET_ASIDE = "card_set_aside"  #: One card cannot be told now; those of which nothing is known go first.
    BOOKED = "booked"
    BOOKED_IN_PART = "booked_in_part"  #: Some fees had gone meanwhile; their money goes back.
    REFUSED = "refused"  #: No fee of the payment could be booked; all the money goes back.
    ANSWER_LOST = "answer_lost"
    FOUND_UNBOOKED = "found_unbooked"
    REFUND_DECIDED = "refund_decided"
    REFUND_ASKED = "refund_asked"
    REFUND_POSTPONED = "refund_postponed"  #: The provider surely did nothing; will be asked again.
    REFUND_ACCEPTED = "refund_accepted"
    REFUND_ANSWER_LOST = "refund_answer_lost"
    REFUND_PAID = "refund_paid"
    REFUND_FAILED = "refund_failed"
    NEEDS_HUMAN = "needs_human"
    STAFF_RETRIED = "staff_retried"
    STAFF_REGISTERED = "staff_registered"
    STAFF_REFUNDED = "staff_refunded"  #: A human saw that the money went back by another way.
    REFUND_PAID_IN_PART = "refund_paid_in_part"  #: The rest is neither in the library system nor paid back.
    STAFF_REFUNDED_IN_PART = "staff_refunded_in_part"
    STAFF_NOT_REFUNDED = "staff_not_refunded"  #: A human saw at the provider that the refund did not happen.
    STAFF_LET_STAND = "staff_let_stand"  #: A human decided that a payment in the library system stays as it is.
    REFUND_PROPOSED = "refund_proposed"  #: Above the limit: a second person is to decide.
    REFUND_REJECTED = "refund_rejected"
    PROPOSAL_WITHDRAWN = "proposal_withdrawn"
    PROPOSAL_EXPIRED = "proposal_expired"


_S, _E = State, Event

TRANSITIONS: dict[tuple[State, Event], State] = {
    (_S.CREATED, _E.PAGE_CREATED): _S.OPEN,
    (_S.CREATED, _E.CREATE_FAILED): _S.FAILED,
    (_S.CREATED, _E.TIMED_OUT): _S.EXPIRED,
    (_S.OPEN, _E.TIMED_OUT): _S.EXPIRED,
    (_S.OPEN, _E.WITHDRAWN): _S.FAILED,
    (_S.OPEN, _E.PROVIDER_PENDING): _S.PENDING,
    (_S.OPEN, _E.PROVIDER_FAILED): _S.FAILED,
    (_S.PENDING, _E.PROVIDER_FAILED): _S.FAILED,
    # Money that comes is always taken in, however late and whatever was said before.
    (_S.CREATED, _E.PROVIDER_PAID): _S.PAID,
    (_S.OPEN, _E.PROVIDER_PAID): _S.PAID,
    (_S.PENDING, _E.PROVIDER_PAID): _S.PAID,
    (_S.FAILED, _E.PROVIDER_PAID): _S.PAID,
    (_S.EXPIRED, _E.PROVIDER_PAID): _S.PAID,
    (_S.FAILED, _E.PROVIDER_PENDING): _S.PENDING,
    (_S.EXPIRED, _E.PROVIDER_PENDING): _S.PENDING,
    (_S.EXPIRED, _E.PROVIDER_FAILED): _S.FAILED,
    # The library system is told.
    (_S.PAID, _E.REGISTRATION_STARTED): _S.REGISTERING,
    (_S.PAID, _E.NEEDS_HUMAN): _S.ATTENTION,
    (_S.REGISTERING, _E.REGISTRATION_POSTPONED): _S.PAID,
    (_S.REGISTERING, _E.ONE_FEE_TOLD): _S.PAID,
    (_S.REGISTERING, _E.ONE_CARD_TOLD): _S.PAID,
    (_S.REGISTERING, _E.CARD_SET_ASIDE): _S.PAID,
    (_S.REGISTERING, _E.FOUND_UNBOOKED): _S.PAID,
    (_S.REGISTERING, _E.BOOKED): _S.REGISTERED,
    (_S.REGISTERING, _E.BOOKED_IN_PART): _S.REFUND_DUE,
    (_S.REGISTERING, _E.REFUSED): _S.REFUND_DUE,
    (_S.REGISTERING, _E.ANSWER_LOST): _S.UNCERTAIN,
    (_S.REGISTERING, _E.NEEDS_HUMAN): _S.ATTENTION,
    (_S.UNCERTAIN, _E.ONE_FEE_TOLD): _S.PAID,
    (_S.UNCERTAIN, _E.ONE_CARD_TOLD): _S.PAID,
    (_S.UNCERTAIN, _E.CARD_SET_ASIDE): _S.PAID,
    (_S.UNCERTAIN, _E.BOOKED): _S.REGISTERED,
    (_S.UNCERTAIN, _E.BOOKED_IN_PART): _S.REFUND_DUE,
    (_S.UNCERTAIN, _E.FOUND_UNBOOKED): _S.PAID,
    (_S.UNCERTAIN, _E.NEEDS_HUMAN): _S.ATTENTION,
    (_S.REGISTERED, _E.NEEDS_HUMAN): _S.ATTENTION,
    # Money goes back.
    (_S.REGISTERED, _E.REFUND_DECIDED): _S.REFUND_DUE,
    (_S.REFUNDED, _E.REFUND_DECIDED): _S.REFUND_DUE,  # another line of a payment of several
    (_S.REFUND_DUE, _E.REFUND_ASKED): _S.REFUNDING,
    (_S.REFUND_DUE, _E.NEEDS_HUMAN): _S.ATTENTION,
    (_S.REFUNDING, _E.REFUND_POSTPONED): _S.REFUND_DUE,
    (_S.REFUNDING, _E.REFUND_ACCEPTED): _S.REFUND_PENDING,
    (_S.REFUNDING, _E.REFUND_ANSWER_LOST): _S.REFUND_PENDING,
    (_S.REFUNDING, _E.REFUND_PAID): _S.REFUNDED,
    (_S.REFUNDING, _E.REFUND_FAILED): _S.ATTENTION,
    (_S.REFUNDING, _E.NEEDS_HUMAN): _S.ATTENTION,
    (_S.REFUND_PENDING, _E.REFUND_PAID): _S.REFUNDED,
    (_S.REFUND_PENDING, _E.REFUND_FAILED): _S.ATTENTION,
    (_S.REFUND_PENDING, _E.NEEDS_HUMAN): _S.ATTENTION,
    # A human resolves.
    (_S.ATTENTION, _E.STAFF_RETRIED): _S.PAID,
    (_S.ATTENTION, _E.STAFF_REGISTERED): _S.REGISTERED,
    (_S.ATTENTION, _E.REFUND_DECIDED): _S.REFUND_DUE,
    (_S.ATTENTION, _E.STAFF_REFUNDED): _S.REFUNDED,
    (_S.ATTENTION, _E.STAFF_NOT_REFUNDED): _S.ATTENTION,
    (_S.ATTENTION, _E.STAFF_LET_STAND): _S.REGISTERED,
    (_S.REFUND_PENDING, _E.STAFF_REFUNDED): _S.REFUNDED,
    # Where the provider takes no refund of the payment, money goes back from the municipality's own account.
    (_S.REGISTERED, _E.STAFF_REFUNDED): _S.REFUNDED,
    (_S.REFUNDED, _E.STAFF_REFUNDED): _S.REFUNDED,
    (_S.REFUND_PENDING, _E.STAFF_NOT_REFUNDED): _S.ATTENTION,
    # The provider's word on a refund may come after a human was called.
    (_S.ATTENTION, _E.REFUND_PAID): _S.REFUNDED,
    (_S.ATTENTION, _E.REFUND_FAILED): _S.ATTENTION,
    # And after a human believed that the refund had not happened.
    (_S.REGISTERED, _E.REFUND_PAID): _S.REFUNDED,
    (_S.REFUNDED, _E.REFUND_PAID): _S.REFUNDED,
    (_S.REFUNDED, _E.NEEDS_HUMAN): _S.ATTENTION,
    (_S.ATTENTION, _E.NEEDS_HUMAN): _S.ATTENTION,
    # A proposal waits beside the payment; nothing goes out before a second person has agreed.
    **{
        (state, event): state
        for state in (_S.REGISTERED, _S.REFUNDED, _S.ATTENTION)
        for event in (_E.REFUND_PROPOSED, _E.REFUND_REJECTED, _E.PROPOSAL_WITHDRAWN, _E.PROPOSAL_EXPIRED)
    },
}
# What went back may leave a rest that is nowhere; then a person goes on with it.
TRANSITIONS |= {
    (state, in_part): State.ATTENTION
    for whole, in_part in (
        (_E.REFUND_PAID, _E.REFUND_PAID_IN_PART),
        (_E.STAFF_REFUNDED, _E.STAFF_REFUNDED_IN_PART),
    )
    for (state, event), _to in list(TRANSITIONS.items())
    if event is whole
}

HOLDING = frozenset({_S.CREATED, _S.OPEN, _S.PENDING, _S.PAID, _S.REGISTERING, _S.UNCERTAIN, _S.ATTENTION})
"""States in which the payment holds its fees: no other payment may have them."""

PATRON_LOCKING = frozenset({_S.REGISTERING, _S.UNCERTAIN})
"""States of which a patron has at most one payment at a time: the library system is written to one by one."""

WAITING_FOR_PATRON = frozenset({_S.CREATED, _S.OPEN})

UNPAID = frozenset({_S.CREATED, _S.OPEN, _S.PENDING, _S.FAILED, _S.EXPIRED})


def next_state(state: State, event: Event) -> State | None:
    """The state that follows, or None when the event changes nothing in this state (late, doubled, contradictory)."""
    return TRANSITIONS.get((state, event))


EVENT_OF_STATUS: dict[PaymentStatus, Event | None] = {
    PaymentStatus.OPEN: None,
    PaymentStatus.PENDING: Event.PROVIDER_PENDING,
    PaymentStatus.RESERVED: Event.PROVIDER_PENDING,
    PaymentStatus.PAID: Event.PROVIDER_PAID,
    PaymentStatus.FAILED: Event.PROVIDER_FAILED,
    PaymentStatus.EXPIRED: Event.TIMED_OUT,
}
"""What a provider's word means for us."""
