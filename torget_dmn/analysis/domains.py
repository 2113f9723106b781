"""The values worth looking at in a column: one from each stretch on which all cells agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from torget_dmn.engine.table_index import Cell, Mask, column_masks
from torget_dmn.feel.durations import DaysDuration, MonthsDuration
from torget_dmn.feel.feel_types import BOOLEAN, FeelType, NamedType, SimpleType, strip
from torget_dmn.feel.ordering import order_key
from torget_dmn.feel.ranges import Equals, Range
from torget_dmn.feel.temporal import Date, DateTime, Time

_DAY_NANOSECONDS = 86_400 * 10**9
_HOUR_NANOSECONDS = 3600 * 10**9


@dataclass(frozen=True, slots=True)
class Stretch:
    """Values that the same rows accept: one of them, and those rows."""

    sample: Any
    rows: Mask


@dataclass(frozen=True, slots=True)
class ColumnDomain:
    """A column cut into stretches, and the rows whose cell depends on more than the value."""

    title: str
    stretches: tuple[Stretch, ...]
    unclear: Mask


def column_domain(title: str, cells: list[Cell], kind: FeelType, values: list[Any] | None) -> ColumnDomain:
    """Cut a column; `values` are the listed input values, if any."""
    unclear = sum(1 << row for row, cell in enumerate(cells) if cell.test is not None and cell.constants is None)
    # A cell that asks for more than the value may pass or not; it is left open here and excluded by the checks.
    masks = column_masks([Cell(cell.text, None, [], negated=False) if unclear >> row & 1 else cell
                          for row, cell in enumerate(cells)])  # fmt: skip
    constants = [one for cell in cells for one in cell.constants or ()]
    allowed = _allowed(kind, values)
    by_rows: dict[Mask, Any] = {}
    for sample in _samples([*constants, *(values or ()), *_listed(kind)], kind):
        if sample is not None and not allowed(sample):
            continue
        by_rows.setdefault(masks(sample, [None]), sample)
    return ColumnDomain(title, tuple(Stretch(sample, rows) for rows, sample in by_rows.items()), unclear)


def _listed(kind: FeelType) -> list[Any]:
    return list(kind.allowed_constants) if isinstance(kind, NamedType) else []


def _allowed(kind: FeelType, values: list[Any] | None) -> Callable[[Any], bool]:
    if values:
        return lambda sample: any(_accepts(one, sample) for one in values)
    if isinstance(kind, NamedType):
        return kind.allows
    return lambda _: True


def _accepts(constant: Any, sample: Any) -> bool:
    if isinstance(constant, Range):
        return constant.contains(sample) is True
    if isinstance(constant, Equals):
        return bool(order_key(constant.point) == order_key(sample)) != constant.negated
    return type(constant) is type(sample) and bool(constant == sample)


def _ends(constant: Any) -> list[Any]:
    if isinstance(constant, Range):
        return [end for end in (constant.start, constant.end) if end is not None]
    return [constant.point if isinstance(constant, Equals) else constant]


def _samples(constants: list[Any], kind: FeelType) -> list[Any]:
    plain = strip(kind)
    points = [end for constant in constants for end in _ends(constant)]
    if isinstance(plain, SimpleType):
        # A cell for values of another type is a problem of its own, and no value the column can have.
        points = [point for point in points if point is None or plain.holds(point)]
    found: list[Any] = []
    if plain is BOOLEAN or any(type(point) is bool for point in points):
        found += [True, False]
    for one in _BETWEEN:
        own = [point for point in points if type(point) is one]
        if own or (isinstance(plain, SimpleType) and plain.kind is one):
            found += _with_between(one, own)
    if any(point is None for point in points):
        found.append(None)
    others = (point for point in points if point is not None and type(point) not in (*_BETWEEN, bool))
    return [*found, *others] or [None]


def _with_between(kind: type, points: list[Any]) -> list[Any]:
    """Return the points in order, with a value before, between and after them where there is one."""
    ordered = [point for _, point in sorted({order_key(point): point for point in points}.items())]
    between = _BETWEEN[kind]
    found: list[Any] = []
    for low, high in zip([None, *ordered], [*ordered, None], strict=True):
        middle = between(low, high)
        if middle is not None:
            found.append(middle)
        if high is not None:
            found.append(high)
    return found


def _number_between(low: Any, high: Any) -> Any:
    if low is None:
        return Decimal(0) if high is None else high.to_integral_value("ROUND_FLOOR") - 1
    whole_above = low.to_integral_value("ROUND_FLOOR") + 1
    if high is None or whole_above < high:
        return whole_above
    return ((low + high) / 2).normalize()


def _text_between(low: Any, high: Any) -> Any:
    if low is None:
        words = ("something else", "another word", "")
        return next((word for word in words if high is None or word < high), None)
    for tail in (" or more", "!", " ", "\t"):
        if high is None or low + tail < high:
            return low + tail
    return None


def _whole_between(low: int | None, high: int | None, step: int) -> int | None:
    if low is None:
        return 0 if high is None else high - step
    if high is None or low + step < high:
        return low + step
    return (low + high) // 2 if high - low > 1 else None


def _date_between(low: Any, high: Any) -> Any:
    number = _whole_between(low and low.day_number, high and high.day_number, 1)
    return None if number is None else Date.from_day_number(number)


def _days_between(low: Any, high: Any) -> Any:
    number = _whole_between(low and low.nanoseconds, high and high.nanoseconds, _DAY_NANOSECONDS)
    return None if number is None else DaysDuration(number)


def _months_between(low: Any, high: Any) -> Any:
    number = _whole_between(low and low.months, high and high.months, 1)
    return None if number is None else MonthsDuration(number)


def _time_between(low: Any, high: Any) -> Any:
    number = _whole_between(low and low.local_nanoseconds, high and high.local_nanoseconds, _HOUR_NANOSECONDS)
    if number is None or not 0 <= number < _DAY_NANOSECONDS:
        # There is less than an hour to the end of the day.
        number = _whole_between(
            -1 if low is None else low.local_nanoseconds,
            _DAY_NANOSECONDS if high is None else high.local_nanoseconds,
            _DAY_NANOSECONDS,
        )
    near = low or high or Time(0, 0, 0)
    return None if number is None else Time.from_nanoseconds(number, near.offset, near.zone)


def _moment_between(low: Any, high: Any) -> Any:
    near = low or high or DateTime(Date(2000, 1, 1), Time(0, 0, 0))
    number = _whole_between(low and low.epoch_nanoseconds, high and high.epoch_nanoseconds, _DAY_NANOSECONDS)
    return None if number is None else near.plus_nanoseconds(number - near.epoch_nanoseconds)


_BETWEEN: dict[type, Callable[[Any, Any], Any]] = {
    Decimal: _number_between,
    str: _text_between,
    Date: _date_between,
    DaysDuration: _days_between,
    MonthsDuration: _months_between,
    Time: _time_between,
    DateTime: _moment_between,
}
