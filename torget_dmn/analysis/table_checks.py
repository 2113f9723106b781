"""Gaps, overlaps, unreachable rows and missing reasons of one table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torget_dmn.analysis import geometry
from torget_dmn.analysis.domains import ColumnDomain, column_domain
from torget_dmn.analysis.findings import DOUBT, PROBLEM, Finding, in_words
from torget_dmn.engine.tables import CompiledTable
from torget_dmn.feel.feel_types import FeelType
from torget_dmn.model.expressions import LANGUAGES
from torget_dmn.words import say, together

_LANGUAGE_NAMES = {"sv": say("Swedish"), "fi": say("Finnish"), "en": say("English")}
# Pairs of rows beyond this tell nothing new, and a table of thousands of rows has millions of them.
_OVERLAPS_MAX = 100
_OVERLAP_ROWS_MAX = 3000


def table_findings(table: CompiledTable, kinds: list[FeelType], listed: list[list[Any] | None]) -> list[Finding]:
    """Return everything the shape of a table shows."""
    columns = [
        column_domain(title, cells, kind, values)
        for title, cells, kind, values in zip(table.input_titles, table.cells, kinds, listed, strict=True)
    ]
    unclear = 0
    for column in columns:
        unclear |= column.unclear
    found: list[Finding] = []
    try:
        empty = list(_empty(table, columns))
        found += [finding for _, finding in empty]
        found += _gaps(table, columns)
        found += _hidden(table, columns, unclear, {row for row, _ in empty})
        found += _overlaps(table, columns, unclear)
    except geometry.TooLargeError:
        message = say("the table is too large to be searched for all gaps, overlaps and unreachable rows")
        found.append(Finding("not-analysed", DOUBT, table.place, message))
    if unclear:
        rows = tuple(row + 1 for row in geometry.rows_in(unclear))
        message = say(
            "more than the value tested counts in {rows}, so gaps and overlaps there are not seen", rows=_rows(rows)
        )
        found.append(Finding("not-analysed", DOUBT, table.place, message, rows))
    return found


def _rows(rows: tuple[int, ...]) -> str:
    return say("row {row}", row=rows[0]) if len(rows) == 1 else say("rows {rows}", rows=together(map(str, rows)))


def _empty(table: CompiledTable, columns: list[ColumnDomain]) -> Iterator[tuple[int, Finding]]:
    for row, title in geometry.empty_rows(columns, len(table.source.rules)):
        text = table.source.rules[row].inputs[table.input_titles.index(title)]
        message = say(
            "row {row} can never match: no value of {title} passes {text}", row=row + 1, title=title, text=text
        )
        yield row, Finding("unreachable-row", PROBLEM, table.place, message, (row + 1,))


def _gaps(table: CompiledTable, columns: list[ColumnDomain]) -> Iterator[Finding]:
    source = table.source
    # Collecting nothing is an answer; so is a default.
    if source.hit_policy in ("COLLECT", "RULE ORDER", "OUTPUT ORDER") or any(one.default for one in source.outputs):
        return
    for example in geometry.gaps(columns, len(source.rules)):
        message = say("no row answers when {example}", example=in_words(example))
        yield Finding("gap", PROBLEM, table.place, message, (), example)


def _hidden(table: CompiledTable, columns: list[ColumnDomain], unclear: int, empty: set[int]) -> Iterator[Finding]:
    count = len(table.source.rules)
    if table.source.hit_policy == "FIRST":
        order = [row for row in range(count) if row not in empty]
    elif table.source.hit_policy == "PRIORITY" and (ranks := table.constant_ranks()) is not None:
        order = sorted((row for row in range(count) if row not in empty), key=lambda row: ranks[row])
    else:
        return
    for row, before in geometry.hidden_rows(columns, order, count, unclear):
        rows = tuple(one + 1 for one in before)
        message = say(
            "row {row} is never used: every case it matches is answered by {rows}", row=row + 1, rows=_rows(rows)
        )
        yield Finding("unreachable-row", PROBLEM, table.place, message, (row + 1,))


def _overlaps(table: CompiledTable, columns: list[ColumnDomain], unclear: int) -> Iterator[Finding]:
    source = table.source
    if source.hit_policy not in ("UNIQUE", "ANY") or len(source.rules) > _OVERLAP_ROWS_MAX:
        return
    count = 0
    for first, second, example in geometry.overlaps(columns, len(source.rules), unclear):
        if source.hit_policy == "ANY" and table.rows_agree(first, second):
            continue
        rows = (first + 1, second + 1)
        words = {"rows": _rows(rows), "example": in_words(example)}
        if source.hit_policy == "UNIQUE":
            message = say("{rows} both match when {example}", **words)
        else:
            message = say("{rows} both match with different results when {example}", **words)
        yield Finding("overlap", PROBLEM, table.place, message, rows, example)
        count += 1
        if count == _OVERLAPS_MAX:
            return


def reason_findings(table: CompiledTable) -> Iterator[Finding]:
    """Yield the rows that do not say why, in each language, or on what provision they rest."""
    source = table.source
    for number, rule in enumerate(source.rules, 1):
        missing = [_LANGUAGE_NAMES[one] for one in LANGUAGES if not source.reason(rule, one).strip()]
        if missing:
            message = say("row {row} has no reason in {languages}", row=number, languages=missing)
            yield Finding("missing-reason", DOUBT, table.place, message, (number,))
        if not source.legal_reference(rule).strip():
            message = say("row {row} has no legal reference", row=number)
            yield Finding("missing-legal-reference", DOUBT, table.place, message, (number,))
