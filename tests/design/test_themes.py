import re
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from torget.foundation.design import helle_themes
from torget.foundation.design.themes import (
    DARK_CARD,
    DARK_PAGE,
    NotAColour,
    Theme,
    check_theme,
    contrast_ratio,
    theme_css,
    theme_digest,
)

STATIC = Path(helle_themes.__file__).parent / "static"
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def variables(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#\w{6})", block))


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast_ratio(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast_ratio(other, one) == contrast_ratio(one, other)


@pytest.mark.parametrize("text", ["red", "#fff", "#12345g", "123456", "#1234567"])
def test_what_is_not_a_colour_is_named(text: str) -> None:
    with pytest.raises(NotAColour):
        contrast_ratio(text, "#ffffff")
    assert check_theme(Theme(slug="x", brand=text, link="#1f4e79", surface="#ffffff")) == [
        f"not a colour of the form #rrggbb: {text}"
    ]


def test_a_theme_that_cannot_be_read_is_refused_with_the_reasons() -> None:
    theme = Theme(slug="pale", brand="#ffe600", link="#8fd0ff", surface="#ffffff")
    problems = check_theme(theme)
    assert any(problem.startswith("brand text on the brand colour") for problem in problems)
    assert any(problem.startswith("links on white") for problem in problems)
    assert any(problem.startswith("the brand colour on white") for problem in problems)
    with pytest.raises(ValueError, match="links on white"):
        theme_css(theme)


@pytest.mark.parametrize("theme", helle_themes.THEMES.values(), ids=lambda theme: theme.slug)
def test_the_themes_of_helle_can_be_read_and_have_a_shield(theme: Theme) -> None:
    assert check_theme(theme) == []
    assert (STATIC / theme.shield).is_file()


def test_helle_has_twelve_municipalities_of_different_colours() -> None:
    assert len(helle_themes.MUNICIPALITIES) == 12
    assert len({theme.brand for theme in helle_themes.THEMES.values()}) == 13


@given(COLOURS, COLOURS, COLOURS)
def test_a_theme_that_passes_can_be_read_in_the_dark_too(brand: str, link: str, surface: str) -> None:
    theme = Theme(slug="any", brand=brand, link=link, surface=surface)
    if check_theme(theme):
        return
    dark = variables(theme_css(theme).partition("@media")[2])
    for background in (DARK_PAGE, DARK_CARD):
        assert contrast_ratio(dark["govuk-link-colour"], background) >= 4.5
        assert contrast_ratio(dark["torget-button"], background) >= 3
    assert contrast_ratio(dark["torget-button-text"], dark["torget-button"]) >= 4.5
    assert contrast_ratio(dark["torget-button-text"], dark["torget-button-hover"]) >= 4.5


def test_every_variable_of_a_theme_has_a_default_of_the_same_name() -> None:
    own = (STATIC / "design/torget.css").read_text()
    govuk = next((STATIC / "design/vendor").glob("*.css")).read_text()
    css = theme_css(helle_themes.HELLE)
    for name in variables(css):
        assert f"--{name}:" in own + govuk, name


def test_the_style_sheet_without_a_theme_has_the_colours_of_helle() -> None:
    light, _, dark = (
        (STATIC / "design/torget.css").read_text().partition("@media screen and (prefers-color-scheme: dark)")
    )
    theme_light, _, theme_dark = theme_css(helle_themes.HELLE).partition("@media")
    for default, themed in ((light, theme_light), (dark, theme_dark)):
        shared = variables(default).keys() & variables(themed).keys()
        assert {name: variables(default)[name] for name in shared} == {name: variables(themed)[name] for name in shared}


@pytest.mark.usefixtures("sample_site")
def test_a_theme_is_kept_for_a_year_under_its_digest_and_a_minute_under_an_old_one() -> None:
    porvoo = helle_themes.THEMES["porvoo"]
    current = Client().get(f"/theme/porvoo.{theme_digest(porvoo)}.css")
    old = Client().get("/theme/porvoo.0123456789ab.css")
    assert current.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in current.headers["Cache-Control"]
    assert old.headers["Cache-Control"] == "public, max-age=60"
    assert current.content == old.content == theme_css(porvoo).encode()


@pytest.mark.usefixtures("sample_site")
def test_a_theme_that_does_not_exist_is_not_found() -> None:
    assert Client().get("/theme/atlantis.0123456789ab.css").status_code == 404
    assert Client().post("/theme/porvoo.0123456789ab.css").status_code == 405
