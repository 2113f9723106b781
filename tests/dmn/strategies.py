"""Texts for the parser: token soup that is mostly wrong, expressions that are mostly right, and damaged ones."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.dmn.generator import Generator
from torget_dmn.feel.builtins import BUILTINS

_TOKENS = [
    "1", "0", "2.5", "-3", '"a"', '""', "true", "false", "null", "x", "y z", "[", "]", "(", ")", "{", "}", ",", ":",
    ".", "..", "+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in", "between", "instance of",
    "if", "then", "else", "for", "return", "some", "every", "satisfies", "function", "external", "item", "partial",
    "?", "not", '@"2024-02-29"', '@"P1D"', '@"10:00:00"', "number", "list<", "range<", "context<", "->", "//", "/*",
    "*/", "\\", "'", "\u00a0", "\U0001f40e", *sorted(BUILTINS),
]  # fmt: skip

token_soup = st.lists(st.sampled_from(_TOKENS), min_size=1, max_size=25).map(" ".join)
any_text = st.text(max_size=60)
expressions = st.integers(0, 2**32).map(lambda seed: Generator(seed).sample().text)


def _damage(parts: tuple[str, float, int, str]) -> str:
    text, where, length, piece = parts
    place = int(where * len(text))
    return f"{text[:place]}{piece}{text[place + length :]}"


damaged = st.tuples(expressions, st.floats(0, 1), st.integers(0, 6), st.sampled_from(["", *_TOKENS])).map(_damage)
calls = st.tuples(st.sampled_from(sorted(set(BUILTINS) - {"now", "today"})), st.lists(expressions, max_size=3)).map(
    lambda call: f"{call[0]}({', '.join(call[1])})"
)
