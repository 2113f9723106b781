"""Closures for unary tests: table cells, allowed values and the right side of `in`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from torget_dmn.feel import nodes
from torget_dmn.feel.compile_operators import both, compare_values, one_sided
from torget_dmn.feel.compiler import Compiler, is_constant, rule
from torget_dmn.feel.equality import equal
from torget_dmn.feel.functions import Closure, Frame
from torget_dmn.feel.nodes import Node
from torget_dmn.feel.ranges import Equals, Range
from torget_dmn.feel.scope import Scope

# Takes the value tested and the frame.
Test: TypeAlias = Callable[[Any, Frame], bool | None]


def satisfies(value: Any, tested_by: Any) -> bool | None:
    """Evaluate `value in tested_by` for a value that is already known."""
    if isinstance(tested_by, Range):
        return tested_by.contains(value)
    if isinstance(tested_by, Equals):
        return compare_values("!=" if tested_by.negated else "=", value, tested_by.point)
    if type(tested_by) is list:
        return _in_list(value, tested_by)
    if isinstance(value, Range) or tested_by is None or value is None:
        return equal(value, tested_by) is True
    return equal(value, tested_by)


def _in_list(value: Any, items: list[Any]) -> bool | None:
    if type(value) is list and equal(value, items) is True:
        return True
    unknown = False
    for item in items:
        within = satisfies(value, item) if isinstance(item, Range | Equals) else equal(value, item)
        if within is True:
            return True
        unknown = unknown or (within is None and isinstance(item, Range) and value is None)
    return None if unknown else False


def mentions_value(node: Node) -> bool:
    """Say whether a test names the value it tests."""
    return any(isinstance(part, nodes.Name) and part.name == "?" for part in nodes.walk(node))


def compile_test(compiler: Compiler, node: Node, scope: Scope, *, in_cell: bool) -> Test:
    """Compile one test; in a cell, an expression may also be true by itself."""
    if mentions_value(node) and (in_cell or not isinstance(node, nodes.RangeLiteral | nodes.UnaryComparison)):
        inner = compiler.compile(node, Scope(scope, ("?",)))

        def ask(value: Any, frame: Frame) -> bool | None:
            result = inner([frame, value])
            return result if type(result) is bool or result is None else satisfies(value, result)

        return ask
    if isinstance(node, nodes.UnaryComparison):
        operand, operator = compiler.compile(node.operand, scope), node.operator
        return lambda value, frame: compare_values(operator, value, operand(frame))
    if isinstance(node, nodes.RangeLiteral):
        return _range_test(compiler, node, scope)
    closure = compiler.compile(node, scope)
    if is_constant(node, scope):
        known = closure([None])
        return lambda value, _: satisfies(value, known)
    if not in_cell:
        return lambda value, frame: satisfies(value, closure(frame))
    return _cell_expression(closure)


def _range_test(compiler: Compiler, node: nodes.RangeLiteral, scope: Scope) -> Test:
    """Compile a test of both ends, which says more than the range as a value does when an end is null."""
    if is_constant(node, scope):
        interval = compiler.compile(node, scope)([None])
        if isinstance(interval, Range):
            return lambda value, _: interval.contains(value)
    start, end = compiler.compile(node.start, scope), compiler.compile(node.end, scope)
    above, below = ">=" if node.start_included else ">", "<=" if node.end_included else "<"

    def ask(value: Any, frame: Frame) -> bool | None:
        return both(compare_values(above, value, start(frame)), compare_values(below, value, end(frame)))

    return ask


def _cell_expression(closure: Closure) -> Test:
    def ask(value: Any, frame: Frame) -> bool | None:
        result = closure(frame)
        if type(result) is bool and type(value) is not bool:
            return result
        return satisfies(value, result)

    return ask


def compile_unary_tests(compiler: Compiler, tests: nodes.UnaryTests, scope: Scope) -> Test | None:
    """Compile the content of a cell; None stands for `-`, which every value passes."""
    if not tests.tests:
        return None
    parts = [compile_test(compiler, test, scope, in_cell=True) for test in tests.tests]
    if tests.negated:
        return _none_of(parts)
    return parts[0] if len(parts) == 1 else _any_of(parts)


def _any_of(parts: list[Test]) -> Test:
    def ask(value: Any, frame: Frame) -> bool | None:
        result: bool | None = False
        for part in parts:
            passed = part(value, frame)
            if passed is True:
                return True
            if passed is None:
                result = None
        return result

    return ask


def _none_of(parts: list[Test]) -> Test:
    any_of = _any_of(parts)

    def ask(value: Any, frame: Frame) -> bool | None:
        passed = any_of(value, frame)
        return None if passed is None else not passed

    return ask


def constants_of(tests: nodes.UnaryTests, scope: Scope) -> list[Any] | None:
    """Return the values of the tests if they do not depend on anything."""
    if not all(is_constant(test, scope) for test in tests.tests):
        return None
    found: list[Any] = []
    for test in tests.tests:
        if isinstance(test, nodes.UnaryComparison):
            found.append(one_sided(test.operator, Compiler().compile(test.operand, scope)([None])))
        else:
            found.append(Compiler().compile(test, scope)([None]))
    return found


@rule(nodes.In)
def _in(compiler: Compiler, node: nodes.In, scope: Scope) -> Closure:
    value = compiler.compile(node.value, scope)
    parts = [compile_test(compiler, test, scope, in_cell=False) for test in node.tests]
    ask = parts[0] if len(parts) == 1 else _any_of(parts)
    return lambda frame: ask(value(frame), frame)
