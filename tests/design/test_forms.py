import re
from datetime import date

import pytest
from django import forms
from django.utils import translation

from tests.design.site import ContactForm
from torget.foundation.design.forms import DatePartsField
from torget.foundation.design.templatetags.torget_forms import error_links

pytestmark = pytest.mark.usefixtures("sample_site")

GOOD = {
    "card": "1234",
    "pin": "0000",
    "born_day": "24",
    "born_month": "11",
    "born_year": "2010",
    "subject": "fee",
    "channels": ["mail"],
    "library": "sipoo",
    "question": "<b>Varför?</b>",
    "consent": "on",
    "token": "x",
}


class OneDate(forms.Form):
    when = DatePartsField(label="Datum")


def parts(day: str, month: str, year: str) -> dict[str, str]:
    return {"when_day": day, "when_month": month, "when_year": year}


def ids(html: str) -> list[str]:
    return re.findall(r'\sid="([^"]+)"', html)


def test_every_error_in_the_summary_leads_to_a_control() -> None:
    form = ContactForm({"token": "x"})
    html = str(form)
    links = error_links(form)
    assert len(links) == 8
    for link in links:
        assert re.search(rf'<(input|select|textarea)[^>]*\sid="{link.target}"', html), link


def test_no_id_stands_twice() -> None:
    found = ids(str(ContactForm({})))
    assert len(found) == len(set(found))


def test_what_describes_a_control_exists() -> None:
    html = str(ContactForm({}))
    described = re.findall(r'aria-describedby="([^"]+)"', html)
    assert described
    for name in " ".join(described).split():
        assert name in ids(html)


def test_a_wrong_control_has_its_hint_and_its_error_read_with_it() -> None:
    html = str(ContactForm({})["card"].as_field_group())
    assert 'aria-describedby="id_card_helptext id_card_error"' in html
    assert 'aria-invalid="true"' in html
    assert "govuk-input govuk-input--error" in html


def test_a_right_control_shows_no_error() -> None:
    html = str(ContactForm(GOOD))
    assert "govuk-error-message" not in html
    assert "--error" not in html
    assert "aria-invalid" not in html


def test_what_was_filled_in_comes_back_escaped_but_never_the_pin() -> None:
    html = str(ContactForm(GOOD))
    assert "&lt;b&gt;Varför?&lt;/b&gt;" in html
    assert 'value="2010"' in html
    assert '<option value="sipoo" selected' in html
    assert re.search(r'type="checkbox"[^>]*value="mail"[^>]*checked', html)
    assert "0000" not in html


def test_a_field_that_may_be_left_empty_says_so() -> None:
    with translation.override("en"):
        html = str(ContactForm())
    assert html.count("(optional)") == 1


def test_the_summary_names_the_field_when_the_error_does_not() -> None:
    with translation.override("en"):
        texts = [
            link.text for link in error_links(ContactForm({**GOOD, "card": "", "born_day": "31", "born_month": "2"}))
        ]
    assert texts == ["Bibliotekskortets nummer: This field is required.", "Enter a real date, such as 24 11 2026"]


def test_the_errors_of_the_form_and_of_hidden_fields_are_shown_without_a_link() -> None:
    form = ContactForm({**GOOD, "token": ""})
    form.add_error(None, "Försök igen.")
    links = error_links(form)
    assert [link.target for link in links] == ["", ""]
    assert links[0].text == "Försök igen."


def test_a_date_is_read_from_its_three_parts() -> None:
    form = OneDate(parts("24", "11", "2026"))
    assert form.is_valid()
    assert form.cleaned_data["when"] == date(2026, 11, 24)


def test_a_date_is_shown_in_its_three_parts() -> None:
    html = str(OneDate(initial={"when": date(2026, 11, 24)}))
    assert re.findall(r'value="(\d+)"', html) == ["24", "11", "2026"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (parts("", "", ""), "required"),
        (parts("24", "", "2026"), "required"),
        (parts("31", "2", "2026"), "invalid"),
        (parts("1", "1", "0"), "invalid"),
        (parts("x", "1", "2026"), "invalid"),
    ],
)
def test_a_date_that_is_not_one_is_refused_once(wrong: dict[str, str], code: str) -> None:
    errors = OneDate(wrong).errors.as_data()["when"]
    assert [error.code for error in errors] == [code]


def test_the_password_can_be_shown_in_the_language_of_the_page() -> None:
    with translation.override("en"):
        html = str(ContactForm()["pin"].as_field_group())
    assert 'data-i18n.show-password="Show"' in html
    assert 'autocomplete="current-password"' in html
    assert 'class="govuk-input govuk-input--width-10 govuk-password-input__input' in html
