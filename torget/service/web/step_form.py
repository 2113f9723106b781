"""One step of a form made from data, as a Django form; what is right or wrong is said by service/core/forms.py."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from torget.foundation.core.languages import in_language
from torget.foundation.design.forms import DatePartsWidget
from torget.service.core.files import FileFault
from torget.service.core.forms import AnswerFault, Field, Kind, Step, check_step, tidy

FILE_FAULTS = {
    FileFault.EMPTY: gettext_lazy("The file is empty. Choose another one."),
    FileFault.TOO_LARGE: gettext_lazy("The file must be at most 5 megabytes. Choose a smaller one."),
    FileFault.WRONG_KIND: gettext_lazy(
        "The file must be a PDF, PNG or JPEG. Save it in one of these forms and try again."
    ),
    FileFault.TOO_MANY_PIXELS: gettext_lazy("The picture is too large. Make it smaller and try again."),
    FileFault.TOO_MANY: gettext_lazy("You can attach at most 5 files. Remove one before you add another."),
}
_AUTOCOMPLETE = {"name": "name", "email": "email"}


def fault_text(field: Field, fault: AnswerFault, language: str) -> str:
    label = in_language(field.labels, language)
    if fault is AnswerFault.MISSING:
        if field.kind is Kind.CHOICE:
            return _("Choose an answer: %(label)s") % {"label": label}
        return _("Fill in: %(label)s") % {"label": label}
    return {
        AnswerFault.NOT_AN_OPTION: _("Choose one of the answers"),
        AnswerFault.TOO_LONG: _("Write at most %(count)d characters") % {"count": field.length_max},
        AnswerFault.NOT_AN_EMAIL: _("Enter an e-mail address in the form name@example.fi"),
        AnswerFault.NOT_A_DATE: _("Enter a real date, such as 24 11 2026"),
    }[fault]


class _DayWidget(DatePartsWidget):
    """Three fields for one answer, which is kept as 2027-01-15; what is no date is kept and shown as it was written."""

    def decompress(self, value: Any) -> list[Any]:
        year, month, day = (*str(value or "").split("-"), "", "", "")[:3]
        return [day.lstrip("0"), month.lstrip("0"), year]


def _day_answer(parts: list[Any]) -> str:
    day, month, year = (tidy(str(part or "")) for part in parts)
    return f"{year}-{month:0>2}-{day:0>2}" if day or month or year else ""


def _widget(field: Field) -> forms.Widget:
    if field.kind is Kind.LONG_TEXT:
        return forms.Textarea(attrs={"rows": 6})
    attrs: dict[str, Any] = {"spellcheck": "false"} if field.kind is Kind.EMAIL else {}
    if field.id in _AUTOCOMPLETE:
        attrs["autocomplete"] = _AUTOCOMPLETE[field.id]
    return forms.EmailInput(attrs=attrs) if field.kind is Kind.EMAIL else forms.TextInput(attrs=attrs)


def _form_field(field: Field, language: str) -> forms.Field:
    named: dict[str, Any] = {
        "label": in_language(field.labels, language),
        "help_text": in_language(field.hints, language),
        "required": field.is_required,
    }
    if field.kind is Kind.FILE:
        return forms.FileField(
            **named, allow_empty_file=True, widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"})
        )
    if field.kind is Kind.CHOICE:
        choices = [(option.value, in_language(option.labels, language)) for option in field.options]
        return forms.ChoiceField(**named, choices=choices, widget=forms.RadioSelect)
    if field.kind is Kind.DATE:
        return forms.Field(**named, widget=_DayWidget())
    return forms.CharField(**named, strip=False, widget=_widget(field))


class StepForm(forms.Form):
    """`data` None shows what the draft holds; else it shows and checks what was sent."""

    use_required_attribute = False

    def __init__(self, step: Step, language: str, data: Any, files: Any, kept: Mapping[str, str]) -> None:
        super().__init__(data, files, initial={field.id: kept.get(field.id, "") for field in step.fields})
        self._step, self._language = step, language
        for field in step.fields:
            self.fields[field.id] = _form_field(field, language)

    def answers(self) -> dict[str, str]:
        return {field.id: self._answer(field) for field in self._step.fields if field.kind is not Kind.FILE}

    def _answer(self, field: Field) -> str:
        if field.kind is Kind.DATE:
            return _day_answer(self.fields[field.id].widget.value_from_datadict(self.data, self.files, field.id))
        return tidy(self.data.get(field.id, ""))

    def start_clean(self) -> None:
        """As if all were well: who only adds a file or goes away is not told what is still missing."""
        self._errors = forms.utils.ErrorDict(renderer=self.renderer)
        self.cleaned_data = dict(self.answers()) if self.is_bound else {}

    def full_clean(self) -> None:
        """The core decides; Django's own messages know neither our words nor the form's language."""
        self.start_clean()
        if not self.is_bound:
            return
        by_id = {field.id: field for field in self._step.fields}
        for field_id, fault in check_step(self._step, self.cleaned_data).items():
            self.add_error(field_id, fault_text(by_id[field_id], fault, self._language))

    def refuse_file(self, field_id: str, fault: FileFault) -> None:
        self.add_error(field_id, str(FILE_FAULTS[fault]))
