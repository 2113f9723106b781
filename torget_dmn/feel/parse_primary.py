"""Parsing of the parts that operators join: literals, names, lists, contexts, functions, loops."""

from __future__ import annotations

from torget_dmn.errors import FeelSyntaxError
from torget_dmn.feel import nodes
from torget_dmn.feel.arithmetic import negate
from torget_dmn.feel.feel_types import ANY, FeelType
from torget_dmn.feel.lexer import unescape
from torget_dmn.feel.nodes import Node
from torget_dmn.feel.numbers import parse_number
from torget_dmn.feel.parse_types import TypeParser
from torget_dmn.feel.temporal_text import parse_at_literal
from torget_dmn.words import say

COMPARISONS = ("<=", ">=", "!=", "<", ">", "=")
_CONSTANTS = {"null": None, "true": True, "false": False}


class PrimaryParser(TypeParser):
    """Reads the smallest expressions; `expression` is given by the class that knows operators."""

    filters_allowed = True

    def expression(self) -> Node:
        """Read any expression."""
        raise NotImplementedError

    def additive(self) -> Node:
        """Read an expression without comparisons and logic."""
        raise NotImplementedError

    def primary(self) -> Node:
        """Read a literal, a name, or something in brackets."""
        token = self.peek()
        if token.kind == "number" or self.at_symbol("-"):
            return self._number()
        if token.kind == "string":
            self.advance()
            return nodes.Literal(token.start, unescape(token.text))
        if token.kind == "word":
            return self._word()
        if self.at_symbol("@"):
            return self._at_literal()
        if self.at_symbol("{"):
            return self._context()
        if self.at_symbol("["):
            return self._list_or_range()
        if self.at_symbol("]"):
            return self._open_range()
        if self.at_symbol("("):
            return self._parenthesis()
        raise self.error(say("expected an expression"))

    def _number(self) -> Node:
        start = self.skipped()
        negative = self.take_symbol("-")
        value = parse_number(self.advance().text)
        if value is None:
            raise self.error(say("a number is out of range"))
        return nodes.Literal(start, negate(value) if negative else value)

    def _at_literal(self) -> Node:
        start = self.advance().start
        if self.peek().kind != "string":
            raise self.error(say("expected a string after '@'"))
        return nodes.Literal(start, parse_at_literal(unescape(self.advance().text)))

    def _word(self) -> Node:
        token = self.peek()
        known = self.names.longest(self.text, token.start)
        # A keyword stays one unless a longer name, such as one of the library, starts with it.
        if known is not None and (known[0] != token.text or token.text not in _KEYWORDS):
            self.position = known[1]
            return nodes.Name(token.start, known[0])
        if token.text in _CONSTANTS:
            self.advance()
            return nodes.Literal(token.start, _CONSTANTS[token.text])
        rule = {
            "if": self._conditional,
            "for": self._for,
            "some": self._quantified,
            "every": self._quantified,
            "function": self._function,
        }.get(token.text)
        return rule() if rule is not None else nodes.Name(token.start, self.unknown_name())

    def _conditional(self) -> Node:
        start = self.advance().start
        condition = self.expression()
        self.expect_word("then")
        then = self.expression()
        self.expect_word("else")
        return nodes.If(start, condition, then, self.expression())

    def _iterators(self) -> list[nodes.Iterator]:
        iterators: list[nodes.Iterator] = []
        while not iterators or self.take_symbol(","):
            name = self.name_until(stop_words=("in",))
            self.expect_word("in")
            start = self.expression()
            end = self.expression() if self.take_symbol("..") else None
            iterators.append(nodes.Iterator(name, start, end))
            self.names.add(name)
        return iterators

    def _for(self) -> Node:
        start = self.advance().start
        self.names.push()
        iterators = self._iterators()
        self.expect_word("return")
        self.names.add("partial")
        body = self.expression()
        self.names.pop()
        return nodes.For(start, iterators, body)

    def _quantified(self) -> Node:
        token = self.advance()
        self.names.push()
        iterators = self._iterators()
        self.expect_word("satisfies")
        body = self.expression()
        self.names.pop()
        return nodes.Quantified(token.start, token.text == "every", iterators, body)

    def _function(self) -> Node:
        start = self.advance().start
        self.expect_symbol("(")
        parameters: list[tuple[str, FeelType]] = []
        while not self.take_symbol(")"):
            if parameters:
                self.expect_symbol(",")
            name = self.name_until(":", ",", ")")
            parameters.append((name, self.parse_type() if self.take_symbol(":") else ANY))
        external = self.take_word("external")
        self.names.push(name for name, _ in parameters)
        body = self.expression()
        self.names.pop()
        return nodes.FunctionDefinition(start, parameters, body, external)

    def _context(self) -> Node:
        start = self.advance().start
        entries: list[tuple[str, Node]] = []
        self.names.push()
        while not self.take_symbol("}"):
            if entries:
                self.expect_symbol(",")
            position = self.skipped()
            key = unescape(self.advance().text) if self.peek().kind == "string" else self.name_until(":")
            if any(key == other for other, _ in entries):
                self.position = position
                raise self.error(say("an entry is defined twice"))
            self.expect_symbol(":")
            self.names.add_member(key)
            # A function may call itself, so its own name is known in its body.
            if self.at_word("function"):
                self.names.add(key)
            entries.append((key, self.test_or_expression()))
            self.names.add(key)
        self.names.pop()
        return nodes.ContextLiteral(start, entries)

    def _list_or_range(self) -> Node:
        start = self.advance().start
        items: list[Node] = []
        if self.take_symbol("]"):
            return nodes.ListLiteral(start, items)
        items.append(self.test_or_expression())
        if self.take_symbol(".."):
            return self._range_end(start, items[0], start_included=True)
        while self.take_symbol(","):
            items.append(self.test_or_expression())
        self.expect_symbol("]")
        return nodes.ListLiteral(start, items)

    def test_or_expression(self) -> Node:
        """Read a comparison without its left side, which is a range, or any expression (grammar rule 2h)."""
        return self.unary_comparison() if self.at_symbol(*COMPARISONS) else self.expression()

    def _open_range(self) -> Node:
        start = self.advance().start
        first = self.expression()
        self.expect_symbol("..")
        return self._range_end(start, first, start_included=False)

    def _range_end(self, start: int, first: Node, *, start_included: bool) -> Node:
        position, depth, height = self.position, self._depth, self.names.height
        try:
            return self._finish_range(start, first, self.expression(), start_included=start_included)
        except FeelSyntaxError:
            # In `[1..10[` the last bracket looks like the start of a filter on 10; read it again without filters.
            self.retry_at(position)
            self._depth = depth
            self.names.cut(height)
            self.filters_allowed = False
            try:
                return self._finish_range(start, first, self.additive(), start_included=start_included)
            finally:
                self.filters_allowed = True

    def _finish_range(self, start: int, first: Node, last: Node, *, start_included: bool) -> Node:
        if not self.at_symbol("]", ")", "["):
            raise self.error(say("expected the end of a range"))
        return nodes.RangeLiteral(start, first, last, start_included, self.advance().text == "]")

    def _parenthesis(self) -> Node:
        start = self.advance().start
        inner = self.test_or_expression()
        if self.take_symbol(".."):
            return self._range_end(start, inner, start_included=False)
        self.expect_symbol(")")
        return inner

    def unary_comparison(self) -> Node:
        """Read `< end`, `= value` and their like."""
        token = self.advance()
        return nodes.UnaryComparison(token.start, token.text, self.additive())


_KEYWORDS = frozenset({
    "if", "for", "some", "every", "function", "null", "true", "false",
    "then", "else", "return", "satisfies", "and", "or",
})  # fmt: skip
