"""Compilation of syntax trees to Python closures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torget_dmn.feel import nodes
from torget_dmn.feel.builtins import BUILTINS
from torget_dmn.feel.functions import Closure, Frame
from torget_dmn.feel.nodes import Node
from torget_dmn.feel.scope import Scope

# Functions whose result depends on more than their arguments are not computed while compiling.
_CLOCK_FUNCTIONS = frozenset({"now", "today"})
_SCALAR_NODES = (
    nodes.Literal,
    nodes.Negation,
    nodes.Arithmetic,
    nodes.RangeLiteral,
    nodes.UnaryComparison,
    nodes.Invocation,
)


@dataclass(frozen=True, slots=True)
class NameProblem:
    """A name that nothing in scope has."""

    name: str
    position: int
    is_function: bool


class Compiler:
    """Compiles expressions of one scope and notes the names it cannot resolve."""

    def __init__(self) -> None:
        self.problems: list[NameProblem] = []
        # Which nodes below the current one are constant; they are compiled before it.
        self._constants: set[int] = set()

    def compile(self, node: Node, scope: Scope) -> Closure:
        """Return what evaluates the node in a frame of the scope."""
        closure: Closure = RULES[type(node)](self, node, scope)
        if isinstance(node, nodes.Literal):
            self._constants.add(id(node))
        elif _may_be_constant(node, scope) and all(id(part) in self._constants for part in _operands(node)):
            self._constants.add(id(node))
            return constant(closure([None]))
        return closure

    def variable(self, node: nodes.Name, scope: Scope, *, is_function: bool = False) -> Closure:
        """Return what reads a name; an unknown one is noted and read as null."""
        library = BUILTINS.get(node.name)
        found = scope.resolve(node.name, None if library is None else constant(library))
        if found is None:
            self.problems.append(NameProblem(node.name, node.position, is_function))
            return constant(None)
        return found


Rule = Callable[[Compiler, Any, Scope], Closure]
RULES: dict[type[Node], Rule] = {}


def rule(kind: type[Node]) -> Callable[[Rule], Rule]:
    """Declare how a kind of node is compiled."""

    def register(function: Rule) -> Rule:
        RULES[kind] = function
        return function

    return register


def constant(value: Any) -> Closure:
    """Return a closure that gives the value in every frame."""

    def give(_: Frame) -> Any:
        return value

    return give


def _operands(node: Node) -> list[Node]:
    return node.arguments if isinstance(node, nodes.Invocation) else nodes.children(node)


def _may_be_constant(node: Node, scope: Scope) -> bool:
    """Say whether a node gives one scalar or range as soon as its operands do."""
    if not isinstance(node, _SCALAR_NODES):
        return False
    if not isinstance(node, nodes.Invocation):
        return True
    function = node.function
    if not isinstance(function, nodes.Name) or function.name in _CLOCK_FUNCTIONS:
        return False
    return function.name in BUILTINS and function.name not in scope.names()


def is_constant(node: Node, scope: Scope) -> bool:
    """Say whether a node gives one scalar or range, whatever the frame."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if not _may_be_constant(part, scope):
            return False
        waiting.extend(_operands(part))
    return True
