"""What every page of the patron's side needs: whose it is, and where one can go."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from torget.foundation.design.page import NavigationItem
from torget.payments.web.other_parts import address
from torget.payments.web.patron_session import signed_in_patron
from torget.payments.web.site import site_of


def _navigation(request: HttpRequest) -> list[NavigationItem]:
    if not hasattr(request, "session") or signed_in_patron(request) is None:
        return []
    here = request.resolver_match.url_name if request.resolver_match else ""
    places = [("fees", _("Fees")), ("history", _("Payments and receipts")), ("help", _("Help"))]
    if address("errands"):
        places.insert(2, ("errands", _("My errands")))
    items = [NavigationItem(text=text, url=reverse(name), is_current=here == name) for name, text in places]
    return [*items, NavigationItem(text=_("Sign out"), url=reverse("sign-out"), is_current=here == "sign-out")]


def page(request: HttpRequest) -> dict[str, Any]:
    """Lazy, so that a fragment or a staff page that shows none of it asks the database nothing."""
    return {
        "site": SimpleLazyObject(lambda: site_of(request)),
        "service_name": SimpleLazyObject(lambda: _("Library fees")),
        "service_url": reverse("fees"),
        "navigation": SimpleLazyObject(lambda: _navigation(request)),
    }
