"""Who the key belongs to, the fees of a card, and the way for its owner to our own pages."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.languages import Language
from torget.payments.api.card_fees import read_card_fees
from torget.payments.api.hand_off import VALID_FOR, make_hand_off
from torget.payments.api.models import ClientCheckout
from torget.payments.api.scopes import Scope
from torget.payments.api.v1.description import answers
from torget.payments.api.v1.key import caller_of
from torget.payments.api.v1.schemas import CardIn, ClientOut, FeesOut, HandOffIn, HandOffOut, MunicipalityOut, texts
from torget.payments.api.v1.shown import page_url, show_fees

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


@router.post(
    "/hand-offs",
    response=answers({201: HandOffOut}, 400, 403, 404, 409, 413, 415, 503),
    operation_id="makeHandOff",
    url_name="api-hand-offs",
)
def hand_off(request: HttpRequest, card: HandOffIn) -> Status[HandOffOut]:
    """A link by which a patron whom you have let in is signed in at Torget too, once and within five minutes.

    Make it when the patron presses the button, not when you show the page. The card's number does not stand in it.
    """
    caller, now = caller_of(request, Scope.HAND_OFF), timezone.now()
    token = make_hand_off(
        caller=caller, system=card.library_system, card_number=card.card_number, language=card.language, at=now
    )
    return Status(201, HandOffOut(url=page_url("hand-off", token), expires_at=now + VALID_FOR))
