"""What all charts are made of: elements, patterns, a scale, and the finished chart."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from django.utils.safestring import SafeString, mark_safe

SERIES_MAX = 6
"""More colours and patterns than these nobody can tell apart; the caller adds up the rest."""

LABEL_HEIGHT = 18
_STRIPES = ("", "M-2 6L6 -2M2 10L10 2", "M2 2h2v2h-2zM6 6h2v2h-2z", "M-2 2L6 10M2 -2L10 6", "M0 4H8", "M0 4H8M4 0V8")

ValueText = Callable[[int], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One colour of a chart. None is unknown, which is not zero."""

    name: str
    values: Sequence[int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendItem:
    text: str
    swatch: SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Ready for `design/chart.html`."""

    svg: SafeString
    legend: Sequence[LegendItem] = ()
    is_empty: bool = False


EMPTY = Chart(svg=SafeString(), is_empty=True)


def has_nothing(series: Sequence[Series]) -> bool:
    return not any(value for one in series for value in one.values)


def number(value: float) -> str:
    """A coordinate; never '-0', never with a decimal comma."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent(value: float) -> str:
    return f"{number(value)}%"


def add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, tag, {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()})
    made.text = text or None
    return made


def add_text(parent: ET.Element, text: str, *, x: str, y: float, kind: str, dx: float = 0) -> None:
    more = {"dx": number(dx)} if dx else {}
    add(parent, "text", text, class_=f"torget-chart__text torget-chart__text--{kind}", x=x, y=number(y), **more)


def start(*, id_: str, title: str, description: str, height: float, kind: str) -> ET.Element:
    svg = ET.Element(
        "svg",
        {
            "class": f"torget-chart__svg torget-chart__svg--{kind}",
            "id": id_,
            "role": "img",
            "aria-labelledby": f"{id_}-title {id_}-about",
            "height": number(height),
            "focusable": "false",
        },
    )
    add(svg, "title", title, id=f"{id_}-title")
    add(svg, "desc", description, id=f"{id_}-about")
    return svg


def add_patterns(svg: ET.Element, id_: str, count: int) -> None:
    """A fill of its own for each series: a colour, and stripes on it for whoever sees no colours."""
    definitions = add(svg, "defs")
    for place in range(count):
        pattern = add(
            definitions, "pattern", id=f"{id_}-fill-{place}", width="8", height="8", patternUnits="userSpaceOnUse"
        )
        add(pattern, "rect", class_=f"torget-chart__fill torget-chart__fill--{place}", width="8", height="8")
        if _STRIPES[place]:
            add(pattern, "path", class_="torget-chart__stripe", d=_STRIPES[place])


def add_bar(svg: ET.Element, id_: str, place: int, hint: str, **box: str) -> None:
    bar = add(svg, "rect", class_="torget-chart__bar", fill=f"url(#{id_}-fill-{place})", **box)
    add(bar, "title", hint)


def written(svg: ET.Element) -> SafeString:
    return mark_safe(ET.tostring(svg, encoding="unicode"))  # noqa: S308 - ElementTree has escaped every text


def legend_of(id_: str, names: Sequence[str]) -> list[LegendItem]:
    """Nothing to explain when there is one series."""
    if len(names) < 2:
        return []
    items = []
    for place, name in enumerate(names):
        swatch = ET.Element(
            "svg", {"class": "torget-chart__swatch", "width": "16", "height": "16", "aria-hidden": "true"}
        )
        add(swatch, "rect", class_="torget-chart__bar", width="16", height="16", fill=f"url(#{id_}-fill-{place})")
        items.append(LegendItem(text=name, swatch=written(swatch)))
    return items


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to pixels, the largest value on top."""

    low: int
    high: int
    step: int
    top: float
    height: float

    def y(self, value: float) -> float:
        return self.top + (self.high - value) / (self.high - self.low) * self.height

    @property
    def ticks(self) -> range:
        return range(self.low, self.high + 1, self.step)


def scale_for(low: int, high: int, *, unit: int, top: float, height: float) -> Scale:
    """A scale with zero in it, whose three to six lines stand at 1, 2 or 5 times a power of ten of the unit."""
    low, high = min(low, 0), max(high, 0)
    wanted = max((high - low) / 4, unit)
    power = unit * 10 ** math.floor(math.log10(wanted / unit) + 1e-9)
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= wanted)
    whole_low, whole_high = low // step * step, -(-high // step) * step
    return Scale(whole_low, max(whole_high, whole_low + step), step, top, height)
