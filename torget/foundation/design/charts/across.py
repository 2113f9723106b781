"""Bars to the right, one row for each thing, with what they say at their end."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from torget.foundation.design.charts.drawing import (
    EMPTY,
    LABEL_HEIGHT,
    Chart,
    ValueText,
    add_bar,
    add_patterns,
    add_text,
    legend_of,
    number,
    percent,
    start,
    written,
)

_BAR, _STACK, _BETWEEN_BARS, _BETWEEN_ROWS = 14.0, 20.0, 3.0, 9.0
_LINE_LETTERS = 40
_BESIDE_LETTERS = 11


class NegativeBar(ValueError):
    """A bar to the right starts at zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarRow:
    label: str
    values: Sequence[int | None]

    @property
    def known(self) -> list[int]:
        return [value for value in self.values if value is not None]


def bars_across(
    *,
    id_: str,
    title: str,
    description: str,
    names: Sequence[str],
    rows: Sequence[BarRow],
    value_text: ValueText,
    is_stacked: bool = False,
) -> Chart:
    """A bar for each name below the other, or all in one bar, which then says their sum."""
    if any(value < 0 for row in rows for value in row.known):
        raise NegativeBar
    longest = max((sum(row.known) if is_stacked else max(row.known, default=0) for row in rows), default=0)
    if not longest:
        return EMPTY
    is_beside = all(len(row.label) <= _BESIDE_LETTERS for row in rows)
    svg = start(id_=id_, title=title, description=description, height=0, kind="beside" if is_beside else "across")
    add_patterns(svg, id_, len(names))
    drawing = _Drawing(svg=svg, id_=id_, names=names, longest=longest, value_text=value_text)
    for row in rows:
        if is_beside:
            add_text(svg, row.label, x="0", y=drawing.y + 12, kind="axis", dx=-8)
        else:
            drawing.add_label(row.label)
        if is_stacked:
            drawing.add_stack(row)
        else:
            drawing.add_bars(row)
        drawing.y += _BETWEEN_ROWS
    svg.set("height", number(drawing.y))
    return Chart(svg=written(svg), legend=legend_of(id_, names))


@dataclass(slots=True, kw_only=True)
class _Drawing:
    """A chart that grows downwards; `y` is where it goes on."""

    svg: ET.Element
    id_: str
    names: Sequence[str]
    longest: int
    value_text: ValueText
    y: float = 4.0

    def _share(self, value: int) -> float:
        return 100 * value / self.longest

    def _hint(self, row: BarRow, which: int, value: int) -> str:
        parts = [row.label, self.names[which]] if len(self.names) > 1 else [row.label]
        return f"{', '.join(parts)}: {self.value_text(value)}"

    def add_label(self, label: str) -> None:
        for line in textwrap.wrap(label, _LINE_LETTERS):
            add_text(self.svg, line, x="0", y=self.y + 13, kind="row")
            self.y += LABEL_HEIGHT
        self.y += 2

    def add_stack(self, row: BarRow) -> None:
        before = 0
        for which, value in enumerate(row.values):
            if value:
                box = {"x": percent(self._share(before)), "width": percent(self._share(value))}
                hint = self._hint(row, which, value)
                add_bar(self.svg, self.id_, which, hint, y=number(self.y), height=number(_STACK), **box)
                before += value
        add_text(self.svg, self.value_text(before), x=percent(self._share(before)), y=self.y + 15, kind="value", dx=8)
        self.y += _STACK

    def add_bars(self, row: BarRow) -> None:
        for which, value in enumerate(row.values):
            if value is not None:
                box = {"x": "0", "width": percent(self._share(value))}
                hint = self._hint(row, which, value)
                add_bar(self.svg, self.id_, which, hint, y=number(self.y), height=number(_BAR), **box)
                text = self.value_text(value)
                add_text(self.svg, text, x=percent(self._share(value)), y=self.y + 12, kind="value", dx=8)
            self.y += _BAR + _BETWEEN_BARS
