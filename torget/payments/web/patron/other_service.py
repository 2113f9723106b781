"""Pay through the municipality's second provider what its first gave no page for."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from torget.payments.checkout.models import Checkout, Payment
from torget.payments.checkout.second_way import find_second_way
from torget.payments.checkout.start import FeeInAnotherPayment, FeesChanged, NothingChosen, choose_fees, start_checkout
from torget.payments.core.ports import LibrarySystemError
from torget.payments.web.patron.checkout import find_checkout
from torget.payments.web.patron.fees import go_to_page, library_down, read_fees
from torget.payments.web.patron_session import SignedInPatron, patron_required, signed_in_cards


def _payments_of(checkout: Checkout, card: SignedInPatron) -> list[Payment]:
    """Fees of two library systems may have the same number, so each card's are looked for by themselves."""
    own = (card.library_system, card.reference)
    return [one for one in checkout.payments.all() if (one.library_system, one.patron_reference) == own]


@require_POST
@patron_required
def other_service(request: HttpRequest, patron: SignedInPatron, token: str) -> HttpResponse:
    """The same fees, if they still stand as they were, in a new checkout through the second accounts."""
    checkout = find_checkout(token)
    if checkout.patron_id != patron.patron_id:
        raise Http404
    ways = [(card, find_second_way(_payments_of(checkout, card))) for card in signed_in_cards(request)]
    found = next(((card, way) for card, way in ways if way is not None), None)
    if found is None:
        return HttpResponseRedirect(reverse("checkout", args=[token]))
    card, way = found
    try:
        now = read_fees(card)
        now.check_choice(way.fees)
        started = start_checkout(
            library_system=card.library_system,
            patron_id=patron.patron_id,
            patron=now.account.patron,
            chosen=choose_fees(now.assessed, way.fees),
            merchants={**now.payable.merchants, **way.merchants},
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
