"""Boxed expressions compiled to closures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from torget_dmn.engine.item_types import TypeTable
from torget_dmn.errors import FeelSyntaxError, Problem
from torget_dmn.feel.compile_loops import domain_of, for_closure, quantified_closure
from torget_dmn.feel.compile_operators import conditional_closure
from torget_dmn.feel.compile_structures import filter_closure
from torget_dmn.feel.compiler import Compiler, constant
from torget_dmn.feel.feel_types import ANY, FeelType
from torget_dmn.feel.functions import Closure, FeelFunction, Frame, NullFunction, Parameter, UserFunction
from torget_dmn.feel.nodes import Node, UnaryTests
from torget_dmn.feel.parser import Vocabulary, parse_expression, parse_unary_tests
from torget_dmn.feel.scope import Scope
from torget_dmn.limits import Limits
from torget_dmn.model import expressions as boxed
from torget_dmn.words import say


@dataclass(frozen=True, slots=True)
class Recorded:
    """A compiled piece of a model, kept for checking: FEEL with its scope, or a whole table."""

    place: str
    scope: Scope
    expected: FeelType
    node: Node | None = None
    table: Any = None


class BoxedCompiler:
    """Compiles the expressions of one model and notes what is wrong in them."""

    def __init__(
        self,
        types: TypeTable,
        members: set[str],
        limits: Limits,
        problems: list[Problem],
        recorded: list[Recorded] | None = None,
    ) -> None:
        self.recorded = recorded
        self.types = types
        self.problems = problems
        # The type expected of the table being compiled; a table's columns are checked against it.
        self.table_type: FeelType = ANY
        self._members = members
        self._limits = limits
        self._vocabulary = Vocabulary.of(members, types.named, limits)

    def know_member(self, name: str) -> None:
        """Make the name of an entry known behind dots and in filters."""
        if name not in self._members:
            self._members.add(name)
            self._vocabulary = Vocabulary.of(self._members, self.types.named, self._limits)

    def note(self, code: str, message: str, place: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(code, message, place))

    def parse(self, text: str, scope: Scope, place: str) -> Node | None:
        """Parse FEEL text; what is wrong in it is noted."""
        try:
            return parse_expression(text, scope.names(), self._vocabulary)
        except FeelSyntaxError as error:
            self.note(error.problems[0].code, error.problems[0].message, place)
            return None

    def parse_cell(self, text: str, scope: Scope, place: str) -> UnaryTests | None:
        """Parse the content of a cell; what is wrong in it is noted."""
        try:
            return parse_unary_tests(text, scope.names(), self._vocabulary)
        except FeelSyntaxError as error:
            self.note(error.problems[0].code, error.problems[0].message, place)
            return None

    def feel(self, text: str, scope: Scope, place: str, expected: FeelType = ANY) -> Closure:
        """Compile FEEL text; an expression that is wrong is null."""
        node = self.parse(text, scope, place)
        return constant(None) if node is None else self.compile_node(node, scope, place, expected)

    def compile_node(self, node: Node, scope: Scope, place: str, expected: FeelType = ANY) -> Closure:
        """Compile a syntax tree; names that nothing has are noted."""
        if self.recorded is not None:
            self.recorded.append(Recorded(place, scope, expected, node))
        compiler = Compiler()
        try:
            closure = compiler.compile(node, scope)
        except RecursionError:
            self.note("limit-exceeded", say("the expression is nested too deep"), place)
            return constant(None)
        self.note_names(compiler, place)
        return closure

    def note_names(self, compiler: Compiler, place: str) -> None:
        """Turn the names a compiler could not resolve into problems of a place."""
        for problem in compiler.problems:
            if problem.is_function:
                self.note("unknown-function", say("there is no function '{name}' here", name=problem.name), place)
            else:
                self.note("unknown-variable", say("there is no variable '{name}' here", name=problem.name), place)

    def compile(
        self, expression: boxed.Expression | None, scope: Scope, place: str, expected: FeelType = ANY
    ) -> Closure:
        """Compile a boxed expression; its value is made to fit its declared type."""
        if expression is None:
            return constant(None)
        kind = self.types.resolve(expression.type_ref, place)
        if isinstance(expression, boxed.LiteralExpression):
            if expression.language and "feel" not in expression.language.lower():
                message = say("the language '{name}' is not known here, only FEEL is", name=expression.language)
                self.note("expression-language", message, place)
            return self.fitted(self.feel(expression.text, scope, place, expected if kind is ANY else kind), kind)
        if isinstance(expression, boxed.DecisionTable):
            self.table_type = expected if kind is ANY else kind
        return self.fitted(_RULES[type(expression)](self, expression, scope, place), kind)

    def part(self, expression: boxed.Expression | None, scope: Scope, place: str) -> Closure:
        """Compile a part that must be there."""
        if expression is None:
            self.note("expression-missing", say("there is no expression here"), place)
        return self.compile(expression, scope, place)

    @staticmethod
    def fitted(closure: Closure, kind: FeelType) -> Closure:
        """Make what a closure gives fit a type."""
        if kind is ANY:
            return closure
        coerce = kind.coerce
        return lambda frame: coerce(closure(frame))

    def parameters(self, variables: list[boxed.Variable], place: str) -> tuple[Parameter, ...]:
        """Return the formal parameters of a function."""
        self.note_twice((one.name for one in variables), place, "parameter")
        return tuple(Parameter(one.name, self.types.resolve(one.type_ref, place)) for one in variables)

    def note_twice(self, names: Iterable[str], place: str, what: str) -> None:
        """Note the names that several things of one kind have."""
        for name, times in Counter(names).items():
            if times > 1:
                self.note("name-twice", say("the name is used twice"), f"{place}, {what} '{name}'")

    def context(self, expression: boxed.Context, scope: Scope, place: str) -> Closure:
        self.note_twice((one.variable.name for one in expression.entries if one.variable), place, "entry")
        inner = Scope(scope)
        entries: list[tuple[str | None, Closure]] = []
        for entry in expression.entries:
            name = None if entry.variable is None else entry.variable.name
            where = f"{place}, entry '{name}'" if name else f"{place}, result"
            recursive = name is not None and isinstance(entry.expression, boxed.FunctionDefinition)
            if recursive and name is not None:
                inner.add(name)
            closure = self.compile(entry.expression, inner, where)
            kind = ANY if entry.variable is None else self.types.resolve(entry.variable.type_ref, where)
            entries.append((name, self.fitted(closure, kind)))
            if name is not None:
                self.know_member(name)
                if not recursive:
                    inner.add(name)
        return _context_closure(entries)

    def relation(self, expression: boxed.Relation, scope: Scope, place: str) -> Closure:
        self.note_twice((column.name for column in expression.columns), place, "column")
        rows: list[list[tuple[str, Closure]]] = []
        for number, row in enumerate(expression.rows, 1):
            cells: list[tuple[str, Closure]] = []
            for column, cell in zip(expression.columns, row, strict=False):
                where = f"{place}, row {number}, column '{column.name}'"
                kind = self.types.resolve(column.type_ref, where)
                cells.append((column.name, self.fitted(self.compile(cell, scope, where), kind)))
                self.know_member(column.name)
            rows.append(cells)
        return lambda frame: [{name: cell(frame) for name, cell in row} for row in rows]

    def function(self, expression: boxed.FunctionDefinition, scope: Scope, place: str) -> Closure:
        parameters = self.parameters(expression.parameters, place)
        if expression.kind != "FEEL":
            return lambda _: NullFunction("function", parameters)
        kinds = {one.name: one.type for one in parameters}
        body = self.compile(expression.body, Scope(scope, kinds, types=kinds), place)
        return lambda frame: UserFunction("function", parameters, body, frame)

    def invocation(self, expression: boxed.Invocation, scope: Scope, place: str) -> Closure:
        function = self.part(expression.function, scope, place)
        arguments = [
            (binding.parameter.name, self._argument(binding, scope, f"{place}, parameter '{binding.parameter.name}'"))
            for binding in expression.bindings
        ]

        def run(frame: Frame) -> Any:
            called = function(frame)
            given = {name: argument(frame) for name, argument in arguments}
            if not isinstance(called, FeelFunction):
                return None
            return called.call_named(given) if given else called.call(())

        return run

    def _argument(self, binding: boxed.Binding, scope: Scope, place: str) -> Closure:
        closure = self.compile(binding.expression, scope, place)
        return self.fitted(closure, self.types.resolve(binding.parameter.type_ref, place))

    def list(self, expression: boxed.ListExpression, scope: Scope, place: str) -> Closure:
        items = [
            self.compile(item, scope, f"{place}, item {number}") for number, item in enumerate(expression.items, 1)
        ]
        return lambda frame: [item(frame) for item in items]

    def conditional(self, expression: boxed.Conditional, scope: Scope, place: str) -> Closure:
        condition = self.part(expression.condition, scope, f"{place}, if")
        then = self.part(expression.then, scope, f"{place}, then")
        otherwise = self.part(expression.otherwise, scope, f"{place}, else")
        return conditional_closure(condition, then, otherwise)

    def filter(self, expression: boxed.FilterExpression, scope: Scope, place: str) -> Closure:
        source = self.part(expression.source, scope, f"{place}, in")
        condition = self.part(expression.match, Scope(scope, ("item",), filters_item=True), f"{place}, match")
        return filter_closure(source, condition)

    def iterator(self, expression: boxed.IteratorExpression, scope: Scope, place: str) -> Closure:
        inner = Scope(scope)
        source = self.part(expression.source, inner, f"{place}, in")
        inner.add(expression.variable)
        if expression.kind == "for":
            inner.add("partial")
        body = self.part(expression.body, inner, f"{place}, return")
        domains: list[Closure] = [lambda frame: domain_of(source(frame))]
        if expression.kind == "for":
            return for_closure(domains, body, uses_partial=True)
        # A boxed body must be true or false (DMN 1.5, 10.2.2.9); in text anything else counts as null.
        return quantified_closure(domains, body, every=expression.kind == "every", strict=True)


def _context_closure(entries: list[tuple[str | None, Closure]]) -> Closure:
    size = len(entries) + 1

    def run(frame: Frame) -> Any:
        own: Frame = [None] * size
        own[0] = frame
        made: dict[str, Any] = {}
        for slot, (name, value) in enumerate(entries, 1):
            # An entry without a name is the result of the whole; it comes last.
            if name is None:
                return value(own)
            made[name] = own[slot] = value(own)
        return made

    return run


_Rule = Callable[[BoxedCompiler, Any, Scope, str], Closure]
_RULES: dict[type[boxed.Expression], _Rule] = {
    boxed.Context: BoxedCompiler.context,
    boxed.Relation: BoxedCompiler.relation,
    boxed.FunctionDefinition: BoxedCompiler.function,
    boxed.Invocation: BoxedCompiler.invocation,
    boxed.ListExpression: BoxedCompiler.list,
    boxed.Conditional: BoxedCompiler.conditional,
    boxed.FilterExpression: BoxedCompiler.filter,
    boxed.IteratorExpression: BoxedCompiler.iterator,
}


def register(kind: type[boxed.Expression], compile_rule: _Rule) -> None:
    """Declare how another kind of boxed expression is compiled."""
    _RULES[kind] = compile_rule
