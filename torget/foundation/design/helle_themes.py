"""Colours for the twelve municipalities of Helle and for Helle itself; invented for the demo, not their arms."""

from torget.foundation.design.themes import Theme


def _theme(slug: str, brand: str, surface: str, link: str = "") -> Theme:
    return Theme(slug=slug, brand=brand, link=link or brand, surface=surface, shield=f"design/shields/{slug}.svg")


HELLE = _theme("helle", "#1f4e79", "#f5f6f8")

MUNICIPALITIES = (
    _theme("askola", "#8a3b12", "#faf6f3"),
    _theme("hanko", "#005f85", "#f3f7f9"),
    _theme("inkoo", "#17655f", "#f3f8f7"),
    _theme("lapinjarvi", "#583a8a", "#f7f5fa"),
    _theme("loviisa", "#a3232b", "#faf5f4"),
    _theme("myrskyla", "#3c4858", "#f5f6f7"),
    _theme("pornainen", "#2f6627", "#f5f8f3"),
    _theme("porvoo", "#7b1f3b", "#f9f5f5"),
    _theme("pukkila", "#7d5200", "#faf7f0"),
    _theme("raasepori", "#27408f", "#f5f6fa"),
    _theme("sipoo", "#0b6645", "#f3f8f5"),
    _theme("siuntio", "#7d2a6e", "#faf5f9"),
)

THEMES = {theme.slug: theme for theme in (HELLE, *MUNICIPALITIES)}
