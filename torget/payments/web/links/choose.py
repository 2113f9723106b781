"""Find a card, see its fees, and make a link for those that are chosen.

The card stands in the session and not in the address, because addresses end up in logs and histories.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Branch
from torget.foundation.core.money import Money
from torget.foundation.design.page import FeeLine
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff
from torget.payments.checkout.fees_now import FeesNow, read_fees_now
from torget.payments.checkout.start import FeesChanged, NothingChosen
from torget.payments.core.fees import AssessedFee, NotPayable
from torget.payments.core.links import LETTER_DAYS, LETTER_DAYS_MAX, end_of_day, without_loans
from torget.payments.core.ports import LibrarySystemError, PatronNotFound
from torget.payments.fees.find_patron import CannotFindPatrons, find_patron
from torget.payments.fees.sign_in import SignedIn
from torget.payments.links.make import make_link
from torget.payments.links.models import PaymentLink
from torget.payments.web.links.desk import desk_page
from torget.payments.web.links.words import DESK_REASONS
from torget.payments.web.patron.fee_list import FeeList, build_fee_list
from torget.payments.web.site import library_cooperation

_KEPT = "link_card"
NOW_DAYS = 1


class CardForm(forms.Form):
    card_number = forms.CharField(
        label=gettext_lazy("Library card number"),
        help_text=gettext_lazy("Read the barcode or write the number. No PIN is needed."),
        max_length=40,
        error_messages={"required": gettext_lazy("Enter the number of the library card")},
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off", "spellcheck": "false"}),
    )


class LinkForm(forms.Form):
    days = forms.TypedChoiceField(
        label=gettext_lazy("When will it be paid?"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose when it will be paid")},
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the letter and the page"), choices=settings.LANGUAGES)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        letter = _("By a letter that holds %(days)d days")
        self.fields["days"].choices = [  # type: ignore[attr-defined] # ChoiceField has it
            (NOW_DAYS, _("Now, on the patron's own phone: the code is shown here and holds until tomorrow evening")),
            *((days, letter % {"days": days}) for days in (14, LETTER_DAYS, LETTER_DAYS_MAX)),
        ]


def _find(form: CardForm) -> SignedIn | None:
    """The patron, or None with the reason on the form."""
    cooperation = library_cooperation()
    if cooperation is None:
        form.add_error(None, _("No library uses this service yet."))
        return None
    try:
        return find_patron(
            system=cooperation.library_system,
            card_number=form.cleaned_data["card_number"],
            language=get_language() or "fi",
            now=timezone.now(),
        )
    except PatronNotFound:
        form.add_error("card_number", _("The library system has no such card. Check the number."))
    except CannotFindPatrons:
        form.add_error(None, _("This library system shows nothing without the PIN, so links cannot be made."))
    except LibrarySystemError:
        form.add_error(None, _("The library system does not answer just now. Try again in a few minutes."))
    return None


@desk_page
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest, staff: Staff) -> HttpResponse:
    form = CardForm(request.POST if request.method == "POST" else None)
    found = _find(form) if request.method == "POST" and form.is_valid() else None
    if found is None:
        return show(request, staff, "links/card.html", {"form": form}, status=422 if form.errors else 200)
    record(at=timezone.now(), actor=staff.actor, action="view fees of card", subject=f"patron:{found.patron_id}")
    request.session[_KEPT] = {
        "patron_id": found.patron_id,
        "reference": found.identity.reference,
        "card_number": found.identity.card_number,
    }
    return HttpResponseRedirect(reverse("staff-link-new"))


def _own_municipality(staff: Staff, home_branch: str | None) -> int:
    """The patron's own municipality if this employee works there, else the employee's."""
    home = Branch.objects.filter(code=home_branch).values_list("municipality_id", flat=True).first()
    return home if home in staff.access.desk else min(staff.access.desk)


def _why_not(one: AssessedFee, fees: FeesNow) -> NotPayable | None:
    held = fees.payable.held.get(one.fee.reference)
    if held is None:
        return one.not_payable
    return NotPayable.BEING_REGISTERED if held.is_paid else NotPayable.IN_PAYMENT


def plain_list(fees: FeesNow, assessed: list[AssessedFee], chosen: set[str] | None) -> FeeList:
    """As the patron's own list, without its links to other pages."""
    listed = build_fee_list(
        assessed,
        texts=fees.payable.configured.texts,
        municipalities=fees.payable.configured.municipalities,
        held=fees.payable.held,
        time_to_pay=fees.payable.time_to_pay,
        chosen=chosen,
        language=get_language() or "fi",
    )
    groups = [
        replace(group, lines=[replace(line, question_url="", payment_url="", explanation="") for line in group.lines])
        for group in listed.groups
    ]
    return replace(listed, groups=groups)


def desk_fees(staff: Staff, fees: FeesNow, chosen: set[str] | None) -> FeeList:
    """For the eyes of a desk: titles of its own fees only, and reasons in its words."""
    merchants = fees.payable.merchants
    own = staff.access.desk

    def is_own(one: AssessedFee) -> bool:
        merchant = merchants.get(one.payee.municipality) if one.payee else None
        return merchant is not None and merchant.municipality_id in own

    listed = plain_list(fees, [one if is_own(one) else without_loans([one])[0] for one in fees.assessed], chosen)
    reasons = {one.fee.reference: _why_not(one, fees) for one in fees.assessed}

    def for_desk(line: FeeLine) -> FeeLine:
        why = reasons[line.id]
        return replace(line, not_payable_reason=str(DESK_REASONS[why])) if why in DESK_REASONS else line

    groups = [replace(group, lines=[for_desk(line) for line in group.lines]) for group in listed.groups]
    return replace(listed, groups=groups)


def chosen_fees(request: HttpRequest, fees: FeesNow) -> dict[str, Money]:
    """The ticked fees with the amounts that the page showed; all of them where the library system takes all."""
    shown = {}
    for text in request.POST.getlist("shown"):
        reference, _bar, cents = text.rpartition("|")
        if not cents.isascii() or not cents.isdigit() or len(cents) > 9:
            raise FeesChanged
        shown[reference] = Money(int(cents))
    wanted = request.POST.getlist("fee") if fees.can_choose else list(shown)
    if not shown.keys() >= set(wanted):
        raise FeesChanged
    return {reference: shown[reference] for reference in wanted}


def _page(
    request: HttpRequest, staff: Staff, fees: FeesNow, form: LinkForm, *, chosen: set[str] | None = None
) -> HttpResponse:
    listed = desk_fees(staff, fees, chosen)
    context = {
        "listed": listed,
        "groups": listed.groups,
        "account": fees.account,
        "can_choose": fees.can_choose,
        "shown": [f"{reference}|{amount.cents}" for reference, amount in fees.free.items()],
        "form": form,
    }
    return show(request, staff, "links/new.html", context, status=422 if form.errors else 200)


def _make(
    request: HttpRequest, staff: Staff, fees: FeesNow, form: LinkForm, kept: dict[str, Any]
) -> PaymentLink | None:
    """The link; or None with the reason on the form. Raise FeesChanged."""
    now, days = timezone.now(), form.cleaned_data["days"]
    try:
        return make_link(
            kind=PaymentLink.Kind.DESK if days == NOW_DAYS else PaymentLink.Kind.LETTER,
            patron_id=kept["patron_id"],
            fees=fees,
            expected=chosen_fees(request, fees),
            municipality_id=_own_municipality(staff, fees.account.patron.home_branch),
            language=form.cleaned_data["language"],
            expires_at=end_of_day(timezone.localtime(now).date() + timedelta(days=days)),
            actor=staff.actor,
            now=now,
        )
    except NothingChosen:
        form.add_error(None, _("Choose at least one fee."))
        return None


def _form(request: HttpRequest, fees: FeesNow) -> LinkForm:
    """Bound when the link is to be made; without JavaScript the total is counted anew first, and nothing is judged."""
    if request.method == "POST":
        return LinkForm(initial=request.POST.dict()) if "update" in request.POST else LinkForm(request.POST)
    spoken = fees.account.patron.language
    return LinkForm(initial={"days": NOW_DAYS, "language": spoken if spoken in dict(settings.LANGUAGES) else "fi"})


@desk_page
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, staff: Staff) -> HttpResponse:
    kept, cooperation = request.session.get(_KEPT), library_cooperation()
    if kept is None or cooperation is None:
        return HttpResponseRedirect(reverse("staff-link-card"))
    system = cooperation.library_system
    try:
        fees = read_fees_now(system=system, patron_reference=kept["reference"], card_number=kept["card_number"])
    except LibrarySystemError:
        messages.error(request, _("The library system does not answer just now. Try again in a few minutes."))
        return HttpResponseRedirect(reverse("staff-link-card"))
    form = _form(request, fees)
    try:
        made = _make(request, staff, fees, form, kept) if form.is_valid() else None
    except FeesChanged:
        messages.error(request, _("The fees have changed meanwhile. Look at them again."))
        return HttpResponseRedirect(reverse("staff-link-new"))
    if made is None:
        chosen = set(request.POST.getlist("fee")) if request.method == "POST" else None
        return _page(request, staff, fees, form, chosen=chosen)
    del request.session[_KEPT]
    return HttpResponseRedirect(reverse("staff-link", args=[made.pk]))
