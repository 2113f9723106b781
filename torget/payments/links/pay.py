"""Start the checkout of a link: the same one as behind every other door, joined to the link in one commit."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from torget.foundation.core.money import Money
from torget.payments.checkout.models import Checkout
from torget.payments.checkout.start import FeesChanged, StartedCheckout, choose_fees, start_checkout
from torget.payments.core.links import LinkState
from torget.payments.links.fees import LinkFeesNow
from torget.payments.links.models import LinkCheckout, PaymentLink
from torget.payments.links.standing import standing


class LinkClosed(Exception):
    """The link was paid, revoked or locked, or its last day passed, since the page was shown."""


def pay_link(
    *, link_id: int, fees: LinkFeesNow, expected: Mapping[str, Money], language: str, email: str, now: datetime
) -> StartedCheckout:
    """`fees` as read just now, `expected` as the payer saw them.

    Raise LinkClosed, NothingChosen, FeesChanged or FeeInAnotherPayment; then nothing is saved.
    """
    if expected != fees.expected:
        raise FeesChanged
    chosen = choose_fees(fees.fees.assessed, expected)
    with transaction.atomic():
        # Held until the checkout is saved, so that a link cannot be revoked in between.
        link = PaymentLink.objects.select_for_update(of=("self",)).select_related("patron").get(pk=link_id)
        if standing(link, now).state not in (LinkState.OPEN, LinkState.STARTED):
            raise LinkClosed
        started = start_checkout(
            library_system=link.patron.library_system,
            patron_id=link.patron_id,
            patron=fees.fees.account.patron,
            chosen=chosen,
            merchants=fees.fees.payable.merchants,
            language=language,
            email=email,
            now=now,
        )
        LinkCheckout.objects.create(link=link, checkout=Checkout.objects.get(token=started.token))
    return started
