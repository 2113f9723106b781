"""The form in which a desk decides about its reminders."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.money import ZERO, Money
from torget.foundation.design.forms import EuroField
from torget.foundation.notify.send_once import can_send_sms
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff
from torget.payments.core.reminding import Channel, SendingHours, Terms
from torget.payments.reminders.policy import PROPOSED, save_policy, terms_of
from torget.payments.web.reminders.staff.desk import desk_only
from torget.payments.web.reminders.staff.pages import policy_of
from torget.payments.web.reminders.staff.words import ORDERS

_NUMBER = {"class": "govuk-input--width-3", "inputmode": "numeric"}


def _number(label: Any, least: int, most: int, help_text: Any = "") -> forms.IntegerField:
    wrong = gettext_lazy("Enter a whole number from %(least)d to %(most)d")
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=least,
        max_value=most,
        widget=forms.TextInput(attrs=_NUMBER),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), wrong % {"least": least, "most": most}
        ),
    )


class TermsForm(forms.Form):
    least = EuroField(
        label=gettext_lazy("Least amount in euros"),
        help_text=gettext_lazy("Nobody is reminded of less, counted over all fees to your municipality."),
    )
    days_after = _number(gettext_lazy("Days before a fee is reminded of"), 1, 365)
    days_between = _number(gettext_lazy("Days between two reminders to the same patron"), 7, 365)
    times_max = _number(gettext_lazy("Reminders of the same fee at most"), 1, 5)
    opens = _number(
        gettext_lazy("Messages go out from, o'clock"),
        8,
        19,
        gettext_lazy("Monday to Saturday. Never on Sundays, holidays, Midsummer Eve or Christmas Eve."),
    )
    closes = _number(gettext_lazy("Messages go out until, o'clock"), 9, 20)
    order = forms.ChoiceField(label=gettext_lazy("By which way"), widget=forms.RadioSelect)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        # Without a gateway there is nothing to choose but e-mail.
        shown = ORDERS if can_send_sms() else {"email": ORDERS["email"]}
        self.fields["order"].choices = list(shown.items())  # type: ignore[attr-defined] # ChoiceField has it

    def clean_least(self) -> Money:
        least: Money = self.cleaned_data["least"]
        if least <= ZERO:
            raise ValidationError(_("Enter an amount above zero, such as 5,00"))
        return least

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        opens, closes = cleaned.get("opens"), cleaned.get("closes")
        if opens is not None and closes is not None and opens >= closes:
            self.add_error("closes", _("The end must be later than the beginning"))
        return cleaned

    @property
    def terms(self) -> Terms:
        given = self.cleaned_data
        return Terms(
            least=given["least"],
            days_after=given["days_after"],
            days_between=given["days_between"],
            times_max=given["times_max"],
            channels=tuple(Channel(one) for one in given["order"].split(",")),
            hours=SendingHours(opens=given["opens"], closes=given["closes"]),
        )


def _written(terms: Terms) -> dict[str, Any]:
    order = ",".join(terms.channels)
    return {
        "least": terms.least,
        "days_after": terms.days_after,
        "days_between": terms.days_between,
        "times_max": terms.times_max,
        "opens": terms.hours.opens,
        "closes": terms.hours.closes,
        "order": order if can_send_sms() else "email",
    }


@desk_only
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: HttpRequest, staff: Staff, municipality: Municipality) -> HttpResponse:
    policy = policy_of(municipality)
    form = TermsForm(request.POST or None, initial=_written(terms_of(policy) if policy else PROPOSED))
    if request.method == "POST" and form.is_valid():
        save_policy(municipality_id=municipality.pk, terms=form.terms, actor=staff.actor, now=timezone.now())
        if policy is None or not policy.is_on:
            messages.success(request, _("Saved. Now see what would be sent."))
            return HttpResponseRedirect(reverse("staff-reminders-trial", args=[municipality.pk]))
        messages.success(request, _("Saved. It holds from now on, also for reminders that wait."))
        return HttpResponseRedirect(reverse("staff-reminders-of", args=[municipality.pk]))
    context = {
        "form": form,
        "municipality": municipality,
        "name": municipality.name(get_language() or "fi"),
        "can_send_sms": can_send_sms(),
    }
    return show(request, staff, "reminders/terms.html", context, status=422 if form.errors else 200)
