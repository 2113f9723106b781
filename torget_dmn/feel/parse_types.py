"""Parsing of names and types."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torget_dmn.feel.characters import normalize_name
from torget_dmn.feel.feel_types import (
    SIMPLE_TYPES,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
    RangeType,
)
from torget_dmn.feel.lexer import TokenReader
from torget_dmn.feel.names import NameTable, name_level
from torget_dmn.limits import DEFAULT_LIMITS, Limits
from torget_dmn.words import say

_RETRIES_MAX = 50
_SIMPLE_NAMES = name_level(SIMPLE_TYPES)
# Words that end a name which no scope knows.
OPERATOR_WORDS = frozenset({"and", "or", "in", "between", "instance", "then", "else", "return", "satisfies"})


class TypeParser(TokenReader):
    """Reads names and types; `types` are the item definitions that may be named."""

    def __init__(
        self, text: str, names: NameTable, types: Mapping[str, FeelType] | None = None, limits: Limits = DEFAULT_LIMITS
    ) -> None:
        super().__init__(text)
        self.names = names
        self.types: Mapping[str, FeelType] = types or {}
        self.limits = limits
        self._depth = 0
        self._retries = 0
        self._type_names: NameTable | None = None

    def deepen(self) -> None:
        """Count one more level of nesting."""
        self._depth += 1
        if self._depth > self.limits.nesting_depth_max:
            raise self.error(say("the expression is nested too deep"))

    def retry_at(self, position: int) -> None:
        """Go back to read something another way; every retry can double the work, so there are few."""
        self._retries += 1
        if self._retries > _RETRIES_MAX:
            raise self.error(say("the expression is too ambiguous"))
        self.position = position

    def lengthen(self, length: int) -> int:
        """Count one more operator in a row; a long row makes a tree as deep as nesting does."""
        if length >= self.limits.chain_length_max:
            raise self.error(say("too many operators in a row"))
        return length + 1

    def rise(self) -> None:
        """Count one level less."""
        self._depth -= 1

    def name_until(self, *stops: str, stop_words: tuple[str, ...] = ()) -> str:
        """Read a new name: everything up to one of the symbols or words."""
        start = self.skipped()
        end = start
        if self.peek().kind != "word":
            raise self.error(say("expected a name"))
        while not self.at_symbol(*stops) and not self.at_word(*stop_words):
            token = self.peek()
            if token.kind in ("end", "string") or self.at_symbol("(", ")", "{", "}", "[", "]", "@"):
                raise self.error(say("expected a name"))
            end = self.advance().end
        if end == start:
            raise self.error(say("expected a name"))
        return normalize_name(self.text[start:end])

    def unknown_name(self) -> str:
        """Read a name that no scope knows: the words in a row, up to an operator."""
        start = self.advance()
        end = start.end
        while self.peek().kind == "word" and self.peek().text not in OPERATOR_WORDS:
            end = self.advance().end
        return normalize_name(self.text[start.start : end])

    def parse_type(self) -> FeelType:
        """Read a type."""
        self.deepen()
        start = self.skipped()
        if self._type_names is None:
            self._type_names = NameTable(self.types, (_SIMPLE_NAMES,))
        known = self._type_names.longest(self.text, start)
        if known is not None:
            name, self.position = known
            kind = _GENERIC[name](self) if self.at_symbol("<") and name in _GENERIC else self._named(name)
        elif self.at_word("function"):
            self.advance()
            kind = self._function_type()
        else:
            raise self.error(say("expected the name of a type"))
        self.rise()
        return kind

    def _named(self, name: str) -> FeelType:
        return self.types[name] if name in self.types else SIMPLE_TYPES[name]

    def _inner(self) -> FeelType:
        self.expect_symbol("<")
        kind = self.parse_type()
        self.expect_symbol(">")
        return kind

    def list_type(self) -> FeelType:
        """Read what follows `list`."""
        return ListType(self._inner())

    def range_type(self) -> FeelType:
        """Read what follows `range`."""
        return RangeType(self._inner())

    def context_type(self) -> FeelType:
        """Read what follows `context`."""
        self.expect_symbol("<")
        entries: list[tuple[str, FeelType]] = []
        while not self.take_symbol(">"):
            if entries:
                self.expect_symbol(",")
            name = self.name_until(":")
            self.expect_symbol(":")
            entries.append((name, self.parse_type()))
        return ContextType(tuple(entries))

    def _function_type(self) -> FeelType:
        self.expect_symbol("<")
        parameters: list[FeelType] = []
        while not self.take_symbol(">"):
            if parameters:
                self.expect_symbol(",")
            parameters.append(self.parse_type())
        self.expect_symbol("->")
        return FunctionType(tuple(parameters), self.parse_type())


_GENERIC: dict[str, Callable[[TypeParser], FeelType]] = {
    "list": TypeParser.list_type,
    "range": TypeParser.range_type,
    "context": TypeParser.context_type,
}
