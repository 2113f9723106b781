"""Reference numbers and the order of letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torget.foundation.core.languages import in_language, sort_key
from torget.foundation.core.reference_number import (
    BadReferenceNumber,
    is_reference_number,
    reference_number,
    rf_reference,
)


@given(st.integers(100, 10**19 - 1))
def test_a_reference_number_is_valid_and_a_changed_digit_is_not(base: int) -> None:
    text = reference_number(base)
    assert is_reference_number(text)
    changed = str((int(text[0]) + 1) % 10 or 1) + text[1:]
    assert changed == text or not is_reference_number(changed)


def test_known_reference_numbers() -> None:
    assert reference_number(123456) == "1234561"
    assert rf_reference("1234561") == "RF341234561"


@pytest.mark.parametrize("text", ["", "12", "1234560", "12a4561", "٣٤٥٦"])
def test_what_is_not_a_reference_number(text: str) -> None:
    assert not is_reference_number(text)
    with pytest.raises(BadReferenceNumber):
        rf_reference(text)


@pytest.mark.parametrize("base", [-5, 99, 10**19])
def test_a_base_that_does_not_fit(base: int) -> None:
    with pytest.raises(BadReferenceNumber):
        reference_number(base)


def test_nordic_order() -> None:
    words = ["Öja", "Åbo", "Ähtäri", "zeta", "Yxpila", "Über", "Étoile", "eta", "Borgå"]
    assert sorted(words, key=sort_key) == ["Borgå", "eta", "Étoile", "Über", "Yxpila", "zeta", "Åbo", "Ähtäri", "Öja"]


def test_a_text_in_the_language_asked_for_or_the_next_best() -> None:
    assert in_language({"sv": "Hej", "fi": "Hei"}, "sv") == "Hej"
    assert in_language({"sv": "Hej", "fi": "Hei"}, "en") == "Hei"
    assert in_language({"de": "Hallo"}, "en") == "Hallo"
    assert in_language({}, "fi") == ""
