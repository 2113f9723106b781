"""Pay back a registered fee because it was decided elsewhere: once per order, by the same steps as any refund."""

from datetime import datetime

from torget.payments.checkout.give_back import refund_row
from torget.payments.checkout.load import load_payment
from torget.payments.checkout.models import PaymentLine, Refund
from torget.payments.checkout.move import move_payment
from torget.payments.core.checkout import Event, State


def paid_line(*, library_system: str, patron_reference: str, fee_reference: str) -> PaymentLine | None:
    """The line by which the fee was paid here and booked in the library system."""
    return (
        PaymentLine.objects.filter(
            library_system=library_system,
            patron_reference=patron_reference,
            fee_reference=fee_reference,
            outcome="booked",
        )
        .order_by("-pk")
        .first()
    )


def refund_by_decision(*, key: str, payment_id: int, position: int, cents: int, reason: str, at: datetime) -> bool:
    """True once the refund is decided: then it ends as paid back or on a work list. False: ask again.

    The key is kept as who asked for it, so that asking twice decides once.
    """
    if Refund.objects.filter(payment_id=payment_id, requested_by=key).exists():
        return True
    payment = load_payment(payment_id)
    if payment.state not in (State.REGISTERED, State.REFUNDED):
        return False
    if Refund.objects.filter(payment_id=payment_id, state="proposed").exists():
        # Staff have asked for a refund that a second person is still to decide; one at a time.
        return False
    row = refund_row({position: cents}, was_registered=True, reason=reason)
    state = move_payment(
        payment=payment, event=Event.REFUND_DECIDED, at=at, actor=key, detail={"why": reason}, new_refund=row
    )
    return state is not None
