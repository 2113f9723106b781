"""Forms in GOV.UK markup: the renderer for FORM_RENDERER, and a date that is asked for in three parts."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import DjangoTemplates
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from torget.foundation.core.money import ZERO, Money

_OWN_WIDGETS = frozenset(
    {
        "attrs.html",
        "checkbox.html",
        "checkbox_select.html",
        "date.html",
        "email.html",
        "file.html",
        "hidden.html",
        "input.html",
        "number.html",
        "password.html",
        "radio.html",
        "select.html",
        "tel.html",
        "text.html",
        "textarea.html",
        "url.html",
    }
)
# Django has one template for each type of input; one of ours serves them all.
_INPUTS = ("date.html", "email.html", "number.html", "tel.html", "text.html", "url.html")
_SAME_TEMPLATE = dict.fromkeys(_INPUTS, "input.html")


class DesignFormRenderer(DjangoTemplates):
    """Set FORM_RENDERER to this class; then `{{ form }}` and `{{ form.name.as_field_group }}` give GOV.UK markup."""

    form_template_name = "design/forms/form.html"
    field_template_name = "design/forms/field.html"

    def get_template(self, template_name: str) -> Any:
        folder, _slash, name = template_name.rpartition("/")
        if folder == "django/forms/widgets" and name in _OWN_WIDGETS:
            template_name = f"design/forms/widgets/{_SAME_TEMPLATE.get(name, name)}"
        return super().get_template(template_name)


class _AmountInput(forms.TextInput):
    def use_required_attribute(self, initial: Any) -> bool:  # noqa: ARG002 - Django's signature
        """Nothing written is an amount too."""
        return False


class EuroField(forms.CharField):
    """An amount as people write it: '1,15', '1.15', '1 240,50 €'; a Money, or zero when nothing was written."""

    default_error_messages = {
        "invalid": _("Enter an amount in euros, such as 12,50"),
    }

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "class": "govuk-input--width-5", "autocomplete": "off"}
        super().__init__(widget=_AmountInput(attrs), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Money as it is written in the language of the page, without the sign of the euro."""
        if not isinstance(value, Money):
            return value
        return str(value) if (get_language() or "fi").startswith("en") else str(value).replace(".", ",")

    def to_python(self, value: Any) -> Money:  # type: ignore[override] # a text field that gives an amount
        text = re.sub(r"[\s€]", "", str(value or ""))
        if not text:
            return ZERO
        if not re.fullmatch(r"[0-9]{1,7}([.,][0-9]{1,2})?", text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return Money.from_text(text.replace(",", "."))

    def clean(self, value: Any) -> Money:
        """Without the validators of a text; whether zero will do is for the form to say."""
        return self.to_python(value)


class DatePartsWidget(forms.MultiWidget):
    """Day, month and year in three fields: the quickest to type on every keyboard, and with no calendar to fight."""

    template_name = "design/forms/widgets/date_parts.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        number = {"inputmode": "numeric"}
        super().__init__(
            {
                "day": forms.TextInput({**number, "class": "govuk-input--width-2"}),
                "month": forms.TextInput({**number, "class": "govuk-input--width-2"}),
                "year": forms.TextInput({**number, "class": "govuk-input--width-4"}),
            },
            attrs,
        )

    def decompress(self, value: date | None) -> list[int | None]:
        return [value.day, value.month, value.year] if value else [None, None, None]


class DatePartsField(forms.MultiValueField):
    """A date from DatePartsWidget; `autocomplete="bday"` is set by the form that asks for a birthday."""

    widget = DatePartsWidget
    default_error_messages = {
        "required": _("Enter a date"),
        "incomplete": _("Enter the day, the month and the year"),
        "invalid": _("Enter a real date, such as 24 11 2026"),
    }

    def __init__(self, **kwargs: Any) -> None:
        # MultiValueField takes the messages of the parts; ours speak of the whole date.
        parts = [
            forms.IntegerField(error_messages={"invalid": self.default_error_messages["invalid"]}) for _ in range(3)
        ]
        super().__init__(parts, require_all_fields=True, **kwargs)

    def compress(self, data_list: Sequence[int]) -> date | None:
        if not data_list:
            return None
        day, month, year = data_list
        try:
            return date(year, month, day)
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
