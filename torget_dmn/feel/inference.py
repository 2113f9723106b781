"""The types of expressions, as far as they can be known without running them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torget_dmn.feel import nodes
from torget_dmn.feel.builtins import BUILTINS
from torget_dmn.feel.feel_types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    MONTHS_DURATION,
    NULL,
    NUMBER,
    STRING,
    TIME,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
    RangeType,
    SimpleType,
    strip,
)
from torget_dmn.feel.nodes import Node
from torget_dmn.feel.properties import has_property
from torget_dmn.feel.scope import Scope
from torget_dmn.words import say

_SIMPLE = (NUMBER, STRING, BOOLEAN, DATE, TIME, DATE_TIME, DAYS_DURATION, MONTHS_DURATION)
_RESULTS: dict[str, FeelType] = {
    **dict.fromkeys(
        ("number", "string length", "abs", "count", "decimal", "floor", "ceiling", "round up", "round down",
         "round half up", "round half down", "modulo", "sqrt", "log", "exp", "product", "median", "stddev",
         "day of year", "week of year"), NUMBER),
    **dict.fromkeys(
        ("string", "substring", "upper case", "lower case", "substring before", "substring after", "replace",
         "string join", "day of week", "month of year"), STRING),
    **dict.fromkeys(
        ("not", "contains", "starts with", "ends with", "matches", "list contains", "all", "any", "odd", "even", "is",
         "before", "after", "meets", "met by", "overlaps", "overlaps before", "overlaps after", "finishes",
         "finished by", "includes", "during", "starts", "started by", "coincides"), BOOLEAN),
    "date": DATE, "today": DATE, "time": TIME, "date and time": DATE_TIME, "now": DATE_TIME,
    "years and months duration": MONTHS_DURATION, "split": ListType(STRING), "index of": ListType(NUMBER),
}  # fmt: skip
_ARGUMENT_TYPES: dict[str, tuple[FeelType, ...]] = {
    "number": (NUMBER,),
    "string": (STRING,),
    "boolean": (BOOLEAN,),
    "date": (DATE,),
    "time": (TIME,),
    "date and time": (DATE_TIME,),
    "day": (DATE, DATE_TIME),
    "days duration": (DAYS_DURATION,),
    "duration": (DAYS_DURATION, MONTHS_DURATION),
}
_MEMBERS: dict[str, FeelType] = {
    **dict.fromkeys(("year", "month", "day", "weekday", "hour", "minute", "second", "years", "months", "days",
                     "hours", "minutes", "seconds"), NUMBER),
    "time offset": DAYS_DURATION, "timezone": STRING, "start included": BOOLEAN, "end included": BOOLEAN,
}  # fmt: skip
_MOMENTS = (DATE, DATE_TIME)


def clash(left: FeelType, right: FeelType) -> bool:
    """Say whether two types are surely different kinds of value."""
    one, other = strip(left), strip(right)
    return isinstance(one, SimpleType) and isinstance(other, SimpleType) and one is not other


class Inference:
    """Infers types in one scope and notes operations whose operands can never fit."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.notes: list[str] = []
        self._local: list[dict[str, FeelType]] = []

    def infer(self, node: Node) -> FeelType:
        """Return the type of a node, or Any."""
        rule = _RULES.get(type(node))
        if rule is not None:
            return rule(self, node)
        for child in nodes.children(node):
            self.infer(child)
        return ANY

    def literal(self, node: nodes.Literal) -> FeelType:
        if node.value is None:
            return NULL
        return next((kind for kind in _SIMPLE if kind.holds(node.value)), ANY)

    def name(self, node: nodes.Name) -> FeelType:
        for local in reversed(self._local):
            if node.name in local:
                return local[node.name]
        return self.scope.type_of(node.name)

    def arithmetic(self, node: nodes.Arithmetic) -> FeelType:
        left, right = strip(self.infer(node.left)), strip(self.infer(node.right))
        result = _arithmetic_type(node.operator, left, right)
        if result is None:
            self.notes.append(
                say(
                    "'{operator}' cannot join {left} and {right}, so the result is always null",
                    operator=node.operator,
                    left=left,
                    right=right,
                )
            )
            return NULL
        return result

    def negation(self, node: nodes.Negation) -> FeelType:
        kind = strip(self.infer(node.operand))
        if isinstance(kind, SimpleType) and kind not in (NUMBER, DAYS_DURATION, MONTHS_DURATION):
            self.notes.append(say("'-' cannot stand before {kind}, so the result is always null", kind=kind))
        return kind

    def comparison(self, node: nodes.Comparison) -> FeelType:
        self._must_compare(self.infer(node.left), self.infer(node.right))
        return BOOLEAN

    def between(self, node: nodes.Between) -> FeelType:
        value = self.infer(node.value)
        for end in (node.low, node.high):
            self._must_compare(value, self.infer(end))
        return BOOLEAN

    def _must_compare(self, left: FeelType, right: FeelType) -> None:
        if clash(left, right):
            self.notes.append(
                say("{left} and {right} cannot be compared, so the result is always null", left=left, right=right)
            )

    def within(self, node: nodes.In) -> FeelType:
        value = self.infer(node.value)
        for test in node.tests:
            kind = strip(self.infer(test))
            item = kind.item if isinstance(kind, RangeType) else kind
            if clash(value, item):
                self.notes.append(say("no {left} is among {right}", left=value, right=kind))
        return BOOLEAN

    def logical(self, node: nodes.Logical) -> FeelType:
        for part in (node.left, node.right):
            self._must_be_boolean(self.infer(part), f"'{node.operator}'")
        return BOOLEAN

    def conditional(self, node: nodes.If) -> FeelType:
        self._must_be_boolean(self.infer(node.condition), say("the condition of 'if'"))
        then, otherwise = self.infer(node.then), self.infer(node.otherwise)
        if strip(then) is strip(otherwise) or otherwise is NULL:
            return then
        return otherwise if then is NULL else ANY

    def _must_be_boolean(self, kind: FeelType, what: str) -> None:
        plain = strip(kind)
        if isinstance(plain, SimpleType) and plain is not BOOLEAN:
            self.notes.append(say("{what} needs true or false, not {kind}", what=what, kind=plain))

    def path(self, node: nodes.Path) -> FeelType:
        source = strip(self.infer(node.source))
        if isinstance(source, ListType):
            inner = strip(source.item)
            return ListType(inner.entry(node.name) or ANY) if isinstance(inner, ContextType) else ANY
        if isinstance(source, ContextType):
            found = source.entry(node.name)
            if found is None and source.entries:
                known = ", ".join(name for name, _ in source.entries)
                self.notes.append(
                    say("there is no entry '{name}' (the entries are {known})", name=node.name, known=known)
                )
            return found or ANY
        if not isinstance(source, SimpleType):
            return ANY
        if not has_property(source.kind, node.name):
            self.notes.append(say("{kind} has no '{name}', so the result is always null", kind=source, name=node.name))
        return _MEMBERS.get(node.name, ANY)

    def invocation(self, node: nodes.Invocation) -> FeelType:
        given = [self.infer(argument) for argument in node.arguments]
        if not isinstance(node.function, nodes.Name):
            return ANY
        name = node.function.name
        library = BUILTINS.get(name)
        if name in self.scope.names() or any(name in local for local in self._local):
            kind = strip(self.name(node.function))
            if not isinstance(kind, FunctionType):
                return ANY
            if node.names is None and not _takes(kind, given):
                self._does_not_take(name, given)
            return kind.result
        if library is None:
            return ANY
        if node.names is None and not any(_could_fit(one, given) for one in library.overloads):
            self._does_not_take(name, given)
        if node.names is not None and not any(set(node.names) <= set(one.names) for one in library.overloads):
            self.notes.append(
                say("'{name}' has no parameters {names}, so the result is always null", name=name, names=node.names)
            )
        return _RESULTS.get(name, ANY)

    def _does_not_take(self, name: str, given: list[FeelType]) -> None:
        kinds = ", ".join(str(kind) for kind in given)
        self.notes.append(say("'{name}' does not take ({kinds}), so the result is always null", name=name, kinds=kinds))

    def list(self, node: nodes.ListLiteral) -> FeelType:
        kinds = [strip(self.infer(item)) for item in node.items]
        return ListType(kinds[0] if kinds and all(kind is kinds[0] for kind in kinds) else ANY)

    def context(self, node: nodes.ContextLiteral) -> FeelType:
        entries: dict[str, FeelType] = {}
        self._local.append(entries)
        for key, value in node.entries:
            entries[key] = self.infer(value)
        self._local.pop()
        return ContextType(tuple(entries.items()))

    def range(self, node: nodes.RangeLiteral) -> FeelType:
        start, end = self.infer(node.start), self.infer(node.end)
        if clash(start, end):
            self.notes.append(say("a range cannot go from {start} to {end}", start=start, end=end))
        return RangeType(start)

    def loop(self, node: nodes.For | nodes.Quantified) -> FeelType:
        local: dict[str, FeelType] = {"partial": ListType(ANY)}
        self._local.append(local)
        for iterator in node.iterators:
            source = strip(self.infer(iterator.start))
            local[iterator.name] = source.item if isinstance(source, ListType | RangeType) else ANY
            if iterator.end is not None:
                local[iterator.name] = self.infer(iterator.end)
        body = self.infer(node.body)
        self._local.pop()
        if isinstance(node, nodes.For):
            return ListType(body)
        self._must_be_boolean(body, "'satisfies'")
        return BOOLEAN

    def filter(self, node: nodes.Filter) -> FeelType:
        # The entries of the items are names inside, so only the source is certain.
        source = strip(self.infer(node.source))
        if isinstance(node.condition, nodes.Literal) and isinstance(source, ListType):
            return source.item
        return source if isinstance(source, ListType) and isinstance(node.condition, nodes.Comparison) else ANY

    def function(self, node: nodes.FunctionDefinition) -> FeelType:
        self._local.append(dict(node.parameters))
        result = ANY if node.external else self.infer(node.body)
        self._local.pop()
        return FunctionType(tuple(kind for _, kind in node.parameters), result)

    def truth(self, node: Node) -> FeelType:
        for child in nodes.children(node):
            self.infer(child)
        return BOOLEAN


def _takes(function: FunctionType, given: list[FeelType]) -> bool:
    """Say whether a call may fit; a day is made midnight where a moment is expected."""
    if len(given) != len(function.parameters):
        return False
    pairs = zip(given, function.parameters, strict=True)
    return not any(
        clash(one, wanted) and not (strip(one) is DATE and strip(wanted) is DATE_TIME) for one, wanted in pairs
    )


def _could_fit(overload: Any, given: list[FeelType]) -> bool:
    if overload.variadic:
        return True
    required = sum(not parameter.optional or parameter.kind == "any" for parameter in overload.parameters)
    if not required <= len(given) <= len(overload.parameters):
        return False
    return all(_fits(parameter.kind, kind) for parameter, kind in zip(overload.parameters, given, strict=False))


def _fits(parameter: str, given: FeelType) -> bool:
    plain = strip(given)
    accepted = _ARGUMENT_TYPES.get(parameter)
    return accepted is None or not isinstance(plain, SimpleType) or plain in accepted


def _arithmetic_type(operator: str, left: FeelType, right: FeelType) -> FeelType | None:
    if not (isinstance(left, SimpleType) and isinstance(right, SimpleType)):
        known = left if isinstance(left, SimpleType) else right
        return NUMBER if operator in ("*", "/", "**") and known is NUMBER and ANY not in (left, right) else ANY
    if left is right is NUMBER:
        return NUMBER
    durations = (DAYS_DURATION, MONTHS_DURATION)
    if operator == "+":
        return _sum_type(left, right) or _sum_type(right, left)
    if operator == "-":
        if left in _MOMENTS and right in _MOMENTS:
            return DAYS_DURATION
        return DAYS_DURATION if left is right is TIME else None if left is STRING else _sum_type(left, right)
    if operator == "*":
        pairs = ((left, right), (right, left))
        return next((one for one, other in pairs if one in durations and other is NUMBER), None)
    if operator == "/" and left in durations:
        return left if right is NUMBER else NUMBER if left is right else None
    return None


def _sum_type(left: FeelType, right: FeelType) -> FeelType | None:
    if left is right and left in (STRING, DAYS_DURATION, MONTHS_DURATION):
        return left
    if left in _MOMENTS and right in (DAYS_DURATION, MONTHS_DURATION):
        return left
    return TIME if left is TIME and right is DAYS_DURATION else None


_RULES: dict[type[Node], Callable[[Inference, Any], FeelType]] = {
    nodes.Literal: Inference.literal,
    nodes.Name: Inference.name,
    nodes.Arithmetic: Inference.arithmetic,
    nodes.Negation: Inference.negation,
    nodes.Comparison: Inference.comparison,
    nodes.Logical: Inference.logical,
    nodes.If: Inference.conditional,
    nodes.Path: Inference.path,
    nodes.Invocation: Inference.invocation,
    nodes.ListLiteral: Inference.list,
    nodes.ContextLiteral: Inference.context,
    nodes.RangeLiteral: Inference.range,
    nodes.For: Inference.loop,
    nodes.Quantified: Inference.loop,
    nodes.Filter: Inference.filter,
    nodes.FunctionDefinition: Inference.function,
    nodes.In: Inference.within,
    nodes.Between: Inference.between,
    nodes.InstanceOf: Inference.truth,
}
