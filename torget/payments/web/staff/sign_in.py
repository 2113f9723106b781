"""Staff signs in with user name, password and, where the role demands it, a second factor; and signs out."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from torget.foundation.audit.record import record
from torget.foundation.people.models import Employee
from torget.foundation.people.second_factor.check import Shown
from torget.foundation.people.second_factor.enrol import new_secret
from torget.foundation.people.second_factor.need import is_enrolled, needs_second_factor
from torget.foundation.people.throttle import TooManyFailures, check_throttle, note_failure, note_success
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, current_staff, staff_page, start_half_session, start_session
from torget.payments.web.address import client_address


class SignInForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=150,
        error_messages={"required": gettext_lazy("Enter your user name")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "spellcheck": "false", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=200,
        strip=False,
        error_messages={"required": gettext_lazy("Enter your password")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput, max_length=500)


def _own_address(request: HttpRequest, wanted: str) -> str:
    """Only our own staff pages: an open redirect would lend our name to a phisher."""
    home = reverse("staff-home")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) and wanted.startswith(home)
    return wanted if is_ours else home


def _throttle_name(username: str) -> str:
    """Apart from card numbers, and the same however the name is written."""
    return f"staff:{username.casefold()}"


def _try_sign_in(request: HttpRequest, form: SignInForm) -> Employee | None:
    """The employee, or None with the reason on the form; it never says whether the name exists."""
    username, address, now = form.cleaned_data["username"], client_address(request), timezone.now()
    name = _throttle_name(username)
    try:
        check_throttle(name=name, address=address, now=now)
    except TooManyFailures as error:
        minutes = int(error.wait.total_seconds() // 60)
        form.add_error(None, _("Too many wrong tries. Wait %(minutes)d minutes and try again.") % {"minutes": minutes})
        return None
    employee = authenticate(request, username=username, password=form.cleaned_data["password"])
    if isinstance(employee, Employee):
        note_success(name=name, address=address, now=now)
        return employee
    note_failure(name=name, address=address, now=now)
    known = Employee.objects.filter(username=username).values_list("pk", flat=True).first()
    record(at=now, actor="nobody", action="sign in refused", subject=f"staff:{known}" if known else "staff:unknown")
    form.add_error(None, _("The user name and the password do not match. Check both and try again."))
    return None


def _speak(response: HttpResponse, language: str) -> None:
    """The employee's own language from now on; the switch on every page still changes it, by the same cookie."""
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )


def let_in(request: HttpRequest, employee: Employee, target: str, *, shown: Shown | None) -> HttpResponse:
    """Start the session of an employee who has shown all that their role demands."""
    start_session(request, employee, with_factor=shown is not None)
    actor = f"staff:{employee.pk}"
    detail = {"factor": shown.value} if shown else {}
    record(at=timezone.now(), actor=actor, action="sign in", subject=actor, detail=detail)
    response = HttpResponseRedirect(target)
    _speak(response, employee.language)
    return response


def _ask_for_factor(request: HttpRequest, employee: Employee, target: str) -> HttpResponse:
    enrolled = is_enrolled(employee)
    start_half_session(request, employee, target=target, secret="" if enrolled else new_secret())
    response = HttpResponseRedirect(reverse("staff-code" if enrolled else "staff-enrol"))
    _speak(response, employee.language)
    return response


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        if current_staff(request) is not None:
            return HttpResponseRedirect(reverse("staff-home"))
        form = SignInForm(initial={"next": request.GET.get("next", "")})
        return show(request, None, "sign_in.html", {"form": form})
    form = SignInForm(request.POST)
    employee = _try_sign_in(request, form) if form.is_valid() else None
    if employee is None:
        return show(request, None, "sign_in.html", {"form": form}, status=422)
    target = _own_address(request, form.cleaned_data["next"])
    if needs_second_factor(employee):
        return _ask_for_factor(request, employee, target)
    return let_in(request, employee, target, shown=None)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest, staff: Staff) -> HttpResponse:
    """A link leads here and asks; only a POST signs out, so that no other page can do it."""
    if request.method != "POST":
        return show(request, staff, "sign_out.html", {})
    record(at=timezone.now(), actor=staff.actor, action="sign out", subject=staff.actor)
    logout(request)
    messages.success(request, _("You have signed out."))
    return HttpResponseRedirect(reverse("staff-sign-in"))
