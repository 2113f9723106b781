"""Whom another program has let in comes by a link that works once, and is signed in here too."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from torget.payments.api.hand_off import HandOffIsOver, find_hand_off, take_hand_off
from torget.payments.api.models import HandOff
from torget.payments.core.ports import LibrarySystemError
from torget.payments.web.link_page import speak_like
from torget.payments.web.patron.cards import masked
from torget.payments.web.patron.sign_in import patron_of
from torget.payments.web.patron_session import remember_patron


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hand_off(request: HttpRequest, token: str) -> HttpResponse:
    """It says whose card it is and asks, so that what opens links ahead uses none up and nobody is signed in unseen."""
    try:
        found = find_hand_off(token=token, at=timezone.now())
        return speak_like(request, found.language, lambda: _answer(request, token, found))
    except HandOffIsOver:
        return render(request, "payments/hand_off_over.html", status=410)


def _answer(request: HttpRequest, token: str, found: HandOff) -> HttpResponse:
    context = {"card": masked(found.card_number), "client": found.client.name}
    if request.method != "POST":
        return render(request, "payments/hand_off.html", context)
    try:
        patron = take_hand_off(token=token, at=timezone.now())
    except LibrarySystemError:
        return render(request, "payments/hand_off.html", {**context, "is_silent": True}, status=503)
    remember_patron(request, patron_of(patron, found.library_system))
    return HttpResponseRedirect(reverse("fees"))
