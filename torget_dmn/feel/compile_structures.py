"""Closures for lists, contexts, paths, filters, functions and their calls."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from torget_dmn.feel import nodes
from torget_dmn.feel.builtins import BUILTINS
from torget_dmn.feel.compiler import Compiler, constant, rule
from torget_dmn.feel.feel_types import ANY, FunctionType
from torget_dmn.feel.functions import Closure, FeelFunction, Frame, NullFunction, Parameter, UserFunction
from torget_dmn.feel.inference import Inference
from torget_dmn.feel.numbers import whole
from torget_dmn.feel.properties import member
from torget_dmn.feel.runtime import spend
from torget_dmn.feel.scope import Scope


@rule(nodes.ListLiteral)
def _list(compiler: Compiler, node: nodes.ListLiteral, scope: Scope) -> Closure:
    items = [compiler.compile(item, scope) for item in node.items]
    return lambda frame: [item(frame) for item in items]


@rule(nodes.ContextLiteral)
def _context(compiler: Compiler, node: nodes.ContextLiteral, scope: Scope) -> Closure:
    inner = Scope(scope)
    entries: list[tuple[str, Closure]] = []
    for key, value in node.entries:
        if isinstance(value, nodes.FunctionDefinition):
            # The slot is filled by the time the function is called, so it can call itself.
            inner.add(key)
            entries.append((key, compiler.compile(value, inner)))
        else:
            entries.append((key, compiler.compile(value, inner)))
            inner.add(key)
    return context_closure(entries)


def context_closure(entries: list[tuple[str, Closure]]) -> Closure:
    """Return what evaluates entries in turn, each seeing the ones before it."""
    size = len(entries) + 1

    def run(frame: Frame) -> dict[str, Any]:
        own: Frame = [None] * size
        own[0] = frame
        made: dict[str, Any] = {}
        for slot, (key, value) in enumerate(entries, 1):
            made[key] = own[slot] = value(own)
        return made

    return run


@rule(nodes.Path)
def _path(compiler: Compiler, node: nodes.Path, scope: Scope) -> Closure:
    source, name = compiler.compile(node.source, scope), node.name

    def run(frame: Frame) -> Any:
        value = source(frame)
        return value.get(name) if type(value) is dict else member(value, name)

    return run


def item_at(items: list[Any], position: Decimal) -> Any:
    """Return the item at a position, counted from 1 or backwards from -1; null outside the list."""
    place = whole(position)
    if place is None or place == 0 or abs(place) > len(items):
        return None
    return items[place - 1 if place > 0 else place]


@rule(nodes.Filter)
def _filter(compiler: Compiler, node: nodes.Filter, scope: Scope) -> Closure:
    source = compiler.compile(node.source, scope)
    condition = compiler.compile(node.condition, Scope(scope, ("item",), filters_item=True))
    return filter_closure(source, condition)


def filter_closure(source: Closure, condition: Closure) -> Closure:
    """Return what keeps the items that pass, or picks one by its position."""

    def run(frame: Frame) -> Any:
        value = source(frame)
        if value is None:
            return None
        items = value if type(value) is list else [value]
        first = condition([frame, items[0] if items else None])
        if type(first) is Decimal:
            return item_at(items, first)
        if not items and (first is None or type(first) is bool):
            return []
        spend(len(items))
        kept: list[Any] = []
        passed = first
        for place, item in enumerate(items):
            if place:
                passed = condition([frame, item])
            if passed is True:
                kept.append(item)
            elif passed is not False and passed is not None:
                return None
        return kept

    return run


@rule(nodes.FunctionDefinition)
def _function(compiler: Compiler, node: nodes.FunctionDefinition, scope: Scope) -> Closure:
    parameters = tuple(Parameter(name, kind) for name, kind in node.parameters)
    if node.external:
        return lambda _: NullFunction("function", parameters)
    body = compiler.compile(node.body, Scope(scope, (parameter.name for parameter in parameters)))
    kind = Inference(scope).infer(node)
    inferred = kind.result if isinstance(kind, FunctionType) else ANY
    return lambda frame: UserFunction("function", parameters, body, frame, inferred=inferred)


@rule(nodes.Invocation)
def _invocation(compiler: Compiler, node: nodes.Invocation, scope: Scope) -> Closure:
    arguments = [compiler.compile(argument, scope) for argument in node.arguments]
    library = None
    if isinstance(node.function, nodes.Name) and node.function.name not in scope.names():
        # In a filter, an entry that happens to be called `date` does not hide the function.
        library = BUILTINS.get(node.function.name)
    if library is not None:
        function = constant(library)
    elif isinstance(node.function, nodes.Name):
        function = compiler.variable(node.function, scope, is_function=True)
    else:
        function = compiler.compile(node.function, scope)
    if node.names is not None:
        return _call_by_name(function, list(zip(node.names, arguments, strict=True)))
    if library is None:
        return _call(function, arguments)
    call = library.call
    if len(arguments) == 1:
        only = arguments[0]
        return lambda frame: call((only(frame),))
    return lambda frame: call([argument(frame) for argument in arguments])


def _call(function: Closure, arguments: list[Closure]) -> Closure:
    def run(frame: Frame) -> Any:
        called = function(frame)
        given = [argument(frame) for argument in arguments]
        return called.call(given) if isinstance(called, FeelFunction) else None

    return run


def _call_by_name(function: Closure, arguments: list[tuple[str, Closure]]) -> Closure:
    def run(frame: Frame) -> Any:
        called = function(frame)
        given = {name: argument(frame) for name, argument in arguments}
        return called.call_named(given) if isinstance(called, FeelFunction) else None

    return run
