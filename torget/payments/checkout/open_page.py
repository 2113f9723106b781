"""Get the provider's payment page for a payment; the only outside call made while the patron waits."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from torget.foundation.core.money import Money
from torget.payments.checkout.load import PaymentFacts, load_payment
from torget.payments.checkout.merchants import load_merchants
from torget.payments.checkout.models import Checkout, Payment
from torget.payments.checkout.move import move_payment
from torget.payments.checkout.providers import provider_for
from torget.payments.core.checkout import Event, State
from torget.payments.core.fee_texts import product_description
from torget.payments.core.ports import CreatedPayment, OrderLine, PaymentOrder, ProviderRefused, ProviderUnavailable


class PageNotAvailable(Exception):
    """The provider gave no page; nothing was charged and the fees are free again."""


class ProviderGaveNoPage(PageNotAvailable):
    """The provider does not answer, or refuses; trying again later may help."""


class AmountTooSmall(ProviderGaveNoPage):
    """The provider takes no payment as small as this; with more fees it may."""

    def __init__(self, smallest: Money) -> None:
        super().__init__(f"the smallest payment is {smallest}")
        self.smallest = smallest


class PayeeTakesNoMoney(Exception):
    """The payee's account was switched off after the payment was started."""


class PageBeingMade(Exception):
    """Another request is asking the provider for this page right now."""


def _address(name: str, token: object) -> str:
    return settings.PUBLIC_URL + reverse(name, args=[token])


def payment_order(payment: PaymentFacts, checkout: Checkout) -> PaymentOrder:
    """The order as the provider sees it: amounts, kinds of fee and payees; no titles, no names, no card number.

    Raise PayeeTakesNoMoney.
    """
    merchants = load_merchants()
    for line in payment.lines:
        if line.payee_slug not in merchants:
            raise PayeeTakesNoMoney(line.payee_slug)
    return PaymentOrder(
        stamp=str(payment.token),
        reference=payment.reference,
        lines=tuple(
            OrderLine(
                stamp=f"{payment.token}-{line.position}",
                product_code=line.product_code,
                description=product_description(line.fee_kind, checkout.language),
                amount=line.amount,
                vat_permille=line.vat_permille,
                sub_merchant=merchants[line.payee_slug].sub_merchant if payment.account.is_aggregate else None,
            )
            for line in payment.lines
        ),
        language=checkout.language,
        email=checkout.email or merchants[payment.lines[0].payee_slug].service_email,
        return_url=_address("payment-return", payment.token),
        callback_url=_address("payment-callback", payment.token),
    )


def _create(payment: PaymentFacts) -> CreatedPayment:
    provider = provider_for(payment.account)
    smallest = Money(provider.capabilities.amount_cents_min)
    if payment.amount < smallest:
        raise AmountTooSmall(smallest)
    return provider.create(payment_order(payment, Checkout.objects.get(id=payment.checkout_id)))


def open_page(*, payment_id: int, now: datetime) -> str:
    """The address of the provider's page, made once.

    Raise PageNotAvailable, or PageBeingMade when another request of the patron got here first.
    """
    payment = load_payment(payment_id)
    if payment.state is State.OPEN:
        return payment.pay_url
    if payment.state is not State.CREATED:
        raise PageNotAvailable(payment.state)
    # A stamp may be used once, so only one request may ask; the guarded update decides which.
    if not Payment.objects.filter(id=payment_id, state=State.CREATED, tries=0).update(tries=1):
        raise PageBeingMade
    try:
        created = _create(payment)
    except (ProviderRefused, ProviderUnavailable, PayeeTakesNoMoney, AmountTooSmall) as error:
        # Without the page's address nobody can pay there, so even an unknown outcome is safe to give up.
        move_payment(
            payment=payment, event=Event.CREATE_FAILED, at=now, actor="patron", detail={"why": str(error)[:200]}
        )
        raise error if isinstance(error, AmountTooSmall) else ProviderGaveNoPage(str(error)) from error
    state = move_payment(
        payment=payment,
        event=Event.PAGE_CREATED,
        at=now,
        actor="patron",
        provider_reference=created.provider_reference,
        pay_url=created.pay_url,
    )
    if state is None:
        raise PageNotAvailable("the payment went on without its page")
    return created.pay_url
