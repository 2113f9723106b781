"""What is wrong in FEEL is named, with its place, and never runs away."""

from __future__ import annotations

import time

import pytest

from torget_dmn import FeelSyntaxError, LimitExceededError, Limits
from torget_dmn.feel import compile_expression, evaluate
from torget_dmn.feel.parser import parse_expression, parse_unary_tests


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "expected an expression"),
        ("1 +", "expected an expression, found the end (line 1, column 4)"),
        ("(1", "expected ')'"),
        ("[1, 2", "expected ']'"),
        ('"abc', "a string is not closed"),
        ("1 2", "unexpected text after the expression"),
        ("if true then 1", "expected 'else'"),
        ("for i in [1]", "expected 'return'"),
        ("1\n  + ;", "(line 2, column 5)"),
        ("{a: 1, a: 2}", "an entry is defined twice"),
        ("f(a: 1, 2)", "arguments must all be named"),
        ("1 instance of nonsense", "expected the name of a type"),
        ("a. +", "expected a name after '.'"),
        ("@x", "expected a string after '@'"),
    ],
)
def test_a_wrong_expression_says_where(text: str, words: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        parse_expression(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "[" * 5000 + "]" * 5000,
        "-" * 5000 + "1",
        "not(" * 3000 + "true" + ")" * 3000,
        "[1.." * 3000,
        "x in (" * 3000,
        "1" + " + 1" * 5000,
        "a" + ".b" * 5000,
        "if true then " * 3000,
        "{a: " * 3000,
        "list<" * 3000,
        "1 instance of " + "list<" * 3000,
        "1" * 300_000,
    ],
)
def test_deep_and_long_expressions_end_in_a_named_error(text: str) -> None:
    start = time.perf_counter()
    with pytest.raises(FeelSyntaxError):
        parse_expression(text)
    with pytest.raises(FeelSyntaxError):
        parse_unary_tests(text)
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..1000000000 return i",
        "for i in 1..3000, j in 1..3000 return i",
        "every i in 1..10000000 satisfies true",
        'for i in 1..60 return if i = 1 then "aa" else partial[-1] + partial[-1]',
        "for i in 1..60 return if i = 1 then [1] else concatenate(partial[-1], partial[-1])",
        "{f: function(n) f(n + 1), r: f(1)}.r",
        "{f: function(n) 1 + f(n + 1), r: f(1)}.r",
        "{f: function(n) if n < 2 then 1 else f(n - 1) + f(n - 2), r: f(40)}.r",
        "for i in [1..1000000000] return i",
        "for i in 1..100000 return [partial[-1]]",
        "for i in 1..10000 return context put(if partial[-1] = null then {} else partial[-1], string(i), i)",
        'for i in 1..60 return if i = 1 then "a" else replace(partial[-1], "a", "aa")',
        'for i in 1..60 return if i = 1 then "ß" else upper case(partial[-1])[1] + partial[-1]',
        'string join(for i in 1..50000 return string join(for j in 1..1000 return "aaaaaaaaaa"))',
        'matches("ab", "((((a{1,99}){1,99}){1,99}){1,99}){1,99}")',
    ],
)
def test_a_runaway_evaluation_ends_in_a_named_error(text: str) -> None:
    with pytest.raises(LimitExceededError):
        compile_expression(text, limits=Limits(iterations_max=50_000))({})


@pytest.mark.parametrize(
    "last",
    [
        "count(flatten(a39))",
        "string length(string(a39))",
        "a39 = b39",
        "is(a39, b39)",
        "count(distinct values([a39, b39]))",
        "[a39] = [b39]",
    ],
)
def test_a_short_value_with_endless_parts_ends_in_a_named_error(last: str) -> None:
    # Each list holds the one before it twice, so the last has a million million parts.
    lists = [f"{name}{place}: [{name}{place - 1}, {name}{place - 1}]" for name in "ab" for place in range(1, 40)]
    text = f"{{a0: [1, 2], b0: [1, 2], {', '.join(lists)}, r: {last}}}.r"
    with pytest.raises(LimitExceededError):
        compile_expression(text, limits=Limits(iterations_max=50_000))({})


def test_limits_can_be_tightened() -> None:
    run = compile_expression("for i in 1..100 return i", limits=Limits(iterations_max=50))
    with pytest.raises(LimitExceededError, match="more than 50 iterations"):
        run({})
    with pytest.raises(LimitExceededError, match="more than 5 items"):
        compile_expression("concatenate([1, 2, 3], [4, 5, 6])", limits=Limits(list_length_max=5))({})
    with pytest.raises(LimitExceededError, match="more than 5 characters"):
        compile_expression("x + x", ("x",), limits=Limits(string_length_max=5))({"x": "abc"})


@pytest.mark.parametrize(
    "text",
    [
        "__import__",
        '"".__class__',
        "[].__class__.__mro__",
        "(function() 1).__globals__",
        "{a: 1}.keys()",
        '"a".upper()',
        '@"2024-01-01".__init__',
        'get value({}, "__class__")',
    ],
)
def test_nothing_of_python_can_be_reached(text: str) -> None:
    value = evaluate(text)
    assert value is None or value == []
