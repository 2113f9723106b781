"""Closures for operators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torget_dmn.feel import nodes
from torget_dmn.feel.arithmetic import OPERATORS, negate
from torget_dmn.feel.compiler import Compiler, constant, rule
from torget_dmn.feel.equality import equal
from torget_dmn.feel.feel_types import NULL
from torget_dmn.feel.functions import Closure, Frame
from torget_dmn.feel.ordering import compare
from torget_dmn.feel.ranges import Equals, Range
from torget_dmn.feel.scope import Scope

_HOLDS: dict[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


@rule(nodes.Literal)
def _literal(_: Compiler, node: nodes.Literal, __: Scope) -> Closure:
    return constant(node.value)


@rule(nodes.Name)
def _name(compiler: Compiler, node: nodes.Name, scope: Scope) -> Closure:
    return compiler.variable(node, scope)


@rule(nodes.Arithmetic)
def _arithmetic(compiler: Compiler, node: nodes.Arithmetic, scope: Scope) -> Closure:
    left, right = compiler.compile(node.left, scope), compiler.compile(node.right, scope)
    operate = OPERATORS[node.operator]
    return lambda frame: operate(left(frame), right(frame))


@rule(nodes.Negation)
def _negation(compiler: Compiler, node: nodes.Negation, scope: Scope) -> Closure:
    operand = compiler.compile(node.operand, scope)
    return lambda frame: negate(operand(frame))


@rule(nodes.Logical)
def _logical(compiler: Compiler, node: nodes.Logical, scope: Scope) -> Closure:
    left, right = compiler.compile(node.left, scope), compiler.compile(node.right, scope)
    deciding = node.operator == "or"

    def run(frame: Frame) -> bool | None:
        first = left(frame)
        if first is deciding:
            return first is True
        second = right(frame)
        if second is deciding:
            return second is True
        # What is neither true nor false counts as null in Kleene's logic.
        return not deciding if first is (not deciding) and second is (not deciding) else None

    return run


def compare_values(operator: str, left: Any, right: Any) -> bool | None:
    """Evaluate a comparison of two values."""
    if operator == "=":
        return equal(left, right)
    if operator == "!=":
        same = equal(left, right)
        return None if same is None else not same
    order = compare(left, right)
    return None if order is None else _HOLDS[operator](order)


@rule(nodes.Comparison)
def _comparison(compiler: Compiler, node: nodes.Comparison, scope: Scope) -> Closure:
    left, right = compiler.compile(node.left, scope), compiler.compile(node.right, scope)
    operator = node.operator
    if operator in ("=", "!="):
        return lambda frame: compare_values(operator, left(frame), right(frame))
    holds = _HOLDS[operator]

    def run(frame: Frame) -> bool | None:
        order = compare(left(frame), right(frame))
        return None if order is None else holds(order)

    return run


def both(one: bool | None, other: bool | None) -> bool | None:
    """Evaluate `and`."""
    if one is False or other is False:
        return False
    return True if one and other else None


@rule(nodes.Between)
def _between(compiler: Compiler, node: nodes.Between, scope: Scope) -> Closure:
    value = compiler.compile(node.value, scope)
    low, high = compiler.compile(node.low, scope), compiler.compile(node.high, scope)

    def run(frame: Frame) -> bool | None:
        middle = value(frame)
        above = compare_values("<=", low(frame), middle)
        return both(above, compare_values("<=", middle, high(frame)))

    return run


@rule(nodes.InstanceOf)
def _instance_of(compiler: Compiler, node: nodes.InstanceOf, scope: Scope) -> Closure:
    value, kind = compiler.compile(node.value, scope), node.type

    def run(frame: Frame) -> bool:
        tested = value(frame)
        return kind is NULL if tested is None else kind.holds(tested)

    return run


def make_range(start: Any, end: Any, *, start_included: bool, end_included: bool) -> Range | None:
    """Make a range of two ends; null when they have no order between them or the wrong one."""
    order = compare(start, end)
    if order is None or order > 0:
        return None
    return Range(start, end, start_included, end_included)


@rule(nodes.RangeLiteral)
def _range(compiler: Compiler, node: nodes.RangeLiteral, scope: Scope) -> Closure:
    start, end = compiler.compile(node.start, scope), compiler.compile(node.end, scope)
    with_start, with_end = node.start_included, node.end_included
    return lambda frame: make_range(start(frame), end(frame), start_included=with_start, end_included=with_end)


def one_sided(operator: str, operand: Any) -> Range | Equals | None:
    """Make the value of a test such as `< 10`."""
    if operator in ("=", "!="):
        return Equals(operand, negated=operator == "!=")
    if compare(operand, operand) is None:
        return None
    if operator in ("<", "<="):
        return Range(None, operand, start_included=False, end_included=operator == "<=")
    return Range(operand, None, start_included=operator == ">=", end_included=False)


@rule(nodes.UnaryComparison)
def _unary_comparison(compiler: Compiler, node: nodes.UnaryComparison, scope: Scope) -> Closure:
    operand, operator = compiler.compile(node.operand, scope), node.operator
    return lambda frame: one_sided(operator, operand(frame))


@rule(nodes.If)
def _conditional(compiler: Compiler, node: nodes.If, scope: Scope) -> Closure:
    condition = compiler.compile(node.condition, scope)
    then, otherwise = compiler.compile(node.then, scope), compiler.compile(node.otherwise, scope)
    return conditional_closure(condition, then, otherwise)


def conditional_closure(condition: Closure, then: Closure, otherwise: Closure) -> Closure:
    """Return what chooses by a condition; null counts as false, and what is no boolean gives null."""

    def run(frame: Frame) -> Any:
        chosen = condition(frame)
        if chosen is True:
            return then(frame)
        return otherwise(frame) if chosen is False or chosen is None else None

    return run
