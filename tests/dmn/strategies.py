"""Generated FEEL: token soup that is mostly wrong, and expressions that are mostly right."""

from __future__ import annotations

from hypothesis import strategies as st

from torget_dmn.feel.builtins import BUILTINS

_TOKENS = [
    "1", "0", "2.5", "-3", '"a"', '""', "true", "false", "null", "x", "y z", "[", "]", "(", ")", "{", "}", ",", ":",
    ".", "..", "+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in", "between", "instance of",
    "if", "then", "else", "for", "return", "some", "every", "satisfies", "function", "external", "item", "partial",
    "?", "not", '@"2024-02-29"', '@"P1D"', '@"10:00:00"', "number", "list<", "range<", "context<", "->", "//", "/*",
    "*/", "\\", "'", "\u00a0", "\U0001f40e", "date and time", "string length",
]  # fmt: skip

token_soup = st.lists(st.sampled_from(_TOKENS), min_size=1, max_size=25).map(" ".join)
any_text = st.text(max_size=60)

numbers = st.one_of(
    st.integers(-1000, 1000).map(str),
    st.decimals(-1000, 1000, allow_nan=False, allow_infinity=False, places=3).map(str),
)
strings = st.sampled_from(['"a"', '"b"', '"abc"', '""', '"Å"', '"x y"'])
dates = st.dates().map(lambda day: f'@"{day.isoformat()}"')
durations = st.one_of(st.integers(0, 400).map(lambda n: f'@"P{n}D"'), st.integers(0, 40).map(lambda n: f'@"P{n}M"'))
booleans = st.sampled_from(["true", "false"])
scalars = st.one_of(numbers, strings, dates, durations, booleans, st.just("null"))


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "=", "!=", "<", "<=", ">", ">=", "and", "or"])
    calls = st.sampled_from(sorted(set(BUILTINS) - {"now", "today"}))
    return st.one_of(
        st.tuples(inner, operators, inner).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
        st.tuples(inner, inner, inner).map(lambda parts: f"(if {parts[0]} then {parts[1]} else {parts[2]})"),
        st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]"),
        st.tuples(calls, st.lists(inner, max_size=3)).map(lambda call: f"{call[0]}({', '.join(call[1])})"),
        st.tuples(inner, inner).map(lambda parts: f"[{parts[0]}][{parts[1]}]"),
        st.tuples(inner, inner).map(lambda parts: f"(for i in [{parts[0]}] return {parts[1]})"),
        st.tuples(inner, inner).map(lambda parts: f"(some i in [{parts[0]}] satisfies i = {parts[1]})"),
        st.tuples(inner, inner).map(lambda parts: f"{{a: {parts[0]}, b: [a, {parts[1]}]}}.b"),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]} between {parts[1]} and {parts[2]})"),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]} in [{parts[1]}..{parts[2]}])"),
        inner.map(lambda part: f"(function(x) x)({part})"),
        inner.map(lambda part: f"({part} instance of number)"),
    )


expressions = st.recursive(scalars, _grown, max_leaves=12)
