"""Types that do not fit: expressions against what is expected of them, cells against their column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torget_dmn.engine.boxed import Recorded
from torget_dmn.engine.tables import CompiledTable
from torget_dmn.errors import Problem
from torget_dmn.feel import nodes
from torget_dmn.feel.feel_types import ANY, DATE, DATE_TIME, FeelType, NamedType, SimpleType, strip
from torget_dmn.feel.inference import Inference, clash
from torget_dmn.feel.printing import to_literal
from torget_dmn.feel.ranges import Equals, Range
from torget_dmn.words import say


def type_problems(recorded: list[Recorded]) -> Iterator[Problem]:
    """Yield everything whose type can never fit."""
    pieces = pieces_by_place(recorded)
    for piece in recorded:
        if isinstance(piece.table, CompiledTable):
            yield from _cell_problems(piece.table, column_types(piece.table, pieces))
        else:
            yield from _expression_problems(piece)


def pieces_by_place(recorded: list[Recorded]) -> dict[str, Recorded]:
    """Return the expressions by their places."""
    return {piece.place: piece for piece in recorded if piece.node is not None}


def column_types(table: CompiledTable, pieces: dict[str, Recorded]) -> list[FeelType]:
    """Return the types of the values of each column, declared or inferred from its expression."""
    return [_input_type(pieces.get(f"{table.place}, input '{title}'")) for title in table.input_titles]


def _expression_problems(piece: Recorded) -> Iterator[Problem]:
    """Yield what is wrong with the types of one expression."""
    if piece.node is None:
        return
    inference = Inference(piece.scope)
    kind = inference.infer(piece.node)
    for note in inference.notes:
        yield Problem("type-error", note, piece.place)
    # A day is made midnight where a moment is expected.
    is_converted = strip(kind) is DATE and strip(piece.expected) is DATE_TIME
    if clash(kind, piece.expected) and not is_converted:
        message = say(
            "the value is of type {kind}, but {expected} is expected", kind=strip(kind), expected=piece.expected
        )
        yield Problem("type-error", message, piece.place)
    elif (
        isinstance(piece.node, nodes.Literal) and isinstance(piece.expected, NamedType) and piece.node.value is not None
    ):
        value = piece.node.value
        if piece.expected.holds(value) and not piece.expected.allows(value):
            message = say(
                "{value} is not one of the allowed values {allowed}",
                value=to_literal(value),
                allowed=piece.expected.allowed_text,
            )
            yield Problem("value-not-allowed", message, piece.place)


def _input_type(piece: Recorded | None) -> FeelType:
    if piece is None or piece.node is None:
        return ANY
    return piece.expected if piece.expected is not ANY else Inference(piece.scope).infer(piece.node)


def _points(constant: Any) -> list[Any]:
    if isinstance(constant, Range):
        return [end for end in (constant.start, constant.end) if end is not None]
    return [constant.point if isinstance(constant, Equals) else constant]


def _cell_problems(table: CompiledTable, kinds: list[FeelType]) -> Iterator[Problem]:
    """Yield the cells that no value of their column can pass, because it is of another type."""
    for title, cells, kind in zip(table.input_titles, table.cells, kinds, strict=True):
        plain = strip(kind)
        if not isinstance(plain, SimpleType):
            continue
        for number, cell in enumerate(cells, 1):
            for constant in cell.constants or ():
                wrong = [point for point in _points(constant) if point is not None and not plain.holds(point)]
                if wrong:
                    message = say(
                        "the cell {text} tests for {value}, but {title} is of type {kind}",
                        text=cell.text,
                        value=to_literal(wrong[0]),
                        title=title,
                        kind=plain,
                    )
                    yield Problem("type-error", message, f"{table.place}, row {number}, input '{title}'", (number,))
                    break
                if _is_refused(kind, constant):
                    message = say(
                        "{value} is not one of the allowed values of {title}", value=to_literal(constant), title=title
                    )
                    place = f"{table.place}, row {number}, input '{title}'"
                    yield Problem("value-not-allowed", message, place, (number,))


def _is_refused(kind: FeelType, constant: Any) -> bool:
    return (
        isinstance(kind, NamedType)
        and not isinstance(constant, Range | Equals)
        and constant is not None
        and (not kind.allows(constant))
    )
