"""What an evaluation did, kept small while running and told in full when asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from torget_dmn.engine.table_index import Cell
from torget_dmn.feel.printing import to_literal
from torget_dmn.model.expressions import DecisionTable


class TracedTable(Protocol):
    """What a trace needs to know of a compiled table."""

    source: DecisionTable
    place: str
    cells: list[list[Cell]]
    input_titles: list[str]
    all_rows: int


@dataclass(frozen=True, slots=True)
class Miss:
    """Why a row did not match: the first input whose cell refused the value."""

    input: str
    value: Any
    test: str

    def __str__(self) -> str:
        return f"{self.input} = {to_literal(self.value)} does not pass {self.test}"


@dataclass(frozen=True, slots=True)
class RowTrace:
    """What one row did: it matched, or it missed."""

    number: int
    matched: bool
    miss: Miss | None


class TableTrace:
    """One evaluation of one table; rows are told from the masks of the columns."""

    __slots__ = ("masks", "matched", "result", "table", "values")

    def __init__(self, table: TracedTable, values: list[Any], masks: list[int], matched: int, result: Any) -> None:
        self.table = table
        self.values = values
        self.masks = masks
        self.matched = matched
        self.result = result

    @property
    def place(self) -> str:
        """Where in the model the table stands."""
        return self.table.place

    @property
    def inputs(self) -> dict[str, Any]:
        """The value of each input."""
        return dict(zip(self.table.input_titles, self.values, strict=True))

    @property
    def matched_rows(self) -> list[int]:
        """The numbers, from 1, of the rows that matched."""
        return [row + 1 for row in range(self.matched.bit_length()) if self.matched >> row & 1]

    def row(self, number: int) -> RowTrace:
        """Tell what one row did; rows are counted from 1."""
        bit = 1 << (number - 1)
        if self.matched & bit:
            return RowTrace(number, matched=True, miss=None)
        for column, mask in enumerate(self.masks):
            if not mask & bit:
                text = self.table.cells[column][number - 1].text
                return RowTrace(
                    number, matched=False, miss=Miss(self.table.input_titles[column], self.values[column], text)
                )
        return RowTrace(number, matched=False, miss=None)

    def rows(self) -> Iterator[RowTrace]:
        """Tell what every row did."""
        return (self.row(number) for number in range(1, len(self.table.source.rules) + 1))

    def reasons(self, language: str) -> list[str]:
        """Return the reason texts of the rows that matched."""
        source = self.table.source
        texts = (source.reason(source.rules[number - 1], language) for number in self.matched_rows)
        return [text for text in texts if text]

    def legal_references(self) -> list[str]:
        """Return the provisions that the matched rows rest on."""
        source = self.table.source
        texts = (source.legal_reference(source.rules[number - 1]) for number in self.matched_rows)
        return [text for text in texts if text]

    def as_dict(self) -> dict[str, Any]:
        """Tell everything as plain data."""
        titles, values = self.table.input_titles, self.values
        misses: list[tuple[int, str, str]] = []
        seen = self.matched
        # Each column tells the rows it was the first to refuse, so no row is looked at twice.
        for column, mask in enumerate(self.masks):
            refused = ~mask & self.table.all_rows & ~seen
            seen |= refused
            title, cells = titles[column], self.table.cells[column]
            while refused:
                number = (refused & -refused).bit_length()
                misses.append((number, title, cells[number - 1].text))
                refused &= refused - 1
        return {
            "table": self.place,
            "inputs": dict(zip(titles, values, strict=True)),
            "matched": self.matched_rows,
            "missed": misses,
            "result": self.result,
        }


@dataclass(slots=True)
class DecisionTrace:
    """The value a decision took."""

    name: str
    value: Any


@dataclass(slots=True)
class Trace:
    """Everything one evaluation did, in the order it happened."""

    entries: list[TableTrace | DecisionTrace] = field(default_factory=list)
    # The values of the inputs as the decisions saw them.
    inputs: dict[str, Any] = field(default_factory=dict)

    @property
    def tables(self) -> list[TableTrace]:
        """The evaluations of tables."""
        return [entry for entry in self.entries if isinstance(entry, TableTrace)]

    @property
    def decisions(self) -> dict[str, Any]:
        """The value of every decision that was evaluated."""
        return {entry.name: entry.value for entry in self.entries if isinstance(entry, DecisionTrace)}

    def table(self, place: str) -> TableTrace | None:
        """Return the last evaluation of the table at a place."""
        return next((one for one in reversed(self.tables) if one.place == place), None)

    def reasons(self, language: str) -> list[str]:
        """Return the reason texts of all rows that matched, each once, in order."""
        return list(dict.fromkeys(text for table in self.tables for text in table.reasons(language)))

    def legal_references(self) -> list[str]:
        """Return the provisions the matched rows rest on, each once, in order."""
        return list(dict.fromkeys(text for table in self.tables for text in table.legal_references()))
