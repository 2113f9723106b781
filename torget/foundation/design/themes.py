"""A municipality's colours as CSS variables, refused when they cannot be read."""

import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext_noop

TEXT_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3: text against what lies behind it."""
SHAPE_CONTRAST = 3.0
"""WCAG 2.2, 1.4.11: what one must see to find and understand a control."""

WHITE = "#ffffff"
BLACK = "#0b0c0c"
DARK_PAGE = "#16181b"
DARK_CARD = "#1f2226"


class NotAColour(ValueError):
    """The text is not a colour of the form #rrggbb."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What a municipality chooses; everything else is derived from it."""

    slug: str
    brand: str
    """Header and buttons."""
    brand_text: str = WHITE
    link: str
    surface: str
    """A pale tint behind the cards."""
    shield: str = "design/shields/torget.svg"


def _channels(colour: str) -> tuple[int, int, int]:
    digits = colour.removeprefix("#")
    if len(digits) != 6 or len(colour) != 7 or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
        raise NotAColour(colour)
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it, from 0 for black to 1 for white."""

    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = _channels(colour)
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


def contrast_ratio(one: str, other: str) -> float:
    """From 1 for equal colours to 21 for black and white; the order does not matter."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mix(colour: str, other: str, share: float) -> str:
    """The colour with a share, from 0 to 1, of the other in it."""
    mixed = (round(a + (b - a) * share) for a, b in zip(_channels(colour), _channels(other), strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _readable_on(background: str, colour: str, *, toward: str, ratio: float) -> str:
    """The colour moved toward another until it can be read on the background."""
    for step in range(21):
        moved = mix(colour, toward, step / 20)
        if contrast_ratio(moved, background) >= ratio:
            return moved
    return toward


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """How well one colour of a theme stands out against another, and how well it must."""

    what: str
    ratio: float
    needed: float

    @property
    def is_enough(self) -> bool:
        return self.ratio >= self.needed


def contrasts(theme: Theme) -> list[Contrast]:
    """Every pair of colours that somebody must tell apart. Raise NotAColour."""
    pairs = (
        (gettext_noop("brand text on the brand colour"), theme.brand_text, theme.brand, TEXT_CONTRAST),
        (gettext_noop("links on white"), theme.link, WHITE, TEXT_CONTRAST),
        (gettext_noop("links on the surface"), theme.link, theme.surface, TEXT_CONTRAST),
        (gettext_noop("text on the surface"), BLACK, theme.surface, TEXT_CONTRAST),
        (gettext_noop("grey text on the surface"), "#4a4e54", theme.surface, TEXT_CONTRAST),
        (gettext_noop("the brand colour on the surface"), theme.brand, theme.surface, SHAPE_CONTRAST),
        (gettext_noop("the brand colour on white"), theme.brand, WHITE, SHAPE_CONTRAST),
    )
    return [Contrast(what=what, ratio=contrast_ratio(one, other), needed=needed) for what, one, other, needed in pairs]


def check_theme(theme: Theme) -> list[str]:
    """What is wrong with the theme, for the person who enters it; an empty list is a good theme."""
    try:
        found = contrasts(theme)
    except NotAColour as wrong:
        return [f"not a colour of the form #rrggbb: {wrong}"]
    return [f"{one.what}: contrast {one.ratio:.2f}, needs {one.needed}" for one in found if not one.is_enough]


def _light(theme: Theme) -> dict[str, str]:
    return {
        "govuk-brand-colour": theme.brand,
        "govuk-link-colour": theme.link,
        "govuk-link-hover-colour": mix(theme.link, BLACK, 0.35),
        "govuk-template-background-colour": theme.surface,
        "govuk-body-background-colour": theme.surface,
        "govuk-surface-background-colour": mix(theme.surface, theme.brand, 0.04),
        "govuk-surface-border-colour": mix(theme.surface, theme.brand, 0.25),
        "torget-header-background": theme.brand,
        "torget-header-text": theme.brand_text,
        "torget-button": theme.brand,
        "torget-button-hover": mix(theme.brand, BLACK, 0.22),
        "torget-button-edge": mix(theme.brand, BLACK, 0.5),
        "torget-button-text": theme.brand_text,
    }


def _dark(theme: Theme) -> dict[str, str]:
    link = _readable_on(DARK_CARD, theme.link, toward=WHITE, ratio=7)
    button = _readable_on(DARK_CARD, theme.brand, toward=WHITE, ratio=7)
    return {
        "govuk-brand-colour": button,
        "govuk-link-colour": link,
        "govuk-link-hover-colour": mix(link, WHITE, 0.5),
        "govuk-template-background-colour": DARK_PAGE,
        "govuk-body-background-colour": DARK_PAGE,
        "govuk-surface-background-colour": mix(DARK_CARD, theme.brand, 0.12),
        "govuk-surface-border-colour": "#454b52",
        "torget-button": button,
        "torget-button-hover": mix(button, WHITE, 0.3),
        "torget-button-edge": mix(button, BLACK, 0.5),
        "torget-button-text": BLACK,
    }


def theme_css(theme: Theme) -> str:
    """The theme as a style sheet of variables, for light and dark; a theme with problems raises ValueError."""
    if problems := check_theme(theme):
        raise ValueError("; ".join(problems))
    return theme_variables(theme)


def theme_variables(theme: Theme, *, selector: str = ":root") -> str:
    """The same whatever its contrasts are, for what the selector names. Raise NotAColour."""
    for colour in (theme.brand, theme.brand_text, theme.link, theme.surface):
        _channels(colour)

    def block(values: dict[str, str]) -> str:
        return f"{selector}{{" + "".join(f"--{name}:{value};" for name, value in values.items()) + "}"

    return f"{block(_light(theme))}\n@media screen and (prefers-color-scheme:dark){{{block(_dark(theme))}}}\n"


def theme_digest(theme: Theme) -> str:
    """Changes when the style sheet does, so that browsers may keep it for a year."""
    return hashlib.sha256(theme_css(theme).encode()).hexdigest()[:12]
