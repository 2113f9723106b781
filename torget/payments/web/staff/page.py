"""What every page of the staff's side shows around its content."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from torget.foundation.design.page import NavigationItem
from torget.payments.web.site import site_of
from torget.payments.web.staff.session import Staff


def _address(name: str) -> str:
    """'' when no page has this name: the parts of the back office that stand beside this one may not be there."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _navigation(staff: Staff, here: str) -> list[NavigationItem]:
    """Whoever has no role has nothing to look at, and can only leave."""
    places = (
        ("staff-work-list", _("Work list")),
        ("staff-search", _("Search")),
        ("staff-figures", _("Figures")),
        ("staff-reconciliation", _("Reconciliation")),
        ("staff-months", _("Months")),
    )
    shown = [(name, text) for name, text in places if staff.access.has_any]
    return [
        NavigationItem(text=text, url=url, is_current=name == here)
        for name, text in (*shown, ("staff-sign-out", _("Sign out")))
        if (url := _address(name))
    ]


def frame(request: HttpRequest, staff: Staff | None, here: str) -> dict[str, Any]:
    return {
        "site": replace(site_of(request), home_url=reverse("staff-home")),
        "service_name": _("Library payments, staff"),
        "service_url": reverse("staff-home"),
        "navigation": _navigation(staff, here) if staff else [],
        "staff": staff,
    }


def show(
    request: HttpRequest, staff: Staff | None, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    here = request.resolver_match.url_name or "" if request.resolver_match else ""
    return render(request, f"staff/{template}", {**frame(request, staff, here), **context}, status=status)
