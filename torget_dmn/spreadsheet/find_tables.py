"""Every table of a model with the name of its sheet, however deep it stands in boxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from torget_dmn.model.elements import Definitions
from torget_dmn.model.expressions import Binding, ContextEntry, DecisionTable, Expression


def find_tables(definitions: Definitions) -> dict[str, DecisionTable]:
    """Return the tables of a model by name: a decision's own name, and the way through its boxes after it."""
    found: dict[str, DecisionTable] = {}
    for decision in definitions.decisions:
        for name, table in _in_expression(decision.expression, decision.name):
            found.setdefault(name, table)
    for knowledge in definitions.business_knowledge:
        for name, table in _in_expression(knowledge.function, knowledge.name):
            found.setdefault(name, table)
    return found


def _in_expression(expression: Expression | None, name: str) -> Iterator[tuple[str, DecisionTable]]:
    if isinstance(expression, DecisionTable):
        yield name, expression
    elif expression is not None:
        for part in fields(expression):
            # The body of a function goes by the name of what holds the function.
            way = name if part.name == "body" else f"{name} / {part.name}"
            yield from _in_part(getattr(expression, part.name), name, way)


def _in_part(part: object, name: str, way: str) -> Iterator[tuple[str, DecisionTable]]:
    if isinstance(part, Expression):
        yield from _in_expression(part, way)
    elif isinstance(part, ContextEntry):
        entry = "result" if part.variable is None else part.variable.name
        yield from _in_expression(part.expression, f"{name} / {entry}")
    elif isinstance(part, Binding):
        yield from _in_expression(part.expression, f"{name} / {part.parameter.name}")
    elif isinstance(part, list):
        for number, one in enumerate(part, 1):
            yield from _in_part(one, name, f"{name} / {number}")
