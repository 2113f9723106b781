"""An employee's own sign-in: recovery codes, and another app for another phone."""

from allauth.mfa.utils import decrypt, encrypt
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from torget.foundation.people.second_factor.check import check_code
from torget.foundation.people.second_factor.enrol import new_secret, renew_recovery_codes
from torget.foundation.people.second_factor.need import is_enrolled
from torget.foundation.people.second_factor.recovery import codes_left, codes_to_show, note_codes_kept
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, keep_session, staff_page
from torget.payments.web.staff.second_factor import AFTER_RECOVERY_CODES, CodeForm, app_context, tie_app, try_code

_NEW_SECRET = "staff_new_secret"  # noqa: S105 - the name of a place in the session


def _proves(request: HttpRequest, form: CodeForm, staff: Staff) -> bool:
    """A session left open on a desk must not be enough to change how its owner signs in."""
    return form.is_valid() and (
        try_code(
            request, form, staff.employee, lambda text, now: check_code(employee=staff.employee, code=text, now=now)
        )
        is not None
    )


@staff_page
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def own_sign_in(request: HttpRequest, staff: Staff) -> HttpResponse:
    enrolled = is_enrolled(staff.employee)
    form = CodeForm(request.POST or None)
    if request.method == "POST":
        if not enrolled or _proves(request, form, staff):
            return _change(request, staff, enrolled=enrolled)
        return show(request, staff, "own_sign_in.html", _state(staff, form, enrolled=enrolled), status=422)
    return show(request, staff, "own_sign_in.html", _state(staff, form, enrolled=enrolled))


def _state(staff: Staff, form: CodeForm, *, enrolled: bool) -> dict[str, object]:
    return {"form": form, "is_enrolled": enrolled, "codes_left": codes_left(staff.employee)}


def _change(request: HttpRequest, staff: Staff, *, enrolled: bool) -> HttpResponse:
    if enrolled and "codes" in request.POST:
        renew_recovery_codes(employee=staff.employee, now=timezone.now())
        return HttpResponseRedirect(reverse("staff-recovery-codes"))
    request.session[_NEW_SECRET] = encrypt(new_secret())
    return HttpResponseRedirect(reverse("staff-own-app"))


@staff_page
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def own_app(request: HttpRequest, staff: Staff) -> HttpResponse:
    if _NEW_SECRET not in request.session:
        return HttpResponseRedirect(reverse("staff-own-sign-in"))
    secret = decrypt(request.session[_NEW_SECRET])
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        tied = try_code(request, form, staff.employee, lambda text, now: tie_app(staff.employee, secret, text, now))
        if tied:
            del request.session[_NEW_SECRET]
            keep_session(request, staff)
            return HttpResponseRedirect(reverse("staff-recovery-codes"))
    context = {"form": form, **app_context(staff.employee, secret)}
    return show(request, staff, "enrol.html", context, status=422 if form.errors else 200)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_codes(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The codes, until the employee says that they are kept; never again afterwards."""
    if request.method == "POST":
        note_codes_kept(staff.employee)
        messages.success(request, _("Your sign-in is protected. From now on you need your password and a code."))
        return HttpResponseRedirect(request.session.pop(AFTER_RECOVERY_CODES, reverse("staff-home")))
    codes = codes_to_show(staff.employee)
    if not codes:
        return HttpResponseRedirect(reverse("staff-own-sign-in"))
    return show(request, staff, "recovery_codes.html", {"codes": codes})
