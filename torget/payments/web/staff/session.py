"""The staff's session: at most eight hours, over after half an hour of quiet, and never shared with a patron's."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from torget.foundation.audit.record import record
from torget.foundation.people.access import Access, load_access
from torget.foundation.people.models import Employee

AGE_SECONDS_MAX = 8 * 3600
IDLE_SECONDS_MAX = 30 * 60
_REFRESH_SECONDS = 60
_SIGNED_IN = "staff_signed_in_at"
_SEEN = "staff_seen_at"

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Who is at work, and what they may see and do."""

    employee: Employee
    access: Access

    @property
    def actor(self) -> str:
        return self.access.actor


def start_session(request: HttpRequest, employee: Employee) -> None:
    """An empty session under a new key: nothing planted before, and nothing of a patron, comes along."""
    request.session.flush()
    login(request, employee, backend="django.contrib.auth.backends.ModelBackend")
    now = timezone.now().timestamp()
    request.session[_SIGNED_IN] = now
    request.session[_SEEN] = now
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
    return Staff(employee=user, access=load_access(employee=user))


def staff_page(view: View) -> View:
    """Let only staff in, and let nobody keep a copy of the page."""

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        staff = current_staff(request)
        if staff is None:
            target = request.get_full_path() if request.method == "GET" else reverse("staff-home")
            return HttpResponseRedirect(f"{reverse('staff-sign-in')}?{urlencode({'next': target})}")
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
