"""The step after the password: a code from the app, or at the first sign-in tying the app."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from torget.foundation.audit.record import record
from torget.foundation.people.models import Employee
from torget.foundation.people.second_factor.check import Shown, WrongCode, check_code
from torget.foundation.people.second_factor.demo import demo_code
from torget.foundation.people.second_factor.enrol import app_link, enrol_employee, picture_path
from torget.foundation.people.second_factor.need import is_enrolled
from torget.foundation.people.throttle import TooManyFailures, check_throttle, note_failure, note_success
from torget.foundation.staff.page import show
from torget.foundation.staff.session import half_signed_in
from torget.payments.web.address import client_address
from torget.payments.web.staff.sign_in import let_in

Found = TypeVar("Found")

AFTER_RECOVERY_CODES = "staff_after"
"""Where one wanted to go before the app had to be tied; kept in the session."""


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        error_messages={"required": gettext_lazy("Enter the code")},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "govuk-input--width-10"}
        ),
    )


def try_code(
    request: HttpRequest, form: forms.Form, employee: Employee, check: Callable[[str, datetime], Found]
) -> Found | None:
    """What the check gives for the form's code, or None with the reason on the form; guessing is slowed down."""
    name, address, now = f"factor:{employee.pk}", client_address(request), timezone.now()
    try:
        check_throttle(name=name, address=address, now=now)
        found = check(form.cleaned_data["code"], now)
    except TooManyFailures as error:
        minutes = int(error.wait.total_seconds() // 60)
        form.add_error(None, _("Too many wrong tries. Wait %(minutes)d minutes and try again.") % {"minutes": minutes})
        return None
    except WrongCode:
        note_failure(name=name, address=address, now=now)
        record(at=now, actor="nobody", action="code refused", subject=f"staff:{employee.pk}")
        form.add_error(
            "code", _("The code does not match. Codes change every half minute, and each can be used only once.")
        )
        return None
    note_success(name=name, address=address, now=now)
    return found


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    half = half_signed_in(request)
    if half is None or not is_enrolled(half.employee):
        return HttpResponseRedirect(reverse("staff-sign-in"))
    form = CodeForm(request.POST or None)
    shown: Shown | None = None
    if request.method == "POST" and form.is_valid():
        shown = try_code(
            request, form, half.employee, lambda text, now: check_code(employee=half.employee, code=text, now=now)
        )
    if shown is None:
        context = {"form": form, "demo_code": demo_code(half.employee)}
        return show(request, None, "code.html", context, status=422 if form.errors else 200)
    return let_in(request, half.employee, half.target, shown=shown)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Tie an app. Whoever has one already is asked for its code instead, so that a password alone replaces nothing."""
    half = half_signed_in(request)
    if half is None or not half.secret or is_enrolled(half.employee):
        return HttpResponseRedirect(reverse("staff-sign-in"))
    form = CodeForm(request.POST or None)
    tied: bool | None = None
    if request.method == "POST" and form.is_valid():
        tied = try_code(request, form, half.employee, lambda text, now: tie_app(half.employee, half.secret, text, now))
    if tied is None:
        context = {"form": form, **app_context(half.employee, half.secret)}
        return show(request, None, "enrol.html", context, status=422 if form.errors else 200)
    half.employee.refresh_from_db()
    response = let_in(request, half.employee, reverse("staff-recovery-codes"), shown=Shown.APP)
    request.session[AFTER_RECOVERY_CODES] = half.target
    return response


def tie_app(employee: Employee, secret: str, text: str, now: datetime) -> bool:
    enrol_employee(employee=employee, secret=secret, code=text, now=now)
    return True


def app_context(employee: Employee, secret: str) -> dict[str, object]:
    """The picture to scan, and the same as text to type, in groups of four."""
    drawn, side = picture_path(app_link(employee, secret))
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return {"picture": drawn, "side": side, "secret": groups}
