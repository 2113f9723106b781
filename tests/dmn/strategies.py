"""Texts for the parser: token soup, mostly wrong, expressions, mostly right, and damaged ones; damaged models too."""

from __future__ import annotations

import copy

from hypothesis import strategies as st
from lxml import etree

from tests.dmn.building import every_model
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


_MODELS = [path.read_bytes() for path in every_model()]
_BYTES = [b"", b"<", b'"', b"&", b"x", b"<text>", b"</decision>", b"\xff", b"[1..", b"\x00"]


@st.composite
def damaged_models(draw: st.DrawFn) -> bytes:
    """A model whose elements were doubled, dropped, renamed or given others' attributes, or whose bytes were hurt."""
    root = etree.fromstring(draw(st.sampled_from(_MODELS)))
    for _ in range(draw(st.integers(0, 5))):
        found = list(root.iter(etree.Element))
        one, other = (found[draw(st.integers(0, len(found) - 1))] for _ in range(2))
        way = draw(st.integers(0, 4))
        if way == 0 and other.attrib:
            name = draw(st.sampled_from(sorted(other.attrib)))
            one.set(name, draw(st.sampled_from([other.attrib[name], "", "number", "list<", "COLLECT", "#x"])))
        elif way == 1:
            one.text = draw(st.one_of(token_soup.filter(str.isprintable), st.just("")))
        elif way == 2 and other is not root:
            one.insert(draw(st.integers(0, len(one))), copy.deepcopy(other))
        elif way == 3 and (parent := one.getparent()) is not None:
            parent.remove(one)
        else:
            one.tag = other.tag
    content = etree.tostring(root)
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 3]))):
        place, length = draw(st.integers(0, len(content))), draw(st.integers(0, 40))
        content = content[:place] + draw(st.sampled_from(_BYTES)) + content[place + length :]
    return content
