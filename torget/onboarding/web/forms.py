"""The forms of the guided path. They carry what is typed and judge nothing: the rules are those of network files."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from torget.foundation import design
from torget.foundation.core.languages import in_language
from torget.foundation.people.models import Employee, Role
from torget.onboarding.examine import credentials_of
from torget.onboarding.models import Draft
from torget.onboarding.network.problem import Problem
from torget.onboarding.steps import Step, Way
from torget.onboarding.web.words import WAYS, credential_label
from torget.payments.checkout.providers import provider_title
from torget.payments.core.fees import LegalNature

IN_LANGUAGES = {
    "sv": gettext_lazy("in Swedish"),
    "fi": gettext_lazy("in Finnish"),
    "en": gettext_lazy("in English"),
}
_SHIELDS = Path(design.__file__).parent / "static" / "design" / "shields"


def text_field(label: Any, *, help_text: Any = "", width: str = "20", **attrs: str) -> forms.CharField:
    shown = {"class": f"govuk-input--width-{width}", "autocomplete": "off", **attrs}
    return forms.CharField(label=label, help_text=help_text, widget=forms.TextInput(attrs=shown))


def by_language(values: Mapping[str, str], name: str) -> dict[str, str]:
    return {language: values[f"{name}_{language}"] for language in IN_LANGUAGES}


def spread(texts: Any, name: str) -> dict[str, str]:
    """The other way round: a text in three languages as the values of three fields."""
    return {f"{name}_{key}": texts.get(key, "") for key in IN_LANGUAGES} if isinstance(texts, dict) else {}


def number_or_text(text: str) -> int | str:
    """What is no number stays as it was typed, and is told."""
    digits = text.replace(" ", "").replace("\xa0", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else text


class StepForm(forms.Form):
    """`given` is the answer in the form of a network's files; problems come from examining it."""

    use_required_attribute = False

    def full_clean(self) -> None:
        self._errors = ErrorDict()
        self.cleaned_data = {}

    @property
    def typed(self) -> dict[str, Any]:
        found = {}
        for name, field in self.fields.items():
            value = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            found[name] = value.strip() if isinstance(value, str) else value or ""
        return found

    def add_language_fields(self, name: str, label: Any, *, long: bool = False) -> None:
        for code, words in IN_LANGUAGES.items():
            widget = forms.Textarea(attrs={"rows": "2", "lang": code}) if long else None
            field = text_field(f"{label} {words}", lang=code)
            if widget is not None:
                field.widget = widget
            self.fields[f"{name}_{code}"] = field

    def tell(self, problems: Iterable[Problem], place: str) -> None:
        """Each at its field: what follows the place names it; the others above the form."""
        for problem in problems:
            name = problem.place.removeprefix(place).lstrip(".").replace(".", "_")
            if name in self.fields:
                self.add_error(name, f"{self.fields[name].label}: {problem.in_words()}")
            else:
                self.add_error(None, self._words(problem, place))

    @staticmethod
    def _words(problem: Problem, place: str) -> str:
        rest = problem.place.removeprefix(place).strip(". ")
        words = problem.in_words()
        named = rest[rest.find("(") + 1 : rest.find(")")] if "(" in rest else ""
        return f"{named}: {words}" if named else f"{words[:1].upper()}{words[1:]}"


class DetailsForm(StepForm):
    def __init__(self, *arguments: Any, draft: Draft, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.add_language_fields("names", _("Name"))
        self.fields["slug"] = text_field(
            _("Short name in addresses"), help_text=_("Small letters without å, ä and ö, such as lapinjarvi")
        )
        self.fields["number"] = text_field(
            _("Municipality number"), help_text=_("Three digits, of Statistics Finland"), width="3", inputmode="numeric"
        )
        self.fields["business_id"] = text_field(_("Business id"), help_text=_("Such as 1061512-1"), width="10")
        self.fields["contact_email"] = text_field(_("E-mail for patrons"), spellcheck="false")
        self.fields["contact_phone"] = text_field(_("Telephone for patrons"))
        self.fields["cost_share"] = text_field(
            _("Share of the cost"),
            help_text=_("A whole number, such as the number of inhabitants"),
            width="10",
            inputmode="numeric",
        )
        self.fields["languages"] = forms.MultipleChoiceField(
            label=_("Languages of the municipality"),
            choices=[("sv", _("Swedish")), ("fi", _("Finnish"))],
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["work_list"] = forms.ChoiceField(
            label=_("Who answers the work list"),
            help_text=_("Payments that need a person come to this one, who becomes the municipality's library desk."),
            choices=[("", "—"), *_desks(draft)],
        )

    @staticmethod
    def initial_of(answers: Mapping[str, Any]) -> dict[str, Any]:
        return {"languages": ["sv", "fi"], **answers, **spread(answers.get("names"), "names")}

    def given(self) -> dict[str, Any]:
        plain = ("slug", "number", "business_id", "contact_email", "contact_phone", "work_list")
        return {
            **{name: self.typed[name] for name in plain},
            "names": by_language(self.typed, "names"),
            "languages": list(self.typed["languages"]),
            "cost_share": number_or_text(self.typed["cost_share"]),
        }


def _desks(draft: Draft) -> list[tuple[str, str]]:
    """Those who work at the library desks of the cooperation already."""
    found = Employee.objects.filter(
        is_active=True,
        roles__kind=Role.Kind.LIBRARY_DESK,
        roles__municipality__memberships__cooperation=draft.cooperation_id,
    )
    return [(one.username, f"{one.full_name} ({one.username})") for one in found.distinct().order_by("full_name")]


class ThemeForm(StepForm):
    brand = text_field(
        gettext_lazy("Colour of the municipality"),
        help_text=gettext_lazy("Header and buttons, such as #1f4e79"),
        width="10",
    )
    brand_text = text_field(gettext_lazy("Text upon it"), width="10")
    link = text_field(gettext_lazy("Links"), width="10")
    surface = text_field(gettext_lazy("Pale colour behind everything"), width="10")
    shield = forms.ChoiceField(
        label=gettext_lazy("Shield"),
        choices=lambda: [(f"design/shields/{one.name}", one.stem) for one in sorted(_SHIELDS.glob("*.svg"))],
    )

    @staticmethod
    def initial_of(answers: Mapping[str, Any]) -> dict[str, Any]:
        neutral = {
            "brand": "#1f4e79",
            "brand_text": "#ffffff",
            "link": "#1f4e79",
            "surface": "#f5f6f8",
            "shield": "design/shields/torget.svg",
        }
        return {**neutral, **answers}

    def given(self) -> dict[str, Any]:
        return dict(self.typed)


class PayeeForm(StepForm):
    def __init__(self, *arguments: Any, has_aggregate: bool, **named: Any) -> None:
        super().__init__(*arguments, **named)
        ways = [way for way in WAYS if way is not Way.AGGREGATE or has_aggregate]
        self.fields["way"] = forms.ChoiceField(
            label=_("Who takes the money in?"), choices=[(way, WAYS[way]) for way in ways], widget=forms.RadioSelect
        )

    @staticmethod
    def initial_of(answers: Mapping[str, Any]) -> dict[str, Any]:
        return dict(answers)

    def given(self) -> dict[str, Any]:
        return {"way": self.typed["way"]}


class ProviderForm(StepForm):
    """The first question about an account; what else is asked hangs on it."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["provider"] = forms.ChoiceField(
            label=_("Payment service"),
            choices=[(name, provider_title(name)) for name in settings.PAYMENT_PROVIDERS],
            widget=forms.RadioSelect,
        )


class AccountForm(StepForm):
    """The municipality's own account: its number, and the credentials that the provider's connector declares."""

    def __init__(self, *arguments: Any, provider: str, kept: Iterable[str] = (), **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.provider = provider
        self.fields["account"] = text_field(
            _("Account"), help_text=_("The number or name that the payment service gave it"), spellcheck="false"
        )
        for one in credentials_of(provider):
            shown = forms.PasswordInput if one.is_secret else forms.TextInput
            self.fields[f"credentials_{one.name}"] = forms.CharField(
                label=credential_label(one.name),
                required=one.is_required,
                help_text=_("It is kept. Leave this empty to leave it as it is.") if one.name in kept else "",
                widget=shown(attrs={"class": "govuk-input--width-20", "autocomplete": "off", "spellcheck": "false"}),
            )

    def given(self) -> dict[str, Any]:
        return {"provider": self.provider, "account": self.typed["account"]}

    @property
    def credentials(self) -> dict[str, str]:
        return {
            name.removeprefix("credentials_"): value
            for name, value in self.typed.items()
            if name.startswith("credentials_")
        }


class PartForm(StepForm):
    """The municipality's part in the cooperation's account."""

    identifier = text_field(
        gettext_lazy("The municipality's number under the account"),
        help_text=gettext_lazy("The payment service calls it sub-merchant"),
    )

    def given(self) -> dict[str, Any]:
        return {"identifier": self.typed["identifier"]}


class CardsForm(StepForm):
    cards = forms.CharField(
        label=gettext_lazy("Library cards"),
        required=False,
        help_text=gettext_lazy(
            "A few cards of the municipality's patrons, one a line. Their open fees show which kinds and branches"
            " really occur; only codes and counts are kept."
        ),
        widget=forms.Textarea(attrs={"rows": "3", "autocomplete": "off", "spellcheck": "false"}),
    )

    @property
    def card_numbers(self) -> list[str]:
        return [line.replace(" ", "") for line in self.typed["cards"].splitlines() if line.strip()]


class FeeTypeForm(StepForm):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.add_language_fields("names", _("Name"))
        self.add_language_fields("explanations", _("Why such a fee arises"), long=True)
        self.fields["legal_nature"] = forms.ChoiceField(
            label=_("Legal class"),
            choices=[
                (LegalNature.PUBLIC_LAW.value, _("Fee by the Library Act, under public law")),
                (LegalNature.PRIVATE_LAW.value, _("Compensation or sale, under private law")),
            ],
            widget=forms.RadioSelect,
        )
        self.fields["vat_permille"] = text_field(
            _("VAT in tenths of a per cent"), help_text=_("0 for what is outside VAT; 255 is 25.5 %"), width="4"
        )
        self.fields["ledger_account"] = text_field(_("Ledger account"), width="10")
        self.fields["is_payable"] = forms.ChoiceField(
            label=_("Can it be paid online?"),
            choices=[("yes", _("Yes")), ("no", _("No, for the reason below"))],
            widget=forms.RadioSelect,
        )
        self.add_language_fields("not_payable_reasons", _("Why not, and what to do instead"), long=True)
        for code in IN_LANGUAGES:
            self.fields[f"not_payable_reasons_{code}"].required = False

    @staticmethod
    def initial_of(row: Mapping[str, Any]) -> dict[str, Any]:
        texts = ("names", "explanations", "not_payable_reasons")
        return {
            "legal_nature": LegalNature.PUBLIC_LAW.value,
            "vat_permille": "0",
            **row,
            "is_payable": "yes" if row.get("is_payable", True) else "no",
            **{key: value for name in texts for key, value in spread(row.get(name), name).items()},
        }

    def given(self, code: str) -> dict[str, Any]:
        is_payable = self.typed["is_payable"] != "no"
        return {
            "names": by_language(self.typed, "names"),
            "explanations": by_language(self.typed, "explanations"),
            "legal_nature": self.typed["legal_nature"],
            "vat_permille": number_or_text(self.typed["vat_permille"]),
            "ledger_account": self.typed["ledger_account"],
            "product_codes": {"default": code},
            "is_payable": is_payable,
            "not_payable_reasons": {} if is_payable else by_language(self.typed, "not_payable_reasons"),
        }


class BlockForm(StepForm):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.add_language_fields("text", _("Text"), long=True)
        for code in IN_LANGUAGES:
            self.fields[f"text_{code}"].widget.attrs["rows"] = "5"


def draft_name(draft: Draft, language: str) -> str:
    names = draft.answers.get(Step.DETAILS, {}).get("names")
    return (in_language(names, language) if isinstance(names, dict) else "") or _("New municipality")
