"""Give an unpaid payment up, after the provider has confirmed that it is unpaid."""

from datetime import datetime

from torget.payments.checkout.load import load_payment
from torget.payments.checkout.move import move_payment
from torget.payments.checkout.providers import provider_for
from torget.payments.checkout.receive import MessageNotBelieved, ask_provider
from torget.payments.core.checkout import Event, State
from torget.payments.core.ports import ProviderError


class MayBePaid(Exception):
    """The provider gave no word, or the word that money is on its way; the payment stays as it is."""


def withdraw_payment(*, payment_id: int, now: datetime) -> State:
    """Let the fees go. Raise MayBePaid when it is not sure that nothing was paid.

    The patron may still pay on a page left open in another tab; such money is taken in and then paid back, because the
    fee is gone or paid by then.
    """
    payment = load_payment(payment_id)
    if payment.state is State.CREATED:
        state = move_payment(payment=payment, event=Event.TIMED_OUT, at=now, actor="patron")
    elif payment.state is State.OPEN:
        if provider_for(payment.account).capabilities.has_status_query:
            try:
                if ask_provider(payment=payment, at=now) is not State.OPEN:
                    return load_payment(payment_id).state
            except (ProviderError, MessageNotBelieved) as error:
                raise MayBePaid from error
        state = move_payment(payment=payment, event=Event.WITHDRAWN, at=now, actor="patron")
    else:
        return payment.state
    return state or load_payment(payment_id).state
