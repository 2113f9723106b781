"""The syntax tree of FEEL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from torget_dmn.feel.feel_types import FeelType


@dataclass(slots=True)
class Node:
    """A piece of an expression; `position` is where it starts in the text."""

    position: int


@dataclass(slots=True)
class Literal(Node):
    """A value written out."""

    value: Any


@dataclass(slots=True)
class Name(Node):
    """A variable, or a function of the library."""

    name: str


@dataclass(slots=True)
class Path(Node):
    """`source.name`."""

    source: Node
    name: str


@dataclass(slots=True)
class Filter(Node):
    """`source[condition]`."""

    source: Node
    condition: Node


@dataclass(slots=True)
class Invocation(Node):
    """`function(arguments)`; `names` is set for a call by name."""

    function: Node
    arguments: list[Node]
    names: list[str] | None = None


@dataclass(slots=True)
class Arithmetic(Node):
    """`left + right` and its like."""

    operator: str
    left: Node
    right: Node


@dataclass(slots=True)
class Negation(Node):
    """`-operand`."""

    operand: Node


@dataclass(slots=True)
class Logical(Node):
    """`left and right`, `left or right`."""

    operator: str
    left: Node
    right: Node


@dataclass(slots=True)
class Comparison(Node):
    """`left < right` and its like."""

    operator: str
    left: Node
    right: Node


@dataclass(slots=True)
class Between(Node):
    """`value between low and high`."""

    value: Node
    low: Node
    high: Node


@dataclass(slots=True)
class In(Node):
    """`value in tests`."""

    value: Node
    tests: list[Node]


@dataclass(slots=True)
class InstanceOf(Node):
    """`value instance of type`."""

    value: Node
    type: FeelType


@dataclass(slots=True)
class If(Node):
    """`if condition then one else other`."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(slots=True)
class Iterator:
    """`name in start` or `name in start..end`."""

    name: str
    start: Node
    end: Node | None = None


@dataclass(slots=True)
class For(Node):
    """`for iterators return body`."""

    iterators: list[Iterator]
    body: Node


@dataclass(slots=True)
class Quantified(Node):
    """`some` or `every` of the iterators satisfies the body."""

    every: bool
    iterators: list[Iterator]
    body: Node


@dataclass(slots=True)
class FunctionDefinition(Node):
    """`function(parameters) body`."""

    parameters: list[tuple[str, FeelType]]
    body: Node
    external: bool = False


@dataclass(slots=True)
class ContextLiteral(Node):
    """`{key: value}`."""

    entries: list[tuple[str, Node]]


@dataclass(slots=True)
class ListLiteral(Node):
    """`[items]`."""

    items: list[Node]


@dataclass(slots=True)
class RangeLiteral(Node):
    """`[start..end]`."""

    start: Node
    end: Node
    start_included: bool
    end_included: bool


@dataclass(slots=True)
class UnaryComparison(Node):
    """`< end` and its like: a test that is also a value."""

    operator: str
    operand: Node


@dataclass(slots=True)
class UnaryTests(Node):
    """The content of a table cell: any of the tests, or none when negated; no tests means `-`."""

    tests: list[Node] = field(default_factory=list)
    negated: bool = False


def children(node: Node) -> list[Node]:
    """Return the nodes directly below a node."""
    found: list[Node] = []
    for name in _field_names(type(node)):
        value = getattr(node, name)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, list):
            found.extend(_nodes_in(value))
    return found


def _nodes_in(items: list[Any]) -> list[Node]:
    found: list[Node] = []
    for item in items:
        if isinstance(item, Node):
            found.append(item)
        elif isinstance(item, Iterator):
            found.append(item.start)
            found.extend([] if item.end is None else [item.end])
        elif isinstance(item, tuple):
            found.extend(part for part in item if isinstance(part, Node))
    return found


_FIELD_NAMES: dict[type[Node], tuple[str, ...]] = {}


def _field_names(kind: type[Node]) -> tuple[str, ...]:
    names = _FIELD_NAMES.get(kind)
    if names is None:
        names = tuple(name for base in kind.__mro__ for name in getattr(base, "__slots__", ()))
        _FIELD_NAMES[kind] = names
    return names


def walk(node: Node) -> list[Node]:
    """Return the node and all nodes below it."""
    found, waiting = [], [node]
    while waiting:
        current = waiting.pop()
        found.append(current)
        waiting.extend(children(current))
    return found
