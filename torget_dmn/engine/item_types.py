"""Item definitions made into FEEL types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from torget_dmn.errors import FeelSyntaxError, Problem
from torget_dmn.feel.compile_tests import Test, compile_unary_tests, constants_of
from torget_dmn.feel.compiler import Compiler
from torget_dmn.feel.feel_types import (
    ANY,
    SIMPLE_TYPES,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
    NamedType,
)
from torget_dmn.feel.names import NameTable
from torget_dmn.feel.parse_types import TypeParser
from torget_dmn.feel.parser import Vocabulary, parse_unary_tests
from torget_dmn.feel.scope import Scope
from torget_dmn.model.elements import Definitions, ItemDefinition
from torget_dmn.words import say


class TypeTable:
    """The types one model can name: FEEL's own, its item definitions and those of its imports."""

    def __init__(self, definitions: Definitions, imported: Mapping[str, TypeTable], problems: list[Problem]) -> None:
        self._problems = problems
        self.named: dict[str, FeelType] = {}
        for prefix, table in imported.items():
            for name, kind in table.named.items():
                self.named[f"{prefix}.{name}" if prefix else name] = kind
        # A definition may name one that follows it, or itself, so all names exist before any is filled.
        own = {item.name: NamedType(item.name, ANY) for item in definitions.item_definitions}
        self.named.update(own)
        for name, times in Counter(item.name for item in definitions.item_definitions).items():
            if times > 1:
                problems.append(Problem("name-twice", say("the name is used twice"), f"item definition '{name}'"))
        for item in definitions.item_definitions:
            self._fill(own[item.name], item)
        _refuse_loops(own, problems)

    def resolve(self, type_ref: str | None, place: str) -> FeelType:
        """Return the type of a reference; an unknown one is noted and taken as Any."""
        if not type_ref:
            return ANY
        found = self.named.get(type_ref) or SIMPLE_TYPES.get(type_ref)
        if found is not None:
            return found
        try:
            parser = TypeParser(type_ref, NameTable(), self.named)
            kind = parser.parse_type()
        except FeelSyntaxError:
            kind = None
        if kind is None or parser.peek().kind != "end":
            self._problems.append(Problem("unknown-type", say("there is no type '{name}'", name=type_ref), place))
            return ANY
        return kind

    def _fill(self, made: NamedType, item: ItemDefinition) -> None:
        place = f"item definition '{item.name}'"
        base = self._base(item, place)
        made.base = ListType(base) if item.is_collection else base
        made.allowed = self._allowed(item.allowed_values, place)
        made.allowed_text = item.allowed_values or ""
        made.allowed_constants = self._constants(item.allowed_values)
        if item.type_constraint:
            inner = NamedType(item.name, made.base, made.allowed, made.allowed_text, made.allowed_constants)
            made.base = inner
            made.allowed = self._allowed(item.type_constraint, place)
            made.allowed_text = item.type_constraint
            made.allowed_per_item = False

    def _base(self, item: ItemDefinition, place: str) -> FeelType:
        if item.function_parameters is not None:
            parameters = tuple(self.resolve(one.type_ref, place) for one in item.function_parameters)
            return FunctionType(parameters, self.resolve(item.function_result, place))
        if not item.components:
            return self.resolve(item.type_ref, place)
        entries: list[tuple[str, FeelType]] = []
        for component in item.components:
            kind = NamedType(f"{item.name}.{component.name}", ANY)
            self._fill(kind, component)
            plain = kind.base if kind.allowed is None else kind
            entries.append((component.name, plain))
        return ContextType(tuple(entries))

    def _allowed(self, text: str | None, place: str) -> Callable[[Any], bool] | None:
        if not text:
            return None
        try:
            tests = parse_unary_tests(text, (), Vocabulary.of((), self.named))
        except FeelSyntaxError as error:
            self._problems.append(Problem("feel-syntax", error.problems[0].message, f"{place}, allowed values"))
            return None
        test: Test | None = compile_unary_tests(Compiler(), tests, Scope(None))
        if test is None:
            return None
        return lambda value: test(value, [None]) is True

    def _constants(self, text: str | None) -> tuple[Any, ...]:
        try:
            tests = parse_unary_tests(text or "-", (), Vocabulary.of((), self.named))
        except FeelSyntaxError:
            return ()
        return tuple(constants_of(tests, Scope(None)) or ())


def _refuse_loops(own: dict[str, NamedType], problems: list[Problem]) -> None:
    """Break definitions that are only each other's names; a loop through a context or list can end."""
    for name, made in own.items():
        seen: list[FeelType] = [made]
        kind: FeelType = made.base
        while isinstance(kind, NamedType):
            if any(kind is one for one in seen):
                problems.append(
                    Problem("cyclic-type", say("the type is defined by itself"), f"item definition '{name}'")
                )
                made.base = ANY
                break
            seen.append(kind)
            kind = kind.base


def member_names(definitions: Definitions) -> set[str]:
    """Return the names of all components of all item definitions."""
    found: set[str] = set()
    waiting = list(definitions.item_definitions)
    while waiting:
        item = waiting.pop()
        found.update(component.name for component in item.components)
        waiting.extend(item.components)
    return found
