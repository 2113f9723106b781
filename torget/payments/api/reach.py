"""What of checkouts, payments and refunds a client may see: what it started itself, as far as its municipalities go.

Anything else does not exist for it: the same NothingThere for an identifier of somebody else's and for one of nobody's.
"""

from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from torget.payments.api.caller import Caller
from torget.payments.checkout.models import Checkout, Payment, PaymentLine, Refund


class NothingThere(LookupError):
    """No such thing, or not the caller's."""


def payments_of(caller: Caller) -> QuerySet[Payment]:
    foreign = PaymentLine.objects.filter(payment=OuterRef("pk")).exclude(payee__in=caller.municipality_ids)
    lines = PaymentLine.objects.select_related("payee").order_by("position")
    return (
        Payment.objects.filter(checkout__started_by_client__client=caller.client_id)
        .exclude(Exists(foreign))
        .select_related("checkout", "receipt")
        .prefetch_related(Prefetch("lines", lines))
    )


def checkouts_of(caller: Caller) -> QuerySet[Checkout]:
    """With a payment out of reach, the whole checkout is."""
    foreign = PaymentLine.objects.filter(payment__checkout=OuterRef("pk")).exclude(payee__in=caller.municipality_ids)
    lines = PaymentLine.objects.select_related("payee").order_by("position")
    payments = Payment.objects.select_related("checkout").prefetch_related(Prefetch("lines", lines))
    return (
        Checkout.objects.filter(started_by_client__client=caller.client_id)
        .exclude(Exists(foreign))
        .prefetch_related(Prefetch("payments", payments.order_by("position")))
    )


def find_checkout(caller: Caller, token: str) -> Checkout:
    found = checkouts_of(caller).filter(token=token).first()
    if found is None:
        raise NothingThere
    return found


def find_payment(caller: Caller, token: UUID) -> Payment:
    found = payments_of(caller).filter(token=token).first()
    if found is None:
        raise NothingThere
    return found


def find_refund(caller: Caller, stamp: UUID) -> Refund:
    within = payments_of(caller).values("pk")
    found = Refund.objects.select_related("payment").filter(stamp=stamp, payment__in=within).first()
    if found is None:
        raise NothingThere
    return found
