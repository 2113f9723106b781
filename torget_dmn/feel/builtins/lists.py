"""Functions on lists (DMN 1.5, 10.3.4.4)."""

from __future__ import annotations

from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from torget_dmn.feel.builtins.registry import builtin
from torget_dmn.feel.durations import DaysDuration, MonthsDuration
from torget_dmn.feel.equality import contains_equal, equal
from torget_dmn.feel.functions import FeelFunction
from torget_dmn.feel.numbers import whole
from torget_dmn.feel.ordering import compare
from torget_dmn.feel.runtime import bounded_list, spend
from torget_dmn.feel.temporal import Date

_TOLD_BY_HASH = (str, Decimal, Date, DaysDuration, MonthsDuration)


def _index(position: Decimal, length: int) -> int | None:
    """Turn a position, counted from 1 or backwards from -1, into an index."""
    place = whole(position)
    if place is None or place == 0 or abs(place) > length:
        return None
    return place - 1 if place > 0 else length + place


def _is_in(items: list[Any], value: Any) -> bool:
    if value is None:
        return any(item is None for item in items)
    return contains_equal(items, value)


@builtin("list contains", "list: list", "element: any")
def list_contains(items: list[Any], element: Any) -> bool:
    """`list contains([1, 2], 2)`."""
    return _is_in(items, element)


@builtin("append", "list: list", "item: list", variadic=True)
def append(items: list[Any], added: list[Any]) -> list[Any]:
    """`append([1], 2, 3)`."""
    return bounded_list(items + added)


@builtin("concatenate", "list: list", variadic=True)
def concatenate(lists: list[Any]) -> list[Any] | None:
    """`concatenate([1, 2], [3])`."""
    joined: list[Any] = []
    for part in lists:
        if part is None:
            return None
        joined.extend(part if type(part) is list else [part])
        bounded_list(joined)
    return joined


@builtin("insert before", "list: list", "position: number", "newItem: any")
def insert_before(items: list[Any], position: Decimal, new_item: Any) -> list[Any] | None:
    """`insert before([1, 3], 1, 2)`."""
    place = _index(position, len(items))
    return None if place is None else [*items[:place], new_item, *items[place:]]


@builtin("remove", "list: list", "position: number")
def remove(items: list[Any], position: Decimal) -> list[Any] | None:
    """`remove([1, 2, 3], 2)`."""
    place = _index(position, len(items))
    return None if place is None else items[:place] + items[place + 1 :]


@builtin("list replace", "list: list", "position: number", "newItem: any")
def replace_at(items: list[Any], position: Decimal, new_item: Any) -> list[Any] | None:
    """`list replace([2, 4, 7, 8], 3, 6)`; unlike elsewhere, a fraction of the position is cut off."""
    place = _index(Decimal(int(position)), len(items))
    return None if place is None else [*items[:place], new_item, *items[place + 1 :]]


@builtin("list replace", "list: list", "match: function", "newItem: any")
def replace_matching(items: list[Any], match: FeelFunction, new_item: Any) -> list[Any] | None:
    """`list replace([2, 4], function(item, newItem) item < newItem, 3)`."""
    replaced: list[Any] = []
    for item in items:
        matches = match.call([item, new_item])
        if type(matches) is not bool:
            return None
        replaced.append(new_item if matches else item)
    return replaced


@builtin("sublist", "list: list", "start position: number", "length: number?")
def sublist(items: list[Any], start: Decimal, length: Decimal | None = None) -> list[Any] | None:
    """`sublist([4, 5, 6], 1, 2)`."""
    first = _index(start, len(items))
    if first is None:
        return None
    if length is None:
        return items[first:]
    size = whole(length)
    if size is None or size < 1 or first + size > len(items):
        return None
    return items[first : first + size]


@builtin("reverse", "list: list")
def reverse(items: list[Any]) -> list[Any]:
    """`reverse([1, 2, 3])`."""
    return items[::-1]


@builtin("index of", "list: list", "match: any")
def index_of(items: list[Any], match: Any) -> list[Decimal]:
    """`index of([1, 2, 3, 2], 2)`: all positions."""
    if match is None:
        return [Decimal(place) for place, item in enumerate(items, 1) if item is None]
    return [Decimal(place) for place, item in enumerate(items, 1) if equal(item, match) is True]


def _distinct(items: list[Any]) -> list[Any]:
    seen: set[Any] = set()
    kept: list[Any] = []
    for item in items:
        # The usual items are told apart by hash to keep long lists fast.
        if type(item) in _TOLD_BY_HASH:
            if item not in seen:
                seen.add(item)
                kept.append(item)
        elif not _is_in(kept, item):
            kept.append(item)
    return kept


@builtin("distinct values", "list: list")
def distinct_values(items: list[Any]) -> list[Any]:
    """`distinct values([1, 2, 1])`."""
    return _distinct(items)


@builtin("union", "list: list", variadic=True)
def union(lists: list[Any]) -> list[Any] | None:
    """`union([1, 2], [2, 3])`."""
    joined = concatenate(lists)
    return None if joined is None else _distinct(joined)


@builtin("flatten", "list: list")
def flatten(items: list[Any]) -> list[Any]:
    """`flatten([[1, 2], [[3]], 4])`."""
    flat: list[Any] = []
    waiting = [iter(items)]
    while waiting:
        for item in waiting[-1]:
            spend(1)
            if type(item) is list:
                waiting.append(iter(item))
                break
            flat.append(item)
        else:
            waiting.pop()
    return bounded_list(flat)


@builtin("sort", "list: list", "precedes: function?")
def sort(items: list[Any], precedes: FeelFunction | None = None) -> list[Any] | None:
    """`sort([3, 1], function(x, y) x < y)`."""

    def order(left: Any, right: Any) -> int:
        spend(1)
        if precedes is None:
            natural = compare(left, right)
            if natural is None:
                raise ValueError
            return natural
        precedes_right, precedes_left = precedes.call([left, right]), precedes.call([right, left])
        # A function that does not order every pair is outside its domain, so the list is not sorted (table 80).
        if type(precedes_right) is not bool or type(precedes_left) is not bool:
            raise ValueError
        return precedes_left - precedes_right

    return sorted(items, key=cmp_to_key(order))
