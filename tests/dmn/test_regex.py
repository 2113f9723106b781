"""Regular expressions: XPath's own rules, and a matcher that no pattern can hang."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torget_dmn import LimitExceededError
from torget_dmn.feel import evaluate
from torget_dmn.feel.regex import Pattern, compile_pattern, expand_replacement
from torget_dmn.feel.regex.machine import Machine
from torget_dmn.feel.regex.parser import PatternParser


@pytest.mark.parametrize(
    ("pattern", "flags", "text", "matches"),
    [
        ("[A-Z-[OI]]", "", "O", False),
        ("[A-Z-[OI]]", "", "X", True),
        ("^a.c$", "", "a\nc", False),
        ("^a.c$", "s", "a\nc", True),
        ("^b$", "", "a\nb", False),
        ("^b$", "m", "a\nb", True),
        ("a b", "x", "ab", True),
        ("a.b", "q", "axb", False),
        ("a.b", "qi", "A.B", True),
        (r"\p{Lu}\p{Ll}+", "", "Åbo", True),
        (r"^\P{L}+$", "", "123", True),
        (r"\p{IsCyrillic}", "", "ж", True),
        (r"^\i\c*$", "", "name-1", True),
        (r"^[\s\d]+$", "", "1 2", True),
        (r"^[^\D]+$", "", "12", True),
        (r"(a)(b)\2\1", "", "abba", True),
        ("a{2,3}", "", "aa", True),
        ("^a{2}$", "", "aaa", False),
        ("[a-]", "", "-", True),
        ("[-a]", "", "-", True),
        (r"^\$\{\}$", "", "${}", True),
    ],
)
def test_a_pattern_follows_xpath(pattern: str, flags: str, text: str, matches: bool) -> None:
    compiled = compile_pattern(pattern, flags)
    assert compiled is not None
    assert (compiled.search(text) is not None) is matches


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "[", "[]", "a**", "a++", "*a", "(?=a)", "(?i)a", r"\1", r"(a)\2", r"\q", "a{3,2}", "{", "}", "]",
     r"\p{Nonsense}", r"\p{IsNowhere}", "[a-[b]", "a{99999}", "(" * 100 + ")" * 100],
)  # fmt: skip
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    assert compile_pattern(pattern, "") is None


def test_unknown_flags_are_refused() -> None:
    assert compile_pattern("a", "z") is None


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "^(a*)*$", "(a?){25}a{25}b", "(.*)*=", ".*.*.*.*="])
def test_no_pattern_hangs(pattern: str) -> None:
    compiled = compile_pattern(pattern, "")
    assert compiled is not None
    start = time.perf_counter()
    compiled.search("a" * 2000 + "c")
    assert time.perf_counter() - start < 5


def test_a_pattern_that_cannot_be_bounded_is_refused_on_long_texts() -> None:
    with pytest.raises(LimitExceededError, match="too costly"):
        evaluate(r'matches(string join(for i in 1..20000 return "a"), "(a*)(a*)\1b")')


def test_a_replacement_names_groups() -> None:
    pattern = compile_pattern("(a)(b)?", "")
    assert pattern is not None
    expand, match = expand_replacement(r"\$$1$2$10", pattern), pattern.search("a")
    assert expand is not None
    assert match is not None
    assert expand(match) == "$aa0"
    assert expand_replacement("$", pattern) is None
    assert expand_replacement(r"\n", pattern) is None


pieces = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "^", "$"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}|{two[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{1,2}", "*?", "+?"])).map(lambda two: f"({two[0]}){two[1]}"),
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(pieces, st.text("abc", max_size=8))
def test_both_matchers_find_a_match_at_the_same_place(pattern: str, text: str) -> None:
    parser = PatternParser(pattern, "")
    machine = Machine(parser.parse(), parser.group_count, 0)
    stepwise = machine.search(text, 0)
    by_python = re.search(pattern.replace("$", r"\Z"), text)
    # How far a repetition of something that can be empty goes is where matchers may differ.
    assert (None if stepwise is None else stepwise[0]) == (None if by_python is None else by_python.start())
    assert Pattern(pattern, "").search(text) is None or by_python is not None
