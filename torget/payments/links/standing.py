"""How links stand: by their own row, and by the payments of the checkouts that began from them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from torget.payments.checkout.models import Payment
from torget.payments.core.checkout import State
from torget.payments.core.links import LinkState, link_state
from torget.payments.links.models import LinkCheckout, PaymentLink


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    state: LinkState
    payment_ids: tuple[int, ...] = ()
    """Of the checkout that was paid, else of the last one."""
    checkout_token: str = ""


def standings(links: Iterable[PaymentLink], now: datetime) -> dict[int, Standing]:
    """By the id of the link, in two queries however many they are."""
    listed = list(links)
    begun = dict(
        LinkCheckout.objects.filter(link__in=[link.pk for link in listed])
        .order_by("checkout_id")
        .values_list("checkout_id", "link_id")
    )
    payments: dict[int, list[Payment]] = {checkout_id: [] for checkout_id in begun}
    for payment in Payment.objects.filter(checkout_id__in=list(begun)).select_related("checkout").order_by("position"):
        payments[payment.checkout_id].append(payment)
    found = {}
    for link in listed:
        own = [payments[checkout_id] for checkout_id, link_id in begun.items() if link_id == link.pk]
        found[link.pk] = _standing(link, [one for one in own if one], now)
    return found


def _standing(link: PaymentLink, checkouts: list[list[Payment]], now: datetime) -> Standing:
    def judged(these: list[list[Payment]]) -> LinkState:
        return link_state(
            checkouts=[[State(payment.state) for payment in payments] for payments in these],
            is_revoked=link.revoked_at is not None,
            wrong_tries=link.wrong_tries,
            expires_at=link.expires_at,
            now=now,
        )

    state = judged(checkouts)
    if not checkouts:
        return Standing(state=state)
    paid = [payments for payments in checkouts if judged([payments]) is LinkState.PAID]
    shown = (paid or checkouts)[-1]
    return Standing(
        state=state, payment_ids=tuple(payment.pk for payment in shown), checkout_token=shown[0].checkout.token
    )


def standing(link: PaymentLink, now: datetime) -> Standing:
    return standings([link], now)[link.pk]
