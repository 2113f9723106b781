"""Where staff can go: each part registers its pages when the program starts, so that none must know the others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise

from torget.foundation.people.access import Access
from torget.foundation.staff.session import Staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page in the navigation of those whose roles have a use for it."""

    url_name: str
    text: Promise
    position: int
    """The lowest comes first: customer service 10-19, matters 20-29, payments 30-39."""
    is_for: Callable[[Access], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeCard:
    """What a part shows on the first page after the sign-in."""

    template: str
    position: int
    is_for: Callable[[Access], bool]
    context: Callable[[HttpRequest, Staff], Mapping[str, Any]]


_places: dict[str, Place] = {}
_cards: dict[str, HomeCard] = {}


def register_place(place: Place) -> None:
    _places[place.url_name] = place


def register_home_card(card: HomeCard) -> None:
    _cards[card.template] = card


def places_for(access: Access) -> list[Place]:
    return sorted((one for one in _places.values() if one.is_for(access)), key=lambda one: one.position)


def home_cards_for(access: Access) -> list[HomeCard]:
    return sorted((one for one in _cards.values() if one.is_for(access)), key=lambda one: one.position)
