"""Look at a payment again later, without a step."""

from datetime import datetime

from torget.payments.checkout.load import PaymentFacts
from torget.payments.checkout.models import Payment
from torget.payments.core.schedule import retry_delay


def look_again(*, payment: PaymentFacts, next_at: datetime | None, tries: int) -> bool:
    """Guarded like every change: False if the payment has moved on meanwhile."""
    return bool(
        Payment.objects.filter(id=payment.id, state=payment.state, changed_at=payment.changed_at).update(
            next_at=next_at, tries=tries
        )
    )


def try_again_later(*, payment: PaymentFacts, at: datetime) -> bool:
    tries = payment.tries + 1
    return look_again(payment=payment, next_at=at + retry_delay(tries), tries=tries)
