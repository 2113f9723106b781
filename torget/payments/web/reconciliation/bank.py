"""The bank accounts on which payouts arrive."""

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
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.payments.core.settlement import StatementKind
from torget.payments.settlement.bank_accounts import (
    BadIban,
    KnownAlready,
    MayNotAdd,
    add_bank_account,
    set_bank_account_active,
)
from torget.payments.settlement.models import BankAccount, BankStatement


class AccountForm(forms.Form):
    iban = forms.CharField(
        label=gettext_lazy("Account number (IBAN)"),
        help_text=gettext_lazy("Such as FI21 1234 5600 0007 85"),
        max_length=42,
        error_messages={"required": gettext_lazy("Enter the account number")},
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: object, *, municipalities: list[tuple[int, str]]) -> None:
        super().__init__(data)  # type: ignore[arg-type] # a request's POST or nothing
        if len(municipalities) > 1:
            self.fields["municipality"] = forms.TypedChoiceField(
                label=_("Municipality"), choices=municipalities, coerce=int
            )
            self.order_fields(["municipality", "iban"])
        self.only = municipalities[0][0]

    @property
    def municipality_id(self) -> int:
        return int(self.cleaned_data.get("municipality", self.only))


def spaced(iban: str) -> str:
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def bank_accounts(request: HttpRequest, staff: Staff) -> HttpResponse:
    language = get_language() or "fi"
    own = Municipality.objects.filter(pk__in=staff.access.finance)
    choices = sorted(((one.pk, one.name(language)) for one in own), key=lambda pair: pair[1])
    form = AccountForm(request.POST if "iban" in request.POST else None, municipalities=choices) if choices else None
    if request.method == "POST":
        if form is None:
            note_refusal(staff, action="add bank account", subject="bank-account")
            messages.error(request, _("Your role does not let you do this."))
            return HttpResponseRedirect(reverse("staff-bank-accounts"))
        if _act(request, staff, form):
            return HttpResponseRedirect(reverse("staff-bank-accounts"))
    found = BankAccount.objects.filter(staff.access.within("municipality")).select_related("municipality")
    rows = [
        {
            "account": one,
            "iban": spaced(one.iban),
            "municipality": one.municipality.name(language),
            "may_change": one.municipality_id in staff.access.finance,
            "last": BankStatement.objects.filter(account=one, kind=StatementKind.STATEMENT)
            .order_by("-closed_on")
            .first(),
        }
        for one in found.order_by("-is_active", "iban")
    ]
    context = {"form": form, "rows": rows}
    return show(
        request, staff, "reconciliation/bank_accounts.html", context, status=422 if request.method == "POST" else 200
    )


def _act(request: HttpRequest, staff: Staff, form: AccountForm) -> bool:
    """Add, end or open again; False when the form says what is wrong."""
    now = timezone.now()
    try:
        for name, is_active in (("end", False), ("open", True)):
            if name in request.POST:
                account_id = int(request.POST[name]) if request.POST[name].isdecimal() else 0
                set_bank_account_active(account_id=account_id, is_active=is_active, access=staff.access, at=now)
                messages.success(
                    request, _("Opened again.") if is_active else _("Its statements are not taken any more.")
                )
                return True
        if not form.is_valid():
            return False
        add_bank_account(
            municipality_id=form.municipality_id, iban=form.cleaned_data["iban"], access=staff.access, at=now
        )
    except BadIban:
        form.add_error("iban", _("Check the account number: its check digits do not match"))
        return False
    except KnownAlready:
        form.add_error("iban", _("This account is here already, for you or for another municipality"))
        return False
    except (MayNotAdd, BankAccount.DoesNotExist):
        messages.error(request, _("Your role does not let you do this."))
        return True
    messages.success(request, _("The account is known. Bring its statements now."))
    return True
