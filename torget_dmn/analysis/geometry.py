"""Tables as boxes in the space of their inputs: what no box covers, what two cover, what is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torget_dmn.analysis.domains import ColumnDomain, Stretch
from torget_dmn.engine.table_index import Mask

Example = dict[str, Any]
# Searching for an uncovered point can grow with every column; beyond this the answer is left open.
STEPS_MAX = 1_000_000
# Rows times stretches of a column beyond which a table is not looked at pair by pair.
_AREA_MAX = 20_000_000


class TooLargeError(Exception):
    """The space of the table is too large to search."""


def rows_in(mask: Mask) -> list[int]:
    """Return the rows in a mask, counted from 0."""
    rows: list[int] = []
    while mask:
        rows.append((mask & -mask).bit_length() - 1)
        mask &= mask - 1
    return rows


class Uncovered:
    """Searches for points that no row of a set covers; all searches in a table share one budget."""

    def __init__(self, columns: list[ColumnDomain]) -> None:
        self._columns = columns
        self._steps = 0

    def find(self, rows: Mask, inside: list[int] | None = None) -> Example | None:
        """Return a point that none of the rows covers, or None; `inside` keeps to some stretches of each column."""
        stretches = [
            column.stretches if inside is None else tuple(column.stretches[place] for place in rows_in(inside[index]))
            for index, column in enumerate(self._columns)
        ]
        choice = self._search(stretches, 0, rows, set())
        if choice is None:
            return None
        return {column.title: sample for column, sample in zip(self._columns, choice, strict=True)}

    def _search(
        self, stretches: list[tuple[Stretch, ...]], depth: int, rows: Mask, dead: set[tuple[int, Mask]]
    ) -> list[Any] | None:
        if depth == len(stretches):
            return None if rows else []
        if (depth, rows) in dead:
            return None
        for stretch in stretches[depth]:
            self._steps += 1
            if self._steps > STEPS_MAX:
                raise TooLargeError
            rest = self._search(stretches, depth + 1, rows & stretch.rows, dead)
            if rest is not None:
                return [stretch.sample, *rest]
        dead.add((depth, rows))
        return None


def gaps(columns: list[ColumnDomain], row_count: int) -> Iterator[Example]:
    """Yield one point that no row covers, if there is any."""
    example = Uncovered(columns).find((1 << row_count) - 1)
    if example is not None:
        yield example


def _touched(columns: list[ColumnDomain], row_count: int) -> list[list[int]]:
    """Return, for each column and row, the stretches the row covers, as bits."""
    tables: list[list[int]] = []
    for column in columns:
        if len(column.stretches) * row_count > _AREA_MAX:
            raise TooLargeError
        by_row = [0] * row_count
        for index, stretch in enumerate(column.stretches):
            for row in rows_in(stretch.rows):
                by_row[row] |= 1 << index
        tables.append(by_row)
    return tables


def overlaps(columns: list[ColumnDomain], row_count: int, unclear: Mask) -> Iterator[tuple[int, int, Example]]:
    """Yield each pair of rows that share a point, with the point."""
    tables = _touched(columns, row_count)
    clear = [row for row in range(row_count) if not unclear >> row & 1]
    for place, first in enumerate(clear):
        for second in clear[place + 1 :]:
            shared = [by_row[first] & by_row[second] for by_row in tables]
            if all(shared):
                yield first, second, _point(columns, shared)


def _point(columns: list[ColumnDomain], shared: list[int]) -> Example:
    return {
        column.title: column.stretches[(bits & -bits).bit_length() - 1].sample
        for column, bits in zip(columns, shared, strict=True)
    }


def empty_rows(columns: list[ColumnDomain], row_count: int) -> Iterator[tuple[int, str]]:
    """Yield each row that has a cell which no value passes, and the title of its column."""
    tables = _touched(columns, row_count)
    for row in range(row_count):
        for column, by_row in zip(columns, tables, strict=True):
            if not by_row[row]:
                yield row, column.title
                break


def hidden_rows(
    columns: list[ColumnDomain], order: list[int], row_count: int, unclear: Mask
) -> Iterator[tuple[int, list[int]]]:
    """Yield each row that the rows before it in the order leave nothing of, and those rows."""
    tables = _touched(columns, row_count)
    search = Uncovered(columns)
    before: Mask = 0
    for row in order:
        if before and search.find(before, [by_row[row] for by_row in tables]) is None:
            touching = [one for one in rows_in(before) if all(by_row[row] & by_row[one] for by_row in tables)]
            yield row, touching
        if not unclear >> row & 1:
            before |= 1 << row
