"""Columns of a table as sets of rows: one look-up gives every row whose cell a value passes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from torget_dmn.feel.compile_tests import Test
from torget_dmn.feel.durations import DaysDuration, MonthsDuration
from torget_dmn.feel.functions import Frame
from torget_dmn.feel.ordering import order_key
from torget_dmn.feel.ranges import Equals, Range
from torget_dmn.feel.temporal import Date

# Bit n of a mask stands for row n.
Mask: TypeAlias = int
_INDEXED_KINDS = (Decimal, str, Date, DaysDuration, MonthsDuration)
# Fifty megabytes of masks; a larger column is tested row by row.
_INDEX_BITS_MAX = 400_000_000
_REMEMBERED_MAX = 2048


@dataclass(slots=True)
class Cell:
    """A compiled cell; `constants` are its tests when all are known values."""

    text: str
    test: Test | None
    constants: list[Any] | None
    negated: bool

    def passes(self, value: Any, frame: Frame) -> bool:
        """Say whether the value passes."""
        return self.test is None or self.test(value, frame) is True


# Gives the rows of a column whose cell a value passes.
MaskOf: TypeAlias = Callable[[Any, Frame], Mask]


def column_masks(cells: list[Cell]) -> MaskOf:
    """Compile one input of a table to a look-up of its rows."""
    always = sum(1 << row for row, cell in enumerate(cells) if cell.test is None)
    known = [(1 << row, cell) for row, cell in enumerate(cells) if cell.test and _is_known(cell)]
    asked = [(1 << row, cell.test) for row, cell in enumerate(cells) if cell.test and not _is_known(cell)]
    tables = {kind: table for kind in _INDEXED_KINDS if (table := _index(kind, known, always)) is not None}
    kinds = {_kind_of(one) for _, cell in known for one in cell.constants or ()}
    main = next((kind for kind in kinds if kind in tables), None)

    def scan(value: Any, frame: Frame) -> Mask:
        table = tables.get(type(value))
        if table is not None:
            return table(value)
        found = always
        for bit, cell in known:
            if cell.passes(value, frame):
                found |= bit
        return found

    def find_and_ask(value: Any, frame: Frame) -> Mask:
        found = scan(value, frame)
        for bit, test in asked:
            if test(value, frame) is True:
                found |= bit
        return found

    if asked:
        return find_and_ask
    if main is None:
        return scan if known else lambda _value, _frame: always
    return _first_try(main, tables[main], scan)


def _first_try(kind: type, table: Callable[[Any], Mask], otherwise: MaskOf) -> MaskOf:
    """Look a value up at once when it is of the kind that the cells are about, as nearly every value is."""

    def find(value: Any, frame: Frame) -> Mask:
        return table(value) if type(value) is kind else otherwise(value, frame)

    return find


def _is_known(cell: Cell) -> bool:
    # A test for null answers values of every kind, so it stands in no kind's order.
    return cell.constants is not None and all(_kind_of(one) is not type(None) for one in cell.constants)


def _kind_of(constant: Any) -> type:
    if isinstance(constant, Range):
        return type(constant.sample)
    return type(constant.point) if isinstance(constant, Equals) else type(constant)


def _index(kind: type, known: list[tuple[Mask, Cell]], always: Mask) -> Callable[[Any], Mask] | None:
    """Cut the kind's order at every constant; all values between two cuts pass the same rows."""
    by_row = [(bit, cell, [one for one in cell.constants or () if _kind_of(one) is kind]) for bit, cell in known]
    keys = sorted({key for _, _, constants in by_row for one in constants for key in _keys(one)})
    if len(known) * (2 * len(keys) + 1) > _INDEX_BITS_MAX:
        return None
    places = {key: 2 * index + 1 for index, key in enumerate(keys)}
    last = 2 * len(keys)
    changes = [0] * (last + 2)
    for bit, cell, constants in by_row:
        # A negated cell passes what its tests refuse, but a test of another kind refuses nothing.
        mixed = len(constants) != len(cell.constants or ())
        spans = _merge([_span(one, places, last) for one in constants], last)
        for first, final in _complement(spans, last) if cell.negated and not mixed else [] if cell.negated else spans:
            changes[first] ^= bit
            changes[final + 1] ^= bit
    masks: list[Mask] = []
    running = 0
    for change in changes[:-1]:
        running ^= change
        masks.append(running | always)
    return _look_up(kind, keys, masks)


def _look_up(kind: type, keys: list[Any], masks: list[Mask]) -> Callable[[Any], Mask]:
    size = len(keys)
    if kind is str and len(set(masks[::2])) == 1:
        by_key = {key: masks[2 * index + 1] for index, key in enumerate(keys)}
        otherwise = masks[0]
        return lambda value: by_key.get(value, otherwise)
    plain = kind in (Decimal, str)

    remembered: dict[Any, Mask] = {}
    recall = remembered.get

    def find_plain(value: Any) -> Mask:
        # The same numbers and words come again and again, and a dictionary is faster than a search.
        found = recall(value)
        if found is None:
            place = bisect_left(keys, value)
            found = masks[2 * place + 1 if place < size and keys[place] == value else 2 * place]
            if len(remembered) >= _REMEMBERED_MAX:
                remembered.clear()
            remembered[value] = found
        return found

    def find(value: Any) -> Mask:
        key = order_key(value)
        place = bisect_left(keys, key)
        return masks[2 * place + 1 if place < size and keys[place] == key else 2 * place]

    return find_plain if plain else find


def _keys(constant: Any) -> list[Any]:
    if isinstance(constant, Range):
        return [order_key(end) for end in (constant.start, constant.end) if end is not None]
    return [order_key(constant.point if isinstance(constant, Equals) else constant)]


def _span(constant: Any, places: dict[Any, int], last: int) -> tuple[int, int, bool]:
    """Return the first and last place a test covers, and whether it covers all the others instead."""
    if isinstance(constant, Range):
        first = 0 if constant.start is None else places[order_key(constant.start)] + (not constant.start_included)
        final = last if constant.end is None else places[order_key(constant.end)] - (not constant.end_included)
        return first, final, False
    negated = isinstance(constant, Equals) and constant.negated
    place = places[order_key(constant.point if isinstance(constant, Equals) else constant)]
    return place, place, negated


def _merge(spans: list[tuple[int, int, bool]], last: int) -> list[tuple[int, int]]:
    plain: list[tuple[int, int]] = []
    for first, final, negated in spans:
        if not negated:
            plain.append((first, final))
            continue
        plain += [(0, first - 1), (first + 1, last)]
    merged: list[tuple[int, int]] = []
    for first, final in sorted(span for span in plain if span[0] <= span[1]):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], final))
        else:
            merged.append((first, final))
    return merged


def _complement(spans: list[tuple[int, int]], last: int) -> list[tuple[int, int]]:
    gaps: list[tuple[int, int]] = []
    begin = 0
    for first, final in spans:
        if begin <= first - 1:
            gaps.append((begin, first - 1))
        begin = final + 1
    return [*gaps, (begin, last)] if begin <= last else gaps
