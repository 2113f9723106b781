"""For the operator alone: who signs in how, and taking away a second factor whose phone is lost."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from torget.foundation.people.models import Employee, Role
from torget.foundation.people.second_factor.need import roles_demand
from torget.foundation.people.second_factor.reset import NothingToReset, NotOneself, reset_second_factor
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, note_refusal, staff_page


class WhyForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("Kept in the audit log. Say how you made sure who asked."),
        max_length=500,
        error_messages={"required": gettext_lazy("Write why")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    id: int
    name: str
    username: str
    roles: str
    has_factor: bool
    needs_factor: bool
    last_signed_in_at: datetime | None


def role_words(kind: str) -> str:
    return {
        Role.Kind.LIBRARY_DESK: _("library desk"),
        Role.Kind.AGENT: _("customer service"),
        Role.Kind.PREPARER: _("preparation"),
        Role.Kind.FINANCE: _("finance"),
        Role.Kind.COORDINATOR: _("coordinator"),
        Role.Kind.OPERATOR: _("operator"),
    }[Role.Kind(kind)]


def _only_operator(staff: Staff, action: str, subject: str) -> None:
    if not staff.access.sees_all:
        note_refusal(staff, action=action, subject=subject)
        raise Http404


def _colleagues(language: str) -> list[Colleague]:
    app = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    found = (
        Employee.objects.filter(is_active=True)
        .annotate(has_factor=Exists(app))
        .prefetch_related("roles__municipality")
        .order_by("full_name", "pk")
    )
    return [
        Colleague(
            id=one.pk,
            name=one.full_name,
            username=one.username,
            roles=", ".join(
                f"{role_words(role.kind)} {role.municipality.name(language) if role.municipality else ''}".strip()
                for role in one.roles.all()
            ),
            has_factor=one.has_factor,
            needs_factor=roles_demand(role.kind for role in one.roles.all()),
            last_signed_in_at=one.last_login,
        )
        for one in found
    ]


@staff_page
@require_safe
def colleagues(request: HttpRequest, staff: Staff) -> HttpResponse:
    _only_operator(staff, "view staff", "staff")
    return show(request, staff, "colleagues.html", {"colleagues": _colleagues(get_language() or "fi")})


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest, staff: Staff, employee_id: int) -> HttpResponse:
    _only_operator(staff, "reset second factor", f"staff:{employee_id}")
    employee = Employee.objects.filter(pk=employee_id).first()
    if employee is None:
        raise Http404
    form = WhyForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "colleague": employee}
        return show(request, staff, "reset_factor.html", context, status=422 if form.errors else 200)
    try:
        reset_second_factor(employee=employee, actor=staff.actor, why=form.cleaned_data["why"], now=timezone.now())
    except NotOneself:
        messages.error(request, _("Your own second factor is changed under Your sign-in, or by another operator."))
    except NothingToReset:
        messages.info(request, _("There is no second factor to take away."))
    else:
        messages.success(request, _("%(name)s ties a new app at the next sign-in.") % {"name": employee.full_name})
    return HttpResponseRedirect(reverse("staff-colleagues"))
