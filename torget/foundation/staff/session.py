"""The staff's session: at most eight hours, over after half an hour of quiet, and never shared with a patron's.

Between the password and the second factor there is a half session: it knows who it is about, and opens no page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from allauth.mfa.utils import decrypt, encrypt
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from torget.foundation.audit.record import record
from torget.foundation.people.access import Access, load_access
from torget.foundation.people.models import Employee
from torget.foundation.people.second_factor.need import roles_demand
from torget.foundation.staff.scope import scoped

AGE_SECONDS_MAX = 8 * 3600
IDLE_SECONDS_MAX = 30 * 60
_REFRESH_SECONDS = 60
_SIGNED_IN = "staff_signed_in_at"
_SEEN = "staff_seen_at"
_WITH_FACTOR = "staff_with_factor"
_HALF = "staff_half"
HALF_SECONDS_MAX = 10 * 60

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Who is at work, and what they may see and do."""

    employee: Employee
    access: Access

    @property
    def actor(self) -> str:
        return self.access.actor


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfSignedIn:
    """Who has given the right password and still owes the second factor; and where they want to go."""

    employee: Employee
    target: str
    secret: str
    """Of the app that is about to be tied, for one who has none yet."""


def start_half_session(request: HttpRequest, employee: Employee, *, target: str, secret: str) -> None:
    """An empty session under a new key, for the one step that is left."""
    request.session.flush()
    now = timezone.now().timestamp()
    request.session[_HALF] = {"employee": employee.pk, "at": now, "target": target, "secret": encrypt(secret)}
    request.session.set_expiry(HALF_SECONDS_MAX)


def half_signed_in(request: HttpRequest) -> HalfSignedIn | None:
    kept = request.session.get(_HALF)
    if kept is None or timezone.now().timestamp() - kept["at"] > HALF_SECONDS_MAX:
        return None
    employee = Employee.objects.filter(pk=kept["employee"], is_active=True).first()
    if employee is None:
        return None
    return HalfSignedIn(employee=employee, target=kept["target"], secret=decrypt(kept["secret"]))


def start_session(request: HttpRequest, employee: Employee, *, with_factor: bool) -> None:
    """An empty session under a new key: nothing planted before, and nothing of a patron, comes along."""
    request.session.flush()
    login(request, employee, backend="django.contrib.auth.backends.ModelBackend")
    now = timezone.now().timestamp()
    request.session[_SIGNED_IN] = now
    request.session[_SEEN] = now
    request.session[_WITH_FACTOR] = with_factor
    request.session.set_expiry(AGE_SECONDS_MAX)


def _is_over(request: HttpRequest) -> bool:
    now = timezone.now().timestamp()
    session = request.session
    seen = session.get(_SEEN, 0)
    if now - session.get(_SIGNED_IN, 0) > AGE_SECONDS_MAX or now - seen > IDLE_SECONDS_MAX:
        return True
    if now - seen > _REFRESH_SECONDS:
        session[_SEEN] = now
    return False


def current_staff(request: HttpRequest) -> Staff | None:
    """The employee at work, or None; a session that is over is emptied."""
    user = request.user
    if not isinstance(user, Employee) or not user.is_active:
        return None
    if _is_over(request):
        logout(request)
        messages.info(request, _("You were signed out because it was quiet for too long. Sign in again."))
        return None
    access = load_access(employee=user)
    if roles_demand(access.kinds) and not request.session.get(_WITH_FACTOR):
        # The role came after the sign-in, or the rule did.
        logout(request)
        messages.info(request, _("Your role needs a code from an authenticator app. Sign in again."))
        return None
    return Staff(employee=user, access=access)


def keep_session(request: HttpRequest, staff: Staff) -> None:
    """Let this session go on when a new factor has ended all others; it now counts as one with a factor."""
    staff.employee.refresh_from_db()
    update_session_auth_hash(request, staff.employee)
    request.session[_WITH_FACTOR] = True


def staff_page(view: View) -> View:
    """Let only staff in, and let nobody keep a copy of the page."""

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        staff = current_staff(request)
        if staff is None:
            target = request.get_full_path() if request.method == "GET" else reverse("staff-home")
            return HttpResponseRedirect(f"{reverse('staff-sign-in')}?{urlencode({'next': target})}")
        with scoped(staff.access.agent | staff.access.preparer):
            response = view(request, staff, *arguments, **named)
        response.headers["Cache-Control"] = "no-store"
        return response

    return guarded


def note_refusal(staff: Staff, *, action: str, subject: str, municipality_id: int | None = None) -> None:
    """What somebody tried to see or do without the right to it."""
    record(
        at=timezone.now(),
        actor=staff.actor,
        action=f"{action} refused",
        subject=subject,
        municipality_id=municipality_id,
    )
