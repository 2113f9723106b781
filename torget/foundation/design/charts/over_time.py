"""Columns over time, stacked when there are several series; and lines over time."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from torget.foundation.design.charts.drawing import (
    EMPTY,
    LABEL_HEIGHT,
    Chart,
    Scale,
    Series,
    ValueText,
    add,
    add_bar,
    add_patterns,
    add_text,
    has_nothing,
    legend_of,
    number,
    percent,
    scale_for,
    start,
    written,
)

_TOP, _PLOT = 12.0, 200.0
_HEIGHT = _TOP + _PLOT + LABEL_HEIGHT + 10
_SHARE_OF_SLOT, _WIDTH_MAX = 0.72, 12.0
_LABELS_NARROW, _LABELS_WIDE = 5, 13
_AXIS_SHORT, _AXIS_LONG = 6, 10


def columns_over_time(
    *,
    id_: str,
    title: str,
    description: str,
    labels: Sequence[str],
    series: Sequence[Series],
    value_text: ValueText,
    axis_text: ValueText,
    unit: int = 1,
) -> Chart:
    """Parts above zero stand on each other upwards, parts below zero downwards."""
    if not labels or has_nothing(series):
        return EMPTY
    stacks = [[one.values[place] or 0 for one in series] for place in range(len(labels))]
    scale = scale_for(
        min(sum(value for value in stack if value < 0) for stack in stacks),
        max(sum(value for value in stack if value > 0) for stack in stacks),
        unit=unit,
        top=_TOP,
        height=_PLOT,
    )
    svg = _start(id_, title, description, scale, axis_text)
    add_patterns(svg, id_, len(series))
    slot = 100 / len(labels)
    width = min(slot * _SHARE_OF_SLOT, _WIDTH_MAX)
    for place, stack in enumerate(stacks):
        above = below = 0
        for which, value in enumerate(stack):
            if not value:
                continue
            base = above if value > 0 else below
            edge = base + value
            above, below = (edge, below) if value > 0 else (above, edge)
            y = scale.y(max(base, edge))
            add_bar(
                svg,
                id_,
                which,
                _hint(labels[place], series, which, value_text(value)),
                x=percent(slot * (place + 0.5) - width / 2),
                y=number(y),
                width=percent(width),
                height=number(scale.y(min(base, edge)) - y),
            )
    _finish(svg, scale, labels)
    return Chart(svg=written(svg), legend=legend_of(id_, [one.name for one in series]))


def lines_over_time(
    *,
    id_: str,
    title: str,
    description: str,
    labels: Sequence[str],
    series: Sequence[Series],
    value_text: ValueText,
    axis_text: ValueText,
    unit: int = 1,
    at_least: int = 0,
) -> Chart:
    """A line from point to point; where a value is unknown there is a gap. The scale goes up to `at_least`."""
    known = [value for one in series for value in one.values if value is not None]
    if not known:
        return EMPTY
    scale = scale_for(min(known), max(*known, at_least), unit=unit, top=_TOP, height=_PLOT)
    svg = _start(id_, title, description, scale, axis_text)
    add_patterns(svg, id_, len(series))
    slot = 100 / len(labels)
    for which, one in enumerate(series):
        before: tuple[str, str] | None = None
        points = []
        for place, value in enumerate(one.values):
            here = (percent(slot * (place + 0.5)), number(scale.y(value))) if value is not None else None
            if before and here:
                kind = f"torget-chart__line torget-chart__line--{which}"
                add(svg, "line", class_=kind, x1=before[0], y1=before[1], x2=here[0], y2=here[1])
            if here and value is not None:
                points.append((here, _hint(labels[place], series, which, value_text(value))))
            before = here
        for (x, y), hint in points:
            point = add(svg, "circle", class_=f"torget-chart__point torget-chart__point--{which}", cx=x, cy=y, r="4")
            add(point, "title", hint)
    _finish(svg, scale, labels)
    return Chart(svg=written(svg), legend=legend_of(id_, [one.name for one in series]))


def _hint(label: str, series: Sequence[Series], which: int, value: str) -> str:
    return f"{label}: {value}" if len(series) == 1 else f"{label}, {series[which].name}: {value}"


def _start(id_: str, title: str, description: str, scale: Scale, axis_text: ValueText) -> ET.Element:
    texts = {tick: axis_text(tick) for tick in scale.ticks}
    longest = max(len(text) for text in texts.values())
    kind = "axis-short" if longest <= _AXIS_SHORT else "axis" if longest <= _AXIS_LONG else "axis-long"
    svg = start(id_=id_, title=title, description=description, height=_HEIGHT, kind=kind)
    for tick, text in texts.items():
        y = number(scale.y(tick))
        add(svg, "line", class_="torget-chart__grid", x1="0", x2="100%", y1=y, y2=y)
        add_text(svg, text, x="0", y=scale.y(tick) + 4, kind="axis", dx=-8)
    return svg


def _finish(svg: ET.Element, scale: Scale, labels: Sequence[str]) -> None:
    """The line at zero over the bars, and as many labels as there is room for: fewer on a phone."""
    zero = number(scale.y(0))
    add(svg, "line", class_="torget-chart__zero", x1="0", x2="100%", y1=zero, y2=zero)
    count = len(labels)
    few, many = -(-count // _LABELS_NARROW), -(-count // _LABELS_WIDE)
    many = next(step for step in range(many, few + 1) if few % step == 0)
    for place, label in enumerate(labels):
        from_end = count - 1 - place
        if from_end % many:
            continue
        kind = "label" if from_end % few == 0 else "label-wide"
        add_text(svg, label, x=percent(100 * (place + 0.5) / count), y=_TOP + _PLOT + LABEL_HEIGHT + 2, kind=kind)
