"""A refund that a client asks for: the same decision as at the desk, by somebody who is never the second person."""

from collections.abc import Callable
from datetime import datetime

from torget.payments.api.answer_once import Answer, Body, Request, answer_once, kept_answer
from torget.payments.api.caller import Caller
from torget.payments.checkout.models import Payment, Refund
from torget.payments.checkout.refund import refund_payment
from torget.payments.checkout.resolve import NotAllowedNow, look_at
from torget.payments.core.checkout import State
from torget.payments.core.refunding import RefundWish
from torget.payments.core.resolving import Action, cents_left

_AT_REST = frozenset({State.REGISTERED, State.REFUNDED})


def refund_for_client(
    *,
    caller: Caller,
    request: Request,
    payment: Payment,
    wish: Callable[[dict[int, int]], RefundWish],
    at: datetime,
    show: Callable[[Refund], Body],
) -> Answer:
    """`wish` is asked with the cents that are left, by line position.

    Raise KeyUsedOtherwise, and what `refund_payment` raises. A payment that somebody is looking into is theirs.
    """
    repeated = kept_answer(request)
    if repeated is not None:
        return repeated
    seen = look_at(payment.pk, at)
    if seen.payment.state not in _AT_REST:
        raise NotAllowedNow(Action.REFUND)
    wanted = wish(cents_left(seen.standing))

    def refund() -> Body:
        refund_payment(payment_id=payment.pk, seen_at=seen.payment.changed_at, access=caller.access, wish=wanted, at=at)
        return show(Refund.objects.filter(payment=payment, requested_by=caller.actor).latest("pk"))

    return answer_once(request=request, at=at, status=201, effect=refund)
