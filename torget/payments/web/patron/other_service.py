"""Pay through the municipality's second provider what its first gave no page for."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from torget.foundation.core.money import Money
from torget.payments.checkout.second_way import SecondWay, find_second_way
from torget.payments.checkout.start import (
    ChosenOnCard,
    FeeInAnotherPayment,
    FeesChanged,
    NothingChosen,
    start_checkout_of_cards,
)
from torget.payments.core.ports import LibrarySystemError
from torget.payments.web.patron.card_fees import CardNow, choose_on_cards, read_cards
from torget.payments.web.patron.checkout import find_checkout
from torget.payments.web.patron.fees import go_to_page, library_down
from torget.payments.web.patron_session import SignedInPatron, patron_required


def _choose(cards: list[CardNow], way: SecondWay) -> list[ChosenOnCard]:
    """Raise FeesChanged if any of the fees is not on a card that is here, or not as it was."""
    expected: dict[str, Money] = {}
    for card in cards:
        whose = (card.library_system, card.now.account.patron.reference) if card.now else None
        fees = way.fees.get(whose, {}) if whose else {}
        expected |= {card.id_of(reference): amount for reference, amount in fees.items()}
    if len(expected) != sum(len(fees) for fees in way.fees.values()):
        raise FeesChanged
    return [one.as_chosen() for one in choose_on_cards(cards, expected, strict=True)]


@require_POST
@patron_required
def other_service(request: HttpRequest, patron: SignedInPatron, token: str) -> HttpResponse:
    """The same fees, if they still stand as they were, in a new checkout through the second accounts."""
    checkout = find_checkout(token)
    if checkout.patron_id != patron.patron_id:
        raise Http404
    way = find_second_way(checkout.payments.all())
    if way is None:
        return HttpResponseRedirect(reverse("checkout", args=[token]))
    try:
        cards = read_cards(request).cards
        chosen = _choose(cards, way)
        known = next(one.now for one in cards if one.now).payable.merchants
        started = start_checkout_of_cards(
            patron_id=patron.patron_id,
            cards=chosen,
            merchants={**known, **way.merchants},
            language=get_language() or "fi",
            email=checkout.email,
            now=timezone.now(),
        )
    except LibrarySystemError:
        return library_down(request)
    except (NothingChosen, FeesChanged, FeeInAnotherPayment):
        messages.error(request, _("Your fees have changed. Nothing was charged. Check the amounts and choose again."))
        return HttpResponseRedirect(reverse("fees"))
    return go_to_page(request, started.payment_ids[0], started.token)
