"""Whose door the patron stands at: the municipality's, or the cooperation's before anyone is known."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from torget.foundation.cooperations.models import Branch, Cooperation, Municipality
from torget.foundation.design.page import Site
from torget.foundation.design.site import make_site, make_theme
from torget.foundation.design.themes import Theme
from torget.payments.fees.policy import ConfiguredFees
from torget.payments.web.patron_session import signed_in_patron

_DOOR = "door"


def library_cooperation() -> Cooperation | None:
    return Cooperation.objects.filter(service=Cooperation.Service.LIBRARY_PAYMENTS).order_by("id").first()


def has_several_systems() -> bool:
    """The settings are asked first, for nearly every installation has one and needs no query."""
    if len(settings.LIBRARY_SYSTEMS) < 2:
        return False
    cooperation = library_cooperation()
    return cooperation is not None and bool(cooperation.further_library_systems)


def find_theme(slug: str) -> Theme | None:
    owner = Municipality.objects.filter(slug=slug).first() or Cooperation.objects.filter(slug=slug).first()
    return make_theme(slug, owner.theme) if owner else None


def choose_door(request: HttpRequest, municipality: Municipality) -> None:
    request.session[_DOOR] = municipality.slug


def municipality_of(request: HttpRequest) -> Municipality | None:
    """The door the patron came in by, else the municipality of the patron's home library."""
    if request.session.get(_DOOR):
        return Municipality.objects.filter(slug=request.session[_DOOR]).first()
    patron = signed_in_patron(request)
    if patron is None or not patron.home_branch:
        return None
    branch = Branch.objects.filter(code=patron.home_branch).select_related("municipality").first()
    return branch.municipality if branch else None


def site_of(request: HttpRequest) -> Site:
    owner: Municipality | Cooperation | None = municipality_of(request) or library_cooperation()
    if owner is None:
        return Site(name="Torget")
    return make_site(owner.slug, owner.name(get_language() or "fi"), owner.theme)


def known_site(request: HttpRequest, configured: ConfiguredFees) -> dict[str, Site]:
    """For a page that has read the network anyway: its site without another query, or {} to let the page ask."""
    patron = signed_in_patron(request)
    home = configured.policy.municipality_of_branch.get(patron.home_branch or "", "") if patron else ""
    slug = request.session.get(_DOOR) or home
    found = configured.municipalities.get(slug)
    return {"site": make_site(slug, found.name(get_language() or "fi"), found.theme)} if found else {}
