"""The form of an agreed fee: a method, a fixed part, a part in per cent, and the first day."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from torget.foundation.design.forms import DatePartsField, EuroField
from torget.payments.settlement.agreed_fees import FeeTerms

_PERCENT = re.compile(r"(\d{1,2})(?:[.,](\d{1,2}))?")


def percent_text(basis_points: int) -> str:
    """'1,35', as people write it; '1,5' and not '1,50'."""
    return f"{basis_points / 100:.2f}".rstrip("0").rstrip(".").replace(".", ",")


class FeeForm(forms.Form):
    method = forms.CharField(
        label=gettext_lazy("Method of payment"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off", "spellcheck": "false"}),
    )
    fixed = EuroField(label=gettext_lazy("Fixed part of each payment, in euros"), required=False)
    percent = forms.CharField(
        label=gettext_lazy("Part of the amount, in per cent"),
        help_text=gettext_lazy("Such as 1,35"),
        max_length=8,
        required=False,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-5", "inputmode": "decimal", "autocomplete": "off"}),
    )
    valid_from = DatePartsField(label=gettext_lazy("First day"))

    def __init__(self, *arguments: Any, methods: list[str], **named: Any) -> None:
        super().__init__(*arguments, **named)
        hint = _("The payment service's own name of it. Leave it empty for all methods without terms of their own.")
        if methods:
            hint = f"{hint} {_('Lately used: %(methods)s.') % {'methods': ', '.join(methods)}}"
        self.fields["method"].help_text = hint

    def clean_percent(self) -> int:
        """In basis points."""
        text = re.sub(r"[\s%]", "", self.cleaned_data["percent"])
        if not text:
            return 0
        found = _PERCENT.fullmatch(text)
        if found is None:
            raise ValidationError(_("Enter a number with at most two decimals, such as 1,35"))
        return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))

    def clean_method(self) -> str:
        return str(self.cleaned_data["method"]).strip().lower()

    @property
    def terms(self) -> FeeTerms:
        return FeeTerms(
            method=self.cleaned_data["method"],
            fixed=self.cleaned_data["fixed"],
            basis_points=self.cleaned_data["percent"],
            valid_from=self.cleaned_data["valid_from"],
        )
