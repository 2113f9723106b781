"""Bring cards for the next search, and note that a patron wants no reminders: both begin with a card number."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from torget.foundation.cooperations.models import Municipality
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff
from torget.payments.core.ports import LibrarySystemError, PatronNotFound
from torget.payments.fees.find_patron import CannotFindPatrons, find_patron
from torget.payments.reminders.card_list import CARDS_MAX, NoCards, TooManyCards, add_cards, read_cards
from torget.payments.reminders.opt_out import opt_in, opt_out
from torget.payments.reminders.trial import systems_of
from torget.payments.web.links.choose import CardForm
from torget.payments.web.reminders.staff.desk import desk_only

_FILE_BYTES_MAX = 200_000


class CardListForm(forms.Form):
    cards = forms.FileField(
        label=gettext_lazy("CSV file with a card number in the first column"),
        help_text=gettext_lazy("Whatever stands in other columns is not read. At most 2,000 cards."),
        error_messages={
            "required": gettext_lazy("Choose a file"),
            "empty": gettext_lazy("The file is empty"),
        },
    )

    def clean_cards(self) -> list[str]:
        brought = self.cleaned_data["cards"]
        if brought.size > _FILE_BYTES_MAX:
            raise forms.ValidationError(_("The file is too large for 2,000 cards"))
        try:
            return read_cards(brought.read())
        except NoCards:
            raise forms.ValidationError(_("No card numbers were found in the first column")) from None
        except TooManyCards:
            raise forms.ValidationError(
                _("There are more than %(count)d cards; bring the rest after the next search") % {"count": CARDS_MAX}
            ) from None


@desk_only
@require_http_methods(["GET", "HEAD", "POST"])
def cards(request: HttpRequest, staff: Staff, municipality: Municipality) -> HttpResponse:
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = CardListForm(*posted)
    systems = systems_of(municipality)
    if request.method == "POST" and form.is_valid() and systems:
        added = add_cards(
            municipality_id=municipality.pk,
            library_system=systems[0],
            cards=form.cleaned_data["cards"],
            actor=staff.actor,
            now=timezone.now(),
        )
        messages.success(
            request, _("%(count)d new cards wait for the next search, or for a trial now.") % {"count": added}
        )
        return HttpResponseRedirect(reverse("staff-reminders-of", args=[municipality.pk]))
    context: dict[str, Any] = {
        "form": form,
        "municipality": municipality,
        "name": municipality.name(get_language() or "fi"),
    }
    return show(request, staff, "reminders/cards.html", context, status=422 if form.errors else 200)


class WishForm(CardForm):
    wish = forms.ChoiceField(
        label=gettext_lazy("What does the patron want?"),
        choices=[
            ("none", gettext_lazy("No reminders to this card")),
            ("again", gettext_lazy("Reminders again")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what the patron wants")},
    )


@desk_only
@require_http_methods(["GET", "HEAD", "POST"])
def wish(request: HttpRequest, staff: Staff, municipality: Municipality) -> HttpResponse:
    form = WishForm(request.POST or None)
    patron_id = _find(form) if request.method == "POST" and form.is_valid() else None
    if patron_id is not None:
        if form.cleaned_data["wish"] == "none":
            is_new = opt_out(patron_id=patron_id, by=staff.actor, now=timezone.now())
            said = _("The card gets no more reminders.") if is_new else _("The card got no reminders already.")
        else:
            is_new = opt_in(patron_id=patron_id, by=staff.actor, now=timezone.now())
            said = _("The card gets reminders again.") if is_new else _("Nobody had asked for silence on this card.")
        messages.success(request, said)
        return HttpResponseRedirect(reverse("staff-reminders-of", args=[municipality.pk]))
    context = {"form": form, "municipality": municipality, "name": municipality.name(get_language() or "fi")}
    return show(request, staff, "reminders/wish.html", context, status=422 if form.errors else 200)


def _find(form: WishForm) -> int | None:
    """The patron, or None with the reason on the form."""
    if not form.systems:
        form.add_error(None, _("No library uses this service yet."))
        return None
    try:
        return find_patron(
            system=form.system,
            card_number=form.cleaned_data["card_number"],
            language="",
            now=timezone.now(),
        ).patron_id
    except PatronNotFound:
        form.add_error("card_number", _("The library system has no such card. Check the number."))
    except CannotFindPatrons:
        form.add_error(None, _("This library system finds no card without the PIN."))
    except LibrarySystemError:
        form.add_error(None, _("The library system does not answer just now. Try again in a few minutes."))
    return None
