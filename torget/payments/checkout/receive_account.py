"""Take in a call about an account as a whole, whose message itself says which payment or refund it is about."""

import logging
from contextlib import suppress
from datetime import datetime
from typing import cast
from uuid import UUID

from django.conf import settings

from torget.payments.checkout.load import NoSuchPayment, PaymentFacts, load_payment, load_payment_by_token
from torget.payments.checkout.models import MerchantAccount, Refund
from torget.payments.checkout.providers import facts_of, provider_for
from torget.payments.checkout.receive import MessageNotBelieved, apply_statement, message_content
from torget.payments.checkout.settle_refund import apply_refund_statement
from torget.payments.core.ports import BadMessage, IncomingMessage, ProviderMessage, RefundMessage
from torget.payments.core.provider_extras import AccountCallbacks

LOG = logging.getLogger("torget.payments")


def receive_account_message(*, provider: str, account: str, message: IncomingMessage, at: datetime) -> None:
    """Raise MessageNotBelieved for what is not provably the provider's.

    What is, but about nothing of ours, is taken as heard: providers repeat until they are, and hold back the rest.
    """
    found = MerchantAccount.objects.filter(provider=provider, account=account).first()
    if found is None or provider not in settings.PAYMENT_PROVIDERS:
        raise MessageNotBelieved("no such account")
    connector = provider_for(facts_of(found))
    if not connector.capabilities.calls_per_account:
        raise MessageNotBelieved("the provider calls about each payment")
    try:
        said = cast(AccountCallbacks, connector).read_account_message(message)
    except BadMessage as error:
        # Anybody can call, and nothing ties a bad message to a payment: it leaves a line in the log and no row.
        LOG.warning("bad message", extra={"provider": provider, "account": account, "why": str(error)})
        raise MessageNotBelieved(str(error)) from error
    # A message that does not fit its payment is kept there; hearing it again would not make it fit.
    with suppress(MessageNotBelieved, NoSuchPayment, Refund.DoesNotExist, ValueError, BadMessage):
        if isinstance(said, ProviderMessage):
            payment = load_payment_by_token(UUID(said.stamp))
            _check_for_account(payment, account=found, message=message)
            apply_statement(
                payment=payment,
                said=said,
                at=at,
                channel="callback",
                content=message_content(message),
            )
        elif isinstance(said, RefundMessage):
            refund = Refund.objects.get(stamp=UUID(said.stamp))
            payment = load_payment(refund.payment_id)
            _check_for_account(payment, account=found, message=message)
            apply_refund_statement(refund=refund, payment=payment, said=said, at=at, content=message_content(message))


def _check_for_account(payment: PaymentFacts, *, account: MerchantAccount, message: IncomingMessage) -> None:
    """A platform calls one address about all its accounts; the payment's own must find the message right too.

    Raise BadMessage or MessageNotBelieved.
    """
    if payment.account.id == account.pk:
        return
    connector = provider_for(payment.account)
    if payment.account.provider != account.provider or not connector.capabilities.calls_per_account:
        raise MessageNotBelieved("another provider's payment")
    cast(AccountCallbacks, connector).read_account_message(message)
