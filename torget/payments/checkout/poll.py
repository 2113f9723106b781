"""Ask the provider about payments whose end nobody told us, and let unpaid ones go."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from torget.payments.checkout.load import PaymentFacts, load_payment
from torget.payments.checkout.move import move_payment
from torget.payments.checkout.providers import provider_for
from torget.payments.checkout.receive import MessageNotBelieved, ask_provider
from torget.payments.checkout.reschedule import look_again
from torget.payments.core.checkout import Event, State
from torget.payments.core.ports import ProviderError
from torget.payments.core.schedule import UNPAID_EXPIRES, next_poll

Clock = Callable[[], datetime]


def poll_payment(*, payment: PaymentFacts, clock: Clock) -> None:
    """States 'open', 'pending', 'failed' and 'expired': ask, then decide when to ask again."""
    if payment.provider_reference and provider_for(payment.account).capabilities.has_status_query:
        # No usable word is no reason to change anything; the schedule below asks again.
        with suppress(ProviderError, MessageNotBelieved):
            ask_provider(payment=payment, at=clock())
        after = load_payment(payment.id)
        if after.state is not payment.state:
            return
        payment = after
    now = clock()
    if payment.state is State.OPEN and now >= payment.created_at + UNPAID_EXPIRES:
        move_payment(payment=payment, event=Event.TIMED_OUT, at=now, actor="worker")
    else:
        look_again(payment=payment, next_at=next_poll(payment.state, payment.created_at, now), tries=0)
