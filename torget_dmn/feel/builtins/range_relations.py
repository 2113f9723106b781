"""How points and ranges lie to each other (DMN 1.5, 10.3.4.9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torget_dmn.feel.builtins.registry import builtin
from torget_dmn.feel.ordering import compare
from torget_dmn.feel.parse_range import range_from_text
from torget_dmn.feel.ranges import Equals, Range


class _IncomparableError(ValueError):
    """Two points have no order; the library turns this into null."""


def _order(left: Any, right: Any) -> int:
    order = compare(left, right)
    if order is None:
        raise _IncomparableError
    return order


def _range(value: Range | Equals) -> Range:
    if isinstance(value, Range):
        return value
    if value.negated:
        raise _IncomparableError
    return Range(value.point, value.point, start_included=True, end_included=True)


def _starts(left: Range, right: Range) -> int:
    """Order two starts; an unbounded start comes first, an included point before an excluded one."""
    if left.start is None or right.start is None:
        return (left.start is not None) - (right.start is not None)
    return _order(left.start, right.start) or right.start_included - left.start_included


def _ends(left: Range, right: Range) -> int:
    """Order two ends; an unbounded end comes last, an excluded point before an included one."""
    if left.end is None or right.end is None:
        return (left.end is None) - (right.end is None)
    return _order(left.end, right.end) or left.end_included - right.end_included


def _gap(left: Range, right: Range) -> int:
    """Order the end of one range and the start of another: negative apart, 0 touching, positive shared."""
    if left.end is None or right.start is None:
        return 1
    order = _order(left.end, right.start)
    return order or (0 if left.end_included and right.start_included else -1)


def _inside(value: Any, interval: Range) -> bool:
    inside = interval.contains(value)
    if inside is None:
        raise _IncomparableError
    return inside


def _relation(name: str, first: str, second: str, rule: Callable[[Any, Any], bool]) -> None:
    builtin(name, first, second)(rule)


def _of_ranges(rule: Callable[[Range, Range], bool]) -> Callable[[Any, Any], bool]:
    return lambda left, right: rule(_range(left), _range(right))


def before(left: Range, right: Range) -> bool:
    """The first range ends before the second starts."""
    return _gap(left, right) < 0


def meets(left: Range, right: Range) -> bool:
    """The first range ends at the very point where the second starts."""
    return left.end is not None and right.start is not None and _gap(left, right) == 0


def overlaps(left: Range, right: Range) -> bool:
    """The ranges share a point."""
    return _gap(left, right) >= 0 and _gap(right, left) >= 0


def overlaps_before(left: Range, right: Range) -> bool:
    """The first range starts before the second and ends inside it."""
    return _starts(left, right) < 0 <= _gap(left, right) and _ends(left, right) <= 0


def _shares_start(left: Range, right: Range) -> bool:
    return left.start is not None and _starts(left, right) == 0


def _shares_end(left: Range, right: Range) -> bool:
    return left.end is not None and _ends(left, right) == 0


def during(left: Range, right: Range) -> bool:
    """The second range holds the whole first."""
    return _starts(left, right) >= 0 >= _ends(left, right)


def starts(left: Range, right: Range) -> bool:
    """Both ranges start together and the first does not end later."""
    return _shares_start(left, right) and _ends(left, right) <= 0


def finishes(left: Range, right: Range) -> bool:
    """Both ranges end together and the first does not start earlier."""
    return _shares_end(left, right) and _starts(left, right) >= 0


def coincides(left: Range, right: Range) -> bool:
    """The ranges are the same."""
    return _starts(left, right) == 0 and _ends(left, right) == 0


def _at_start(point: Any, interval: Range) -> bool:
    return interval.start is not None and _order(point, interval.start) == 0 and interval.start_included


def _at_end(point: Any, interval: Range) -> bool:
    return interval.end is not None and _order(point, interval.end) == 0 and interval.end_included


def _before_range(point: Any, interval: Range) -> bool:
    if interval.start is None:
        return False
    order = _order(point, interval.start)
    return order < 0 or (order == 0 and not interval.start_included)


def _after_range(point: Any, interval: Range) -> bool:
    if interval.end is None:
        return False
    order = _order(point, interval.end)
    return order > 0 or (order == 0 and not interval.end_included)


_POINTS = ("point1: point", "point2: point")
_POINT_RANGE = ("point: point", "range: range")
_RANGE_POINT = ("range: range", "point: point")
_RANGES = ("range1: range", "range2: range")

_relation("before", *_POINTS, lambda a, b: _order(a, b) < 0)
_relation("before", *_POINT_RANGE, lambda p, r: _before_range(p, _range(r)))
_relation("before", *_RANGE_POINT, lambda r, p: _after_range(p, _range(r)))
_relation("before", *_RANGES, _of_ranges(before))
_relation("after", *_POINTS, lambda a, b: _order(a, b) > 0)
_relation("after", *_POINT_RANGE, lambda p, r: _after_range(p, _range(r)))
_relation("after", *_RANGE_POINT, lambda r, p: _before_range(p, _range(r)))
_relation("after", *_RANGES, _of_ranges(lambda a, b: before(b, a)))
_relation("meets", *_RANGES, _of_ranges(meets))
_relation("met by", *_RANGES, _of_ranges(lambda a, b: meets(b, a)))
_relation("overlaps", *_RANGES, _of_ranges(overlaps))
_relation("overlaps before", *_RANGES, _of_ranges(overlaps_before))
_relation("overlaps after", *_RANGES, _of_ranges(lambda a, b: overlaps_before(b, a)))
_relation("finishes", *_POINT_RANGE, lambda p, r: _at_end(p, _range(r)))
_relation("finishes", *_RANGES, _of_ranges(finishes))
_relation("finished by", *_RANGE_POINT, lambda r, p: _at_end(p, _range(r)))
_relation("finished by", *_RANGES, _of_ranges(lambda a, b: finishes(b, a)))
_relation("includes", *_RANGE_POINT, lambda r, p: _inside(p, _range(r)))
_relation("includes", *_RANGES, _of_ranges(lambda a, b: during(b, a)))
_relation("during", *_POINT_RANGE, lambda p, r: _inside(p, _range(r)))
_relation("during", *_RANGES, _of_ranges(during))
_relation("starts", *_POINT_RANGE, lambda p, r: _at_start(p, _range(r)))
_relation("starts", *_RANGES, _of_ranges(starts))
_relation("started by", *_RANGE_POINT, lambda r, p: _at_start(p, _range(r)))
_relation("started by", *_RANGES, _of_ranges(lambda a, b: starts(b, a)))
_relation("coincides", *_POINTS, lambda a, b: _order(a, b) == 0)
_relation("coincides", *_RANGES, _of_ranges(coincides))

builtin("range", "from: string")(range_from_text)
