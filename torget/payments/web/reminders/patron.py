"""What a message leads to: the payment, and the page on which one says no to further ones.

Mail programs and their scanners open addresses by themselves, so a GET changes nothing. A POST needs no cookie and no
token of a form: the mail program presses the button for its reader (RFC 8058), and the address is the secret.
"""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from torget.foundation.design.site import make_site
from torget.payments.reminders.models import Reminder
from torget.payments.reminders.opt_out import BY_PATRON, has_opted_out, opt_in, opt_out
from torget.payments.web.link_page import speak_like

View = Callable[..., HttpResponse]


def _reminder_page(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        found = get_object_or_404(Reminder.objects.select_related("municipality", "link"), token=token)
        return speak_like(request, found.language, lambda: view(request, found))

    return guarded


@require_safe
@_reminder_page
def reminder(_request: HttpRequest, reminder: Reminder) -> HttpResponse:
    """The short address of a text message."""
    if reminder.link is None:
        return HttpResponseRedirect(reverse("sign-in"))
    return HttpResponseRedirect(reverse("payment-link", args=[reminder.link.token]))


def _page(request: HttpRequest, reminder: Reminder) -> HttpResponse:
    owner = reminder.municipality
    language = get_language() or "fi"
    context = {
        "site": make_site(owner.slug, owner.name(language), owner.theme),
        "navigation": [],
        "reminder": reminder,
        "municipality": owner.name(language),
        "has_opted_out": has_opted_out(reminder.patron_id),
    }
    return render(request, "reminders/stop.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@_reminder_page
def stop(request: HttpRequest, reminder: Reminder) -> HttpResponse:
    if request.method == "POST":
        opt_out(patron_id=reminder.patron_id, by=BY_PATRON, now=timezone.now())
    return _page(request, reminder)


@csrf_exempt
@require_POST
@_reminder_page
def go_on(_request: HttpRequest, reminder: Reminder) -> HttpResponse:
    """Taking it back is as easy."""
    opt_in(patron_id=reminder.patron_id, by=BY_PATRON, now=timezone.now())
    return HttpResponseRedirect(reverse("reminder-stop", args=[reminder.token]))
