"""Receipts that still have to go out by e-mail, found by looking, so that nothing depends on who was running when."""

from datetime import datetime, timedelta

from django.db.models import CharField, Exists, F, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from procrastinate.contrib.django import app

from torget.foundation.notify.models import OutgoingEmail
from torget.payments.checkout.models import Receipt
from torget.payments.receipts.by_email import queue_receipt_email
from torget.payments.receipts.refund_email import queue_due_refund_emails

LOOK_BACK = timedelta(days=7)
BATCH = 500


def queue_due_receipts(now: datetime) -> int:
    """Put every receipt into the out-box that has an address and is not there; the number put.

    The receipt is committed with the step that took the money in, and this reads receipts: so a mail is never promised
    for money that did not come, and never forgotten for money that did.
    """
    about = Concat(Value("receipt:"), Cast(OuterRef("payment_id"), CharField()))
    due = (
        Receipt.objects.filter(issued_at__gt=now - LOOK_BACK)
        .exclude(payment__checkout__email="")
        .filter(~Exists(OutgoingEmail.objects.filter(about=about)))
        .order_by(F("issued_at"))
        .values_list("payment_id", flat=True)[:BATCH]
    )
    return sum(queue_receipt_email(payment_id=payment_id, now=now) for payment_id in due)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="queue-receipts", queue="notify")
def queue_receipts(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says which minute it is for
    return queue_due_receipts(timezone.now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="queue-refund-emails", queue="notify")
def queue_refund_emails(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says which minute it is for
    return queue_due_refund_emails(timezone.now())
