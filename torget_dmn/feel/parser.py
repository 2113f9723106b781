"""The parser of FEEL: operators, paths, filters, invocations and unary tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from torget_dmn.errors import FeelSyntaxError
from torget_dmn.feel import nodes
from torget_dmn.feel.builtins.registry import BUILTINS
from torget_dmn.feel.feel_types import FeelType
from torget_dmn.feel.names import NameLevel, NameTable, name_level
from torget_dmn.feel.nodes import Node
from torget_dmn.feel.parse_primary import COMPARISONS, PrimaryParser
from torget_dmn.feel.properties import PROPERTY_NAMES
from torget_dmn.limits import DEFAULT_LIMITS, Limits
from torget_dmn.words import say


class Parser(PrimaryParser):
    """Reads operators by precedence, loosest first."""

    def expression(self) -> Node:
        self.deepen()
        left = self._conjunction()
        length = 0
        while self.at_word("or"):
            length = self.lengthen(length)
            start = self.advance().start
            left = nodes.Logical(start, "or", left, self._conjunction())
        self.rise()
        return left

    def _conjunction(self) -> Node:
        left = self._comparison()
        length = 0
        while self.at_word("and"):
            length = self.lengthen(length)
            start = self.advance().start
            left = nodes.Logical(start, "and", left, self._comparison())
        return left

    def _comparison(self) -> Node:
        left = self.additive()
        length = 0
        while True:
            length = self.lengthen(length)
            if self.at_symbol(*COMPARISONS):
                token = self.advance()
                left = nodes.Comparison(token.start, token.text, left, self.additive())
            elif self.at_word("between"):
                start = self.advance().start
                low = self.additive()
                self.expect_word("and")
                left = nodes.Between(start, left, low, self.additive())
            elif self.at_word("in"):
                start = self.advance().start
                left = nodes.In(start, left, self._tests_after_in())
            else:
                return left

    def _tests_after_in(self) -> list[Node]:
        if not self.at_symbol("("):
            return [self.test_or_expression()]
        start = self.position
        self.advance()
        tests = [self.test_or_expression()]
        while self.take_symbol(","):
            tests.append(self.test_or_expression())
        if self.take_symbol(")") and (len(tests) > 1 or not self._goes_on()):
            return tests
        # What began like a list of tests is the start of an expression, such as `(1..2)` or `(a).b`.
        self.retry_at(start)
        return [self.test_or_expression()]

    def _goes_on(self) -> bool:
        return self.at_symbol("+", "-", "*", "/", "**", ".", "[", "(")

    def additive(self) -> Node:
        left = self._multiplicative()
        length = 0
        while self.at_symbol("+", "-"):
            length = self.lengthen(length)
            token = self.advance()
            left = nodes.Arithmetic(token.start, token.text, left, self._multiplicative())
        return left

    def _multiplicative(self) -> Node:
        left = self._power()
        length = 0
        while self.at_symbol("*", "/"):
            length = self.lengthen(length)
            token = self.advance()
            left = nodes.Arithmetic(token.start, token.text, left, self._power())
        return left

    def _power(self) -> Node:
        left = self._negation()
        length = 0
        while self.at_symbol("**"):
            length = self.lengthen(length)
            token = self.advance()
            left = nodes.Arithmetic(token.start, token.text, left, self._negation())
        return left

    def _negation(self) -> Node:
        if not self.at_symbol("-"):
            return self._instance_of()
        self.deepen()
        start = self.advance().start
        if self.peek().kind == "number":
            # The sign is the literal's own, so `-1 instance of number` asks about -1 (grammar rule 35).
            self.position = start
            literal = self._instance_of()
            self.rise()
            return literal
        operand = self._negation()
        self.rise()
        return nodes.Negation(start, operand)

    def _instance_of(self) -> Node:
        left = self._postfix()
        length = 0
        while self.at_word("instance"):
            length = self.lengthen(length)
            start = self.advance().start
            self.expect_word("of")
            left = nodes.InstanceOf(start, left, self.parse_type())
        return left

    def _postfix(self) -> Node:
        left = self.primary()
        length = 0
        while True:
            length = self.lengthen(length)
            if self.at_symbol("."):
                self.advance()
                left = self._path(left)
            elif self.filters_allowed and self.at_symbol("["):
                left = self._filter(left)
            elif self.at_symbol("("):
                left = self._invocation(left)
            else:
                return left

    def _path(self, source: Node) -> Node:
        token = self.peek()
        if token.kind != "word":
            raise self.error(say("expected a name after '.'"))
        known = self.names.longest_member(self.text, token.start)
        if known is None:
            return nodes.Path(token.start, source, self.unknown_name())
        self.position = known[1]
        return nodes.Path(token.start, source, known[0])

    def _filter(self, source: Node) -> Node:
        start = self.advance().start
        self.names.push(("item",))
        condition = self.expression()
        self.names.pop()
        self.expect_symbol("]")
        return nodes.Filter(start, source, condition)

    def _invocation(self, function: Node) -> Node:
        start = self.advance().start
        arguments: list[Node] = []
        names: list[str] = []
        while not self.take_symbol(")"):
            if arguments:
                self.expect_symbol(",")
            name = self._argument_name()
            if name is not None:
                names.append(name)
            arguments.append(self.test_or_expression())
        if names and (len(names) != len(arguments) or len(set(names)) != len(names)):
            raise FeelSyntaxError(say("arguments must all be named, each once, or none"), start, self.text)
        return nodes.Invocation(start, function, arguments, names or None)

    def _argument_name(self) -> str | None:
        start = self.position
        if self.peek().kind != "word":
            return None
        try:
            name = self.name_until(":", ",", ")")
        except FeelSyntaxError:
            self.position = start
            return None
        if self.take_symbol(":"):
            return name
        self.position = start
        return None

    def unary_tests(self) -> nodes.UnaryTests:
        """Read the content of a table cell."""
        start = self.skipped()
        if self.at_symbol("-"):
            self.advance()
            if self.peek().kind == "end":
                return nodes.UnaryTests(start)
            self.position = start
        negated = self._starts_negation()
        tests = [self.test_or_expression()]
        while self.take_symbol(","):
            tests.append(self.test_or_expression())
        if negated:
            self.expect_symbol(")")
        return nodes.UnaryTests(start, tests, negated)

    def _starts_negation(self) -> bool:
        start = self.position
        if not (self.take_word("not") and self.take_symbol("(")):
            self.position = start
            return False
        inner = self.position
        depth = 1
        while depth:
            token = self.advance()
            if token.kind == "end":
                break
            depth += (token.text == "(") - (token.text == ")") if token.kind == "symbol" else 0
        # `not(a) and b` is an expression; only a negation of the whole cell is a negated test.
        whole = self.peek().kind == "end"
        self.position = inner if whole else start
        return whole

    def finish(self) -> None:
        """Fail unless the whole text has been read."""
        if self.peek().kind != "end":
            raise self.error(say("unexpected text after the expression"))


_LIBRARY_NAMES = name_level(BUILTINS)
_PROPERTY_NAMES = name_level(PROPERTY_NAMES)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a parser may know besides the variables: the names of entries, the types and the limits."""

    members: NameLevel = field(default_factory=dict)
    types: Mapping[str, FeelType] = field(default_factory=dict)
    limits: Limits = DEFAULT_LIMITS

    @classmethod
    def of(cls, members: Iterable[str], types: Mapping[str, FeelType], limits: Limits = DEFAULT_LIMITS) -> Vocabulary:
        """Collect a vocabulary once for many expressions."""
        return cls(name_level([*PROPERTY_NAMES, *members]), types, limits)


PLAIN = Vocabulary(_PROPERTY_NAMES)


def _parser(text: str, names: Iterable[str], known: Vocabulary) -> Parser:
    if len(text) > known.limits.expression_length_max:
        raise FeelSyntaxError(say("the expression is too long"), 0, text[:100])
    return Parser(text, NameTable(names, (_LIBRARY_NAMES,), known.members), known.types, known.limits)


def parse_expression(text: str, names: Iterable[str] = (), known: Vocabulary = PLAIN) -> Node:
    """Parse an expression; `names` are the variables in scope."""
    parser = _parser(text, names, known)
    try:
        node = parser.test_or_expression()
    except RecursionError:
        raise FeelSyntaxError(say("the expression is nested too deep"), 0, text[:100]) from None
    parser.finish()
    return node


def parse_unary_tests(text: str, names: Iterable[str] = (), known: Vocabulary = PLAIN) -> nodes.UnaryTests:
    """Parse the content of a table cell, in which `?` is the value tested."""
    parser = _parser(text, [*names, "?"], known)
    try:
        tests = parser.unary_tests()
    except RecursionError:
        raise FeelSyntaxError(say("the tests are nested too deep"), 0, text[:100]) from None
    parser.finish()
    return tests
