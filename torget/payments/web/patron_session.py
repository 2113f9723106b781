"""Who is signed in: kept in the session for half an hour of quiet, without PIN and without anything to guess from."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

_KEY = "patron"
_MORE = "more_cards"
CARDS_MAX = 5
_SEEN = "seen_at"
_WAY_IN = "way_in"
_REFRESH_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInPatron:
    patron_id: int
    library_system: str
    reference: str
    card_number: str
    name: str
    home_branch: str | None


def remember_patron(request: HttpRequest, patron: SignedInPatron) -> None:
    """A new session key, so that one planted before the sign-in is worth nothing."""
    request.session.cycle_key()
    request.session[_KEY] = asdict(patron)
    request.session.pop(_MORE, None)
    request.session[_SEEN] = timezone.now().timestamp()


def remember_card(request: HttpRequest, card: SignedInPatron) -> bool:
    """Beside the card of the sign-in; False if it is here already, or there are too many."""
    cards = signed_in_cards(request)
    if len(cards) >= CARDS_MAX or any(_is_same(one, card) for one in cards):
        return False
    request.session.cycle_key()
    request.session[_MORE] = [*request.session.get(_MORE, []), asdict(card)]
    return True


def forget_card(request: HttpRequest, number: int) -> None:
    """By its place among the cards; the first one goes with the whole sign-in only."""
    more = request.session.get(_MORE, [])
    request.session[_MORE] = [card for place, card in enumerate(more, 2) if place != number]


def _is_same(one: SignedInPatron, other: SignedInPatron) -> bool:
    return (one.library_system, one.reference) == (other.library_system, other.reference)


def signed_in_cards(request: HttpRequest) -> list[SignedInPatron]:
    """The card of the sign-in first, then those that were added with their PINs."""
    first = signed_in_patron(request)
    more = [SignedInPatron(**card) for card in request.session.get(_MORE, [])]
    return [first, *more] if first else []


def forget_patron(request: HttpRequest) -> None:
    request.session.flush()


def signed_in_patron(request: HttpRequest) -> SignedInPatron | None:
    kept = request.session.get(_KEY)
    if kept is None:
        return None
    now = timezone.now().timestamp()
    if now - request.session.get(_SEEN, 0) > _REFRESH_SECONDS:
        request.session[_SEEN] = now  # saving the session starts its half hour anew
    return SignedInPatron(**kept)


def remember_way_in(request: HttpRequest, address: str) -> None:
    """Of somebody who pays without signing in, so that they get back to where they came from."""
    request.session[_WAY_IN] = address


def forget_way_in(request: HttpRequest) -> None:
    request.session.pop(_WAY_IN, None)


def way_in(request: HttpRequest) -> str:
    """Empty for a signed-in patron, who has a page of fees, and for whoever came from nowhere."""
    return "" if signed_in_patron(request) else str(request.session.get(_WAY_IN, ""))


View = Callable[..., HttpResponse]


def patron_required(view: View) -> View:
    """Send whoever is not signed in to the sign-in page, and back afterwards."""

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        patron = signed_in_patron(request)
        if patron is None:
            target = request.get_full_path() if request.method == "GET" else reverse("fees")
            return HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode({'next': target})}")
        response = view(request, patron, *arguments, **named)
        response.headers["Cache-Control"] = "no-store"
        return response

    return guarded
