"""Sign in with library card and PIN, and sign out."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.throttle import TooManyFailures
from torget.payments.core.ports import LibrarySystemError, WrongCredentials
from torget.payments.fees.sign_in import SignedIn, sign_in_patron
from torget.payments.web.address import client_address
from torget.payments.web.patron_session import SignedInPatron, forget_patron, remember_patron, signed_in_patron
from torget.payments.web.site import choose_door, library_cooperation


class SignInForm(forms.Form):
    card_number = forms.CharField(
        label=gettext_lazy("Library card number"),
        help_text=gettext_lazy("The number under the barcode of your card. Spaces do not matter."),
        max_length=40,
        error_messages={"required": gettext_lazy("Enter the number of your library card")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "spellcheck": "false", "inputmode": "text"}),
    )
    pin = forms.CharField(
        label=gettext_lazy("PIN"),
        help_text=gettext_lazy("The same PIN as in the library's own service."),
        max_length=60,
        error_messages={"required": gettext_lazy("Enter your PIN")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput, max_length=500)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """Where several library systems are in use, it is asked from which of them the card is."""
        super().__init__(*arguments, **named)
        cooperation = library_cooperation()
        self.systems = cooperation.library_systems(get_language() or "fi") if cooperation else {}
        if len(self.systems) > 1:
            self.fields["system"] = forms.ChoiceField(
                label=_("Which library is the card from?"),
                choices=list(self.systems.items()),
                initial=next(iter(self.systems)),
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose the library that the card is from")},
            )
            self.order_fields(["system"])

    @property
    def system(self) -> str:
        return str(self.cleaned_data.get("system") or next(iter(self.systems), ""))


def _next_address(request: HttpRequest, wanted: str) -> str:
    """Only our own pages: an open redirect would lend our name to a phisher."""
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return reverse("fees")


def try_sign_in(request: HttpRequest, form: SignInForm) -> SignedIn | None:
    """The patron, or None with the reason written on the form."""
    if not form.systems:
        form.add_error(None, _("No library uses this service yet."))
        return None
    try:
        return sign_in_patron(
            system=form.system,
            card_number=form.cleaned_data["card_number"],
            pin=form.cleaned_data["pin"],
            address=client_address(request),
            language=get_language() or "fi",
            now=timezone.now(),
        )
    except WrongCredentials:
        form.add_error(
            None,
            _("The card number and the PIN do not match. Check both and try again, or ask your library for a new PIN."),
        )
    except TooManyFailures as error:
        minutes = int(error.wait.total_seconds() // 60)
        form.add_error(
            None,
            _("Too many wrong tries. Wait %(minutes)d minutes and try again. Your card still works in the library.")
            % {"minutes": minutes},
        )
    except LibrarySystemError:
        form.add_error(
            None,
            _("The library system does not answer just now, so nobody can sign in. Try again in a few minutes."),
        )
    return None


def patron_of(found: SignedIn, system: str) -> SignedInPatron:
    return SignedInPatron(
        patron_id=found.patron_id,
        library_system=system,
        reference=found.identity.reference,
        card_number=found.identity.card_number,
        name=found.identity.name,
        home_branch=found.identity.home_branch,
    )


@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        if signed_in_patron(request) is not None:
            return HttpResponseRedirect(reverse("fees"))
        form = SignInForm(initial={"next": request.GET.get("next", "")})
        return render(request, "payments/sign_in.html", {"form": form})
    form = SignInForm(request.POST)
    found = try_sign_in(request, form) if form.is_valid() else None
    if found is None:
        return render(request, "payments/sign_in.html", {"form": form}, status=422)
    remember_patron(request, patron_of(found, form.system))
    return HttpResponseRedirect(_next_address(request, form.cleaned_data["next"]))


@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """A link leads here and asks; only a POST signs out, so that no other page can do it for the patron."""
    if request.method != "POST":
        return render(request, "payments/sign_out.html")
    forget_patron(request)
    messages.success(request, _("You have signed out."))
    return HttpResponseRedirect(reverse("sign-in"))


@require_safe
def door(request: HttpRequest, slug: str) -> HttpResponse:
    """A municipality's own address for links from its pages: its name and colours from the first page on."""
    choose_door(request, get_object_or_404(Municipality, slug=slug))
    return HttpResponseRedirect(reverse("sign-in"))
