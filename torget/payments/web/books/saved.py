"""Choices that an employee keeps under a name: saved, opened, deleted, and taken back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from torget.foundation.staff.session import Staff, staff_page
from torget.payments.web.books.choice import Choice, read_choice
from torget.payments.web.books.models import SavedFilter

SAVED_MAX = 30
DELETED = "deleted"
"""In an address: the saved choice that was just deleted, so that the page can offer to take it back."""


class NameForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("The weeks move on with time; a month and own days stay."),
        max_length=60,
        error_messages={"required": gettext_lazy("Give the choice a name")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "govuk-input--width-20"}),
    )

    prefix = "saved"


def saved_choices(staff: Staff) -> list[SavedFilter]:
    return list(SavedFilter.objects.filter(employee=staff.employee, deleted_at=None).order_by("name", "id"))


def just_deleted(staff: Staff, number: str) -> SavedFilter | None:
    """Only one's own, so a number of somebody else's shows nothing."""
    if not number.isdecimal():
        return None
    return SavedFilter.objects.filter(employee=staff.employee, pk=number, deleted_at__isnull=False).first()


def save_choice(staff: Staff, name: str, choice: Choice) -> str:
    """What is wrong, or '' when it is saved."""
    if SavedFilter.objects.filter(employee=staff.employee, deleted_at=None).count() >= SAVED_MAX:
        return _("You have %(count)d saved choices; delete one first") % {"count": SAVED_MAX}
    try:
        with transaction.atomic():
            SavedFilter.objects.create(
                employee=staff.employee, name=name, query=choice.query, created_at=timezone.now()
            )
    except IntegrityError:
        return _("You have a choice with this name already; give this one another")
    return ""


def _figures(query: str, **more: Any) -> HttpResponseRedirect:
    extra = "".join(f"&{name}={value}" for name, value in more.items())
    return HttpResponseRedirect(f"{reverse('staff-figures')}?{query}{extra}")


def keep(request: HttpRequest, staff: Staff, choice: Choice) -> tuple[NameForm, HttpResponse | None]:
    """The form, and where to go when it is saved."""
    form = NameForm(request.POST)
    if form.is_valid():
        name = form.cleaned_data["name"]
        wrong = save_choice(staff, name, choice)
        if not wrong:
            messages.success(request, _("Saved as %(name)s.") % {"name": name})
            return form, _figures(choice.query)
        form.add_error("name", wrong)
    return form, None


def _own(staff: Staff, filter_id: int, *, is_deleted: bool) -> SavedFilter:
    found = SavedFilter.objects.filter(employee=staff.employee, pk=filter_id, deleted_at__isnull=not is_deleted).first()
    if found is None:
        raise Http404
    return found


@staff_page
@require_POST
def delete(request: HttpRequest, staff: Staff, filter_id: int) -> HttpResponse:
    found = _own(staff, filter_id, is_deleted=False)
    SavedFilter.objects.filter(pk=found.pk, deleted_at=None).update(deleted_at=timezone.now())
    choice = read_choice(request.GET, staff.access, timezone.now()).choice
    return _figures(choice.query if choice else found.query, **{DELETED: found.pk})


@staff_page
@require_POST
def undo(request: HttpRequest, staff: Staff, filter_id: int) -> HttpResponse:
    found = _own(staff, filter_id, is_deleted=True)
    try:
        with transaction.atomic():
            SavedFilter.objects.filter(pk=found.pk).update(deleted_at=None)
    except IntegrityError:
        messages.error(request, _("You have another choice with the name %(name)s now.") % {"name": found.name})
    else:
        messages.success(request, _("%(name)s is back.") % {"name": found.name})
    return _figures(found.query)
