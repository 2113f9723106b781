"""The worker's one step: take the most overdue payment, or fee to be charged again, and do what it asks for."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import connection

from torget.payments.checkout.give_back import ask_for_refund, refund_answer_overdue
from torget.payments.checkout.load import PaymentFacts, read_facts
from torget.payments.checkout.move import move_payment
from torget.payments.checkout.poll import poll_payment
from torget.payments.checkout.register import reconcile_payment, register_payment
from torget.payments.checkout.register_steps import hand_over
from torget.payments.checkout.reversals import claim_reversal, reverse_one
from torget.payments.core.checkout import Event, State
from torget.payments.core.schedule import LEASE
from torget.payments.fees.library_systems import library_system

logger = logging.getLogger("torget.worker")

Clock = Callable[[], datetime]


def claim_payment(now: datetime) -> PaymentFacts | None:
    """Hold the most overdue payment for the length of the lease; None when nothing is due."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT payment_claim(%s, %s::interval)", [now, f"{LEASE.total_seconds()} seconds"])
        claimed = cursor.fetchone()[0]
    return None if claimed is None else read_facts(claimed)


def work_once(clock: Clock) -> int | None:
    """Work on one payment, or else on one fee to be charged again; the id, or None when nothing was due.

    An unexpected error leaves the row to its lease: it comes up again, and whatever was sent is found out then.
    """
    payment = claim_payment(clock())
    if payment is None:
        return _reverse_once(clock)
    try:
        _work_on(payment, clock)
    except Exception:
        logger.exception("work failed", extra={"payment": payment.id, "state": payment.state})
    return payment.id


def _reverse_once(clock: Clock) -> int | None:
    reversal = claim_reversal(clock())
    if reversal is None:
        return None
    try:
        reverse_one(reversal, clock)
    except Exception:
        logger.exception("reversal failed", extra={"reversal": reversal.id, "state": reversal.state})
    return reversal.id


def _work_on(payment: PaymentFacts, clock: Clock) -> None:
    match payment.state:
        case State.CREATED:
            move_payment(payment=payment, event=Event.TIMED_OUT, at=clock(), actor="worker")
        case State.OPEN | State.PENDING | State.FAILED | State.EXPIRED:
            poll_payment(payment=payment, clock=clock)
        case State.REGISTERING:
            register_payment(payment=payment, library=library_system(payment.library_system), clock=clock)
        case State.UNCERTAIN:
            reconcile_payment(payment=payment, library=library_system(payment.library_system), clock=clock)
        case State.REFUND_DUE:
            ask_for_refund(payment=payment, clock=clock)
        case State.REFUNDING | State.REFUND_PENDING:
            refund_answer_overdue(payment=payment, at=clock())
        case State.PAID:
            hand_over(payment, clock())
        case State.REGISTERED | State.REFUNDED | State.ATTENTION:
            logger.warning("nothing to do", extra={"payment": payment.id, "state": payment.state})
