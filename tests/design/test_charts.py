"""Charts: drawn to scale, read by machines and people, and never wrong about what is not known."""

import itertools
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torget.foundation.design.charts.across import BarRow, NegativeBar, bars_across
from torget.foundation.design.charts.drawing import Chart, Series, scale_for
from torget.foundation.design.charts.over_time import columns_over_time, lines_over_time


def columns(labels: Sequence[str], *values: Sequence[int | None], unit: int = 1) -> Chart:
    return columns_over_time(
        id_="c",
        title='Income & "more" <b>',
        description="What is counted",
        labels=labels,
        series=[Series(name=f"Series {place}", values=one) for place, one in enumerate(values)],
        value_text=str,
        axis_text=str,
        unit=unit,
    )


def lines(*values: int | None, at_least: int = 0) -> Chart:
    return lines_over_time(
        id_="l",
        title="Share",
        description="",
        labels=[f"wk {place}" for place in range(len(values))],
        series=[Series(name="Share", values=values)],
        value_text=str,
        axis_text=str,
        at_least=at_least,
    )


def across(*rows: tuple[str, Sequence[int | None]], is_stacked: bool = False) -> Chart:
    return bars_across(
        id_="a",
        title="Waits",
        description="By reason",
        names=["Young", "Old"][: len(rows[0][1]) if rows else 1],
        rows=[BarRow(label=label, values=values) for label, values in rows],
        value_text=str,
        is_stacked=is_stacked,
    )


def drawing(chart: Chart) -> ET.Element:
    """Raises when it is not well-formed."""
    return ET.fromstring(chart.svg)


def bars(chart: Chart) -> list[dict[str, float]]:
    found = [one for one in drawing(chart).iter("rect") if one.get("class") == "torget-chart__bar"]
    return [{name: float(one.attrib[name].rstrip("%")) for name in ("x", "y", "width", "height")} for one in found]


def texts(chart: Chart, kind: str) -> list[str]:
    return [str(one.text) for one in drawing(chart).iter("text") if str(one.get("class")).endswith(f"--{kind}")]


def test_a_chart_is_one_image_with_a_title_and_a_description() -> None:
    svg = drawing(columns(["a", "b"], [1, 2]))
    assert svg.get("role") == "img"
    named = {one.get("id"): one.text for one in svg if one.tag in ("title", "desc")}
    assert [named[name] for name in str(svg.get("aria-labelledby")).split()] == [
        'Income & "more" <b>',
        "What is counted",
    ]


def test_nothing_in_a_chart_needs_a_looser_content_policy() -> None:
    for chart in (columns(["a"], [1], [2]), lines(1, 2), across(("a", [1, 2]))):
        for element in drawing(chart).iter():
            assert "style" not in element.attrib
            assert element.tag not in ("style", "script", "foreignObject")
            assert not [name for name in element.attrib if name.startswith("on")]


@given(st.lists(st.integers(1, 10**15), min_size=1, max_size=60))
def test_the_heights_are_as_the_values(values: list[int]) -> None:
    heights = [bar["height"] for bar in bars(columns([str(value) for value in values], values))]
    tallest = max(heights)
    assert 100 <= tallest <= 200
    for height, value in zip(heights, values, strict=True):
        assert height == pytest.approx(tallest * value / max(values), abs=0.01)


@given(st.lists(st.lists(st.integers(-(10**9), 10**9), min_size=3, max_size=3), min_size=1, max_size=20))
def test_parts_stand_on_each_other_and_hang_below_zero_without_overlap(stacks: list[list[int]]) -> None:
    if not any(map(any, stacks)):
        return
    chart = columns([str(place) for place in range(len(stacks))], *zip(*stacks, strict=True))
    svg = drawing(chart)
    zero = next(float(one.attrib["y1"]) for one in svg.iter("line") if one.get("class") == "torget-chart__zero")
    drawn = iter(bars(chart))
    for stack in stacks:
        up = down = zero
        for value in stack:
            if value:
                bar = next(drawn)
                if value > 0:
                    assert bar["y"] + bar["height"] == pytest.approx(up, abs=0.01)
                    up = bar["y"]
                else:
                    assert bar["y"] == pytest.approx(down, abs=0.01)
                    down = bar["y"] + bar["height"]
        assert up >= 11.9
        assert down <= 212.1


def test_a_negative_week_hangs_below_the_line() -> None:
    above, below = bars(columns(["a", "b"], [300, -100]))
    assert above["y"] + above["height"] == pytest.approx(below["y"])
    assert above["height"] == pytest.approx(3 * below["height"])


@pytest.mark.parametrize("values", [[], [0], [None, None], [0, None]])
def test_nothing_to_draw_is_said_and_not_drawn(values: list[int | None]) -> None:
    assert columns([str(place) for place in range(len(values))], values).is_empty
    assert across(*((str(place), [value]) for place, value in enumerate(values))).is_empty


def test_a_line_of_zeros_is_something_and_of_unknowns_nothing() -> None:
    assert not lines(0, 0, at_least=100).is_empty
    assert lines(None, None).is_empty
    assert lines().is_empty


def test_one_week_is_not_a_wall() -> None:
    (bar,) = bars(columns(["a"], [5]))
    assert bar["width"] <= 12
    assert bar["x"] + bar["width"] / 2 == pytest.approx(50)


def test_many_weeks_stay_within_the_chart_and_do_not_touch() -> None:
    drawn = bars(columns([str(place) for place in range(105)], [7] * 105))
    assert drawn[0]["x"] >= 0
    assert drawn[-1]["x"] + drawn[-1]["width"] <= 100
    for one, following in itertools.pairwise(drawn):
        assert one["x"] + one["width"] < following["x"]


@pytest.mark.parametrize("count", [1, 2, 5, 6, 13, 14, 27, 52, 53, 105])
def test_a_phone_shows_few_labels_and_a_wide_page_more_and_both_the_last(count: int) -> None:
    chart = columns([f"v. {place}" for place in range(count)], [1] * count)
    few, more = texts(chart, "label"), texts(chart, "label-wide")
    assert 1 <= len(few) <= 5
    assert len(few) + len(more) <= 13
    assert few[-1] == f"v. {count - 1}"


def test_a_line_has_a_gap_where_nothing_is_known() -> None:
    svg = drawing(lines(10, 20, None, 30, None))
    assert len([one for one in svg.iter("line") if "torget-chart__line" in str(one.get("class"))]) == 1
    assert len(list(svg.iter("circle"))) == 3


def test_the_points_of_a_line_are_to_scale() -> None:
    ys = [float(point.attrib["cy"]) for point in drawing(lines(0, 500, 1000, at_least=1000)).iter("circle")]
    assert ys == [212, 112, 12]


def test_bars_to_the_right_are_to_scale_and_say_what_they_are() -> None:
    chart = across(("wk 1", [30, 120]), ("wk 2", [None, 60]))
    assert [bar["width"] for bar in bars(chart)] == [25, 100, 50]
    assert texts(chart, "value") == ["30", "120", "60"]
    assert [item.text for item in chart.legend] == ["Young", "Old"]


def test_a_stack_to_the_right_says_its_sum() -> None:
    chart = across(
        ("The library system has been out of reach for much too long", [1, 3]), ("b", [2, 0]), is_stacked=True
    )
    assert [(bar["x"], bar["width"]) for bar in bars(chart)] == [(0, 25), (25, 75), (0, 50)]
    assert texts(chart, "value") == ["4", "2"]
    assert all(len(line) <= 40 for line in texts(chart, "row"))


def test_a_bar_to_the_right_cannot_be_negative() -> None:
    with pytest.raises(NegativeBar):
        across(("a", [-1]))


def test_each_bar_says_its_value_and_one_series_needs_no_legend() -> None:
    chart = columns(["wk 1"], [7])
    assert [one.text for one in drawing(chart).iter("title")][1:] == ["wk 1: 7"]
    assert not chart.legend
    two = columns(["wk 1"], [7], [8])
    assert [one.text for one in drawing(two).iter("title")][1:] == ["wk 1, Series 0: 7", "wk 1, Series 1: 8"]


def test_series_are_told_apart_by_more_than_colour() -> None:
    svg = drawing(columns(["a"], *([1] for _ in range(6))))
    stripes = [[path.get("d") for path in pattern.iter("path")] for pattern in svg.iter("pattern")]
    assert len({str(stripe) for stripe in stripes}) == 6


@given(st.integers(-(10**15), 10**15), st.integers(-(10**15), 10**15), st.sampled_from([1, 10, 100]))
def test_the_lines_of_the_scale_are_few_and_round_and_hold_all(one: int, other: int, unit: int) -> None:
    low, high = min(one, other), max(one, other)
    scale = scale_for(low, high, unit=unit, top=0, height=200)
    assert scale.low <= min(low, 0)
    assert scale.high >= max(high, 0)
    assert 0 in scale.ticks
    assert 2 <= len(scale.ticks) <= 7
    assert str(scale.step // unit).rstrip("0") in {"1", "2", "5"}
