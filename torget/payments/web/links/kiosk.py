"""A screen in the library: card and PIN, choose, and take the code along on the own phone.

No bank code is ever entered here. The start page forgets whoever was there before, and every page goes back to it by
itself when nobody touches the screen.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from torget.foundation.audit.record import record
from torget.payments.checkout.fees_now import FeesNow, read_fees_now
from torget.payments.checkout.start import FeesChanged, NothingChosen
from torget.payments.core.links import LinkState
from torget.payments.core.ports import LibrarySystemError
from torget.payments.links.make import make_link
from torget.payments.links.models import PaymentLink
from torget.payments.links.standing import standing
from torget.payments.web.links.choose import chosen_fees, plain_list
from torget.payments.web.links.one import code_svg, link_address
from torget.payments.web.patron.sign_in import SignInForm, try_sign_in

_KEPT = "kiosk"
IDLE_SECONDS = 60
"""After these the page asks whether somebody is still there, and half as many later it goes back to the start."""
SESSION_SECONDS_MAX = 300
"""Should the page not go back by itself, the server has forgotten by then."""
LINK_HOLDS = timedelta(minutes=30)
CHECKS_MAX = 60

View = Callable[..., HttpResponse]


def _forget(request: HttpRequest) -> None:
    if _KEPT in request.session:
        request.session.flush()


def _show(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    around = {"navigation": [], "idle_seconds": IDLE_SECONDS, "noscript_seconds": IDLE_SECONDS * 3 // 2}
    response = render(request, f"kiosk/{template}", {**around, **context}, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        was_used = _KEPT in request.session
        _forget(request)
        response = _show(request, "start.html", {"form": SignInForm(), "is_start": True})
        if was_used:
            # The next person may speak another language.
            response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        return response
    form = SignInForm(request.POST)
    found = try_sign_in(request, form) if form.is_valid() else None
    if found is None:
        return _show(request, "start.html", {"form": form}, status=422)
    request.session.flush()
    request.session[_KEPT] = {
        "patron_id": found.patron_id,
        "system": form.system,
        "reference": found.identity.reference,
        "card_number": found.identity.card_number,
    }
    request.session.set_expiry(SESSION_SECONDS_MAX)
    return HttpResponseRedirect(reverse("kiosk-fees"))


def _kiosk_page(view: View) -> View:
    """For whoever has just signed in here; everybody else gets the start page."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        kept = request.session.get(_KEPT)
        return view(request, kept) if kept else HttpResponseRedirect(reverse("kiosk"))

    return guarded


def _read(kept: dict[str, Any]) -> FeesNow:
    return read_fees_now(system=kept["system"], patron_reference=kept["reference"], card_number=kept["card_number"])


@require_safe
@_kiosk_page
def fees(request: HttpRequest, kept: dict[str, Any]) -> HttpResponse:
    try:
        return _fees_page(request, kept, _read(kept), None)
    except LibrarySystemError:
        return _show(request, "down.html", {}, status=503)


def _fees_page(request: HttpRequest, kept: dict[str, Any], now: FeesNow, chosen: set[str] | None) -> HttpResponse:
    """Anybody may stand at the screen, so the look is logged although card and PIN were given."""
    patron = f"patron:{kept['patron_id']}"
    record(at=timezone.now(), actor="kiosk", action="read fees at a kiosk", subject=patron)
    listed = plain_list(now, now.assessed, chosen)
    context = {
        "listed": listed,
        "groups": listed.groups,
        "name": now.account.patron.name,
        "shown": [f"{reference}|{amount.cents}" for reference, amount in now.free.items()],
    }
    return _show(request, "fees.html", context)


@require_POST
@_kiosk_page
def take(request: HttpRequest, kept: dict[str, Any]) -> HttpResponse:
    """Make the link whose code the phone reads."""
    now = timezone.now()
    try:
        fees_now = _read(kept)
        if "update" in request.POST:
            return _fees_page(request, kept, fees_now, set(request.POST.getlist("fee")))
        made = make_link(
            kind=PaymentLink.Kind.KIOSK,
            patron_id=kept["patron_id"],
            fees=fees_now,
            expected=chosen_fees(request, fees_now),
            municipality_id=None,
            language=get_language() or "fi",
            expires_at=now + LINK_HOLDS,
            actor=f"patron:{kept['patron_id']}",
            now=now,
        )
    except LibrarySystemError:
        return _show(request, "down.html", {}, status=503)
    except NothingChosen:
        messages.error(request, _("Choose at least one fee."))
        return HttpResponseRedirect(reverse("kiosk-fees"))
    except FeesChanged:
        messages.error(request, _("The fees have changed meanwhile. Look at them again."))
        return HttpResponseRedirect(reverse("kiosk-fees"))
    request.session[_KEPT] = {**kept, "link": made.pk}
    return HttpResponseRedirect(reverse("kiosk-code"))


def _link(kept: dict[str, Any]) -> PaymentLink | None:
    return PaymentLink.objects.filter(pk=kept.get("link", 0), patron_id=kept["patron_id"]).first()


@require_safe
@_kiosk_page
def code(request: HttpRequest, kept: dict[str, Any]) -> HttpResponse:
    found = _link(kept)
    if found is None:
        return HttpResponseRedirect(reverse("kiosk-fees"))
    state = standing(found, timezone.now()).state
    checks = min(int(request.GET["checks"]) if request.GET.get("checks", "").isdigit() else 0, CHECKS_MAX)
    context = {
        "state": state,
        "is_open": state in (LinkState.OPEN, LinkState.STARTED),
        "checks": checks + 1,
        "keeps_asking": checks < CHECKS_MAX and state in (LinkState.OPEN, LinkState.STARTED),
        "minutes": int(LINK_HOLDS.total_seconds() // 60),
    }
    is_fragment = bool(getattr(request, "htmx", False))
    return _show(request, "status.html" if is_fragment else "code.html", {**context, "is_fragment": is_fragment})


@require_safe
@_kiosk_page
def qr_code(_request: HttpRequest, kept: dict[str, Any]) -> HttpResponse:
    found = _link(kept)
    if found is None:
        return HttpResponse(status=404)
    response = HttpResponse(code_svg(link_address(found)), content_type="image/svg+xml")
    response.headers["Cache-Control"] = "no-store"
    return response
