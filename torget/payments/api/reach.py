"""What of checkouts, payments and refunds a client may see: what it started itself, as far as its municipalities go.

Anything else does not exist for it: the same NothingThere for an identifier of somebody else's and for one of nobody's.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Prefetch, QuerySet
from django.utils import timezone

from torget.foundation.audit.record import record
from torget.payments.api.caller import Caller
from torget.payments.checkout.models import Checkout, Payment, PaymentLine, Refund


class NothingThere(LookupError):
    """No such thing, or not the caller's."""


def _note(caller: Caller, action: str, subject: str, **detail: object) -> None:
    """Every look of a program is in the read log, as one of staff is."""
    record(at=timezone.now(), actor=caller.actor, action=action, subject=subject, detail=detail)


def note_list(caller: Caller, of: str, rows: Sequence[Model]) -> None:
    _note(caller, f"list {of}", of, **{of: [row.pk for row in rows]})


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
    _note(caller, "read checkout", f"checkout:{found.pk}")
    return found


def find_payment(caller: Caller, token: UUID) -> Payment:
    found = payments_of(caller).filter(token=token).first()
    if found is None:
        raise NothingThere
    _note(caller, "read payment", f"payment:{found.pk}")
    return found


def find_refund(caller: Caller, stamp: UUID) -> Refund:
    within = payments_of(caller).values("pk")
    found = Refund.objects.select_related("payment").filter(stamp=stamp, payment__in=within).first()
    if found is None:
        raise NothingThere
    _note(caller, "read refund", f"payment:{found.payment_id}")
    return found
