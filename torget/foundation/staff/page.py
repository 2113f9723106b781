"""What every page of the staff's side shows around its content, whichever part the page belongs to."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from torget.foundation.cooperations.models import Cooperation, Municipality
from torget.foundation.design.page import NavigationItem, Site
from torget.foundation.design.site import make_site
from torget.foundation.staff.places import places_for
from torget.foundation.staff.session import Staff


def _navigation(staff: Staff, here: str) -> list[NavigationItem]:
    places = [(place.url_name, str(place.text)) for place in places_for(staff.access)]
    places.append(("staff-sign-out", _("Sign out")))
    return [NavigationItem(text=text, url=reverse(name), is_current=name == here) for name, text in places]


def _site(staff: Staff | None) -> Site:
    """The employee's municipality if there is just one, else the first cooperation."""
    owner: Municipality | Cooperation | None = None
    if staff is not None and len(staff.access.works_for) == 1:
        owner = Municipality.objects.filter(pk__in=staff.access.works_for).first()
    owner = owner or Cooperation.objects.order_by("id").first()
    if owner is None:
        return Site(name="Torget")
    return make_site(owner.slug, owner.name(get_language() or "fi"), owner.theme)


def frame(request: HttpRequest, staff: Staff | None) -> dict[str, Any]:
    here = request.resolver_match.url_name or "" if request.resolver_match else ""
    home = reverse("staff-home")
    return {
        "site": replace(_site(staff), home_url=home),
        "service_name": _("Torget for staff"),
        "service_url": home,
        "navigation": _navigation(staff, here) if staff else [],
        "staff": staff,
    }


def posted_number(request: HttpRequest, field: str) -> int:
    """The number that a field of the form holds; 0, which no row has, for anything else."""
    text = request.POST.get(field, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def show(
    request: HttpRequest, staff: Staff | None, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page of the staff's side; `template` lies below a folder `staff` of some part's templates."""
    return render(request, f"staff/{template}", {**frame(request, staff), **context}, status=status)
