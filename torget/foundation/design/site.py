"""The site that pages stand in, made of a municipality's or a cooperation's name and colours."""

from collections.abc import Mapping
from functools import cache

from torget.foundation.design.page import Site
from torget.foundation.design.themes import Theme
from torget.foundation.design.views import theme_url


def make_theme(slug: str, values: Mapping[str, str]) -> Theme:
    return Theme(slug=slug, **{key: value for key, value in values.items() if key != "slug"})


@cache
def _theme_url(slug: str, items: tuple[tuple[str, str], ...]) -> str:
    return theme_url(make_theme(slug, dict(items)))


def make_site(slug: str, name: str, theme: Mapping[str, str]) -> Site:
    return Site(
        name=name,
        theme_url=_theme_url(slug, tuple(sorted(theme.items()))),
        shield=theme.get("shield", "design/shields/torget.svg"),
    )
