"""Who the key belongs to, and the fees of a card."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.languages import Language
from torget.payments.api.card_fees import read_card_fees
from torget.payments.api.models import ClientCheckout
from torget.payments.api.scopes import Scope
from torget.payments.api.v1.description import answers
from torget.payments.api.v1.key import caller_of
from torget.payments.api.v1.schemas import CardIn, ClientOut, FeesOut, MunicipalityOut, texts
from torget.payments.api.v1.shown import show_fees

router = Router(tags=["Cards"])


@router.get("/client", response=answers({200: ClientOut}), operation_id="readClient", url_name="api-client")
def client(request: HttpRequest) -> ClientOut:
    """Who the key belongs to and what it may do: the first thing to try."""
    caller = caller_of(request)
    reach = Municipality.objects.filter(pk__in=caller.municipality_ids).order_by("slug")
    return ClientOut(
        name=caller.name,
        scopes=sorted(caller.scopes),
        municipalities=[MunicipalityOut(slug=one.slug, names=texts(one.names)) for one in reach],
        requests_per_minute=caller.requests_per_minute,
    )


@router.post(
    "/cards/fees",
    response=answers({200: FeesOut}, 400, 403, 404, 409, 413, 415, 503),
    operation_id="readFees",
    url_name="api-fees",
)
def fees(request: HttpRequest, card: CardIn) -> FeesOut:
    """The open fees of a card whose owner you have let in yourself; the PIN is neither needed nor taken.

    A POST, so that the card's number stands in no address and in no log. Every call is written into the audit log.
    """
    caller = caller_of(request, Scope.READ_FEES)
    found = read_card_fees(
        caller=caller,
        system=card.library_system,
        card_number=card.card_number,
        language=Language.FINNISH,
        at=timezone.now(),
    )
    tokens = {held.checkout_token for held in found.now.payable.held.values()}
    own = ClientCheckout.objects.filter(client=caller.client_id, checkout__token__in=tokens)
    return show_fees(found, own_checkouts=frozenset(own.values_list("checkout__token", flat=True)))
