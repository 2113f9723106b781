from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils import translation

from torget.foundation.core.money import Money
from torget.foundation.design.templatetags.torget_format import day, day_or_moment, day_text, euros, moment

pytestmark = pytest.mark.usefixtures("sample_site")

AMOUNTS = [
    ("sv", 340, "3,40\u00a0€"),
    ("fi", 340, "3,40\u00a0€"),
    ("en", 340, "€3.40"),
    ("sv", 0, "0,00\u00a0€"),
    ("fi", 5, "0,05\u00a0€"),
    ("fi", 124050, "1\u00a0240,50\u00a0€"),
    ("en", 124050, "€1,240.50"),
    ("sv", -124050, "\u22121\u00a0240,50\u00a0€"),
    ("en", -5, "\u2212€0.05"),
    ("sv-fi", 100, "1,00\u00a0€"),
]


@pytest.mark.parametrize(("language", "cents", "text"), AMOUNTS)
def test_an_amount_is_written_as_its_language_does(language: str, cents: int, text: str) -> None:
    with translation.override(language):
        assert euros(Money(cents)) == text


def test_without_a_language_an_amount_is_written_in_finnish() -> None:
    with translation.override(None):
        assert euros(Money(340)) == "3,40\u00a0€"


@pytest.mark.parametrize(
    ("language", "text"),
    [("sv", "24.11.2026 kl.\u00a014.05"), ("fi", "24.11.2026 klo\u00a014.05"), ("en", "24.11.2026 at\u00a014:05")],
)
def test_a_moment_is_local_time_with_the_exact_time_for_machines(language: str, text: str) -> None:
    with translation.override(language):
        assert moment(datetime(2026, 11, 24, 12, 5, tzinfo=UTC)) == (
            f'<time datetime="2026-11-24T14:05+02:00">{text}</time>'
        )


def test_a_day_near_midnight_is_the_day_in_finland() -> None:
    late = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
    assert day(late) == '<time datetime="2026-11-25">25.11.2026</time>'
    assert day_text(late) == "25.11.2026"


def test_a_plain_date_has_no_clock_time() -> None:
    assert day_or_moment(date(2026, 1, 2)) == '<time datetime="2026-01-02">2.1.2026</time>'


def test_the_filters_are_found_by_templates() -> None:
    template = Template("{% load torget_format %}{{ amount|euros }} {{ when|day_or_moment }}")
    with translation.override("fi"):
        shown = template.render(Context({"amount": Money(1), "when": datetime(2026, 7, 1, 9, 0, tzinfo=UTC)}))
    assert shown == '0,01\u00a0€ <time datetime="2026-07-01T12:00+03:00">1.7.2026 klo\u00a012.00</time>'
