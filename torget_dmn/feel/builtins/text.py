"""Functions on strings (DMN 1.5, 10.3.4.3)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from torget_dmn.feel.builtins.registry import builtin
from torget_dmn.feel.regex import compile_pattern, expand_replacement
from torget_dmn.feel.runtime import bounded_list, check_text_length


@builtin("substring", "string: string", "start position: number", "length: number?")
def substring(string: str, start: Decimal, length: Decimal | None = None) -> str | None:
    """`substring("foobar", 3, 2)`; a negative start counts from the end."""
    place = int(start)
    if place == 0 or abs(place) > len(string) or (length is not None and length < 1):
        return None
    first = place - 1 if place > 0 else len(string) + place
    return string[first:] if length is None else string[first : first + int(length)]


@builtin("string length", "string: string")
def string_length(string: str) -> Decimal:
    """`string length("foo")`: counts code points."""
    return Decimal(len(string))


@builtin("upper case", "string: string")
def upper_case(string: str) -> str:
    """`upper case("aBc")`."""
    # A letter can become two: `ß` becomes `SS`.
    upper = string.upper()
    check_text_length(len(upper))
    return upper


@builtin("lower case", "string: string")
def lower_case(string: str) -> str:
    """`lower case("aBc")`."""
    return string.lower()


@builtin("substring before", "string: string", "match: string")
def substring_before(string: str, match: str) -> str:
    """`substring before("foobar", "bar")`."""
    place = string.find(match)
    return string[:place] if place > 0 else ""


@builtin("substring after", "string: string", "match: string")
def substring_after(string: str, match: str) -> str:
    """`substring after("foobar", "ob")`."""
    place = string.find(match)
    return string[place + len(match) :] if place >= 0 else ""


@builtin("contains", "string: string", "match: string")
def contains(string: str, match: str) -> bool:
    """`contains("foobar", "ob")`."""
    return match in string


@builtin("starts with", "string: string", "match: string")
def starts_with(string: str, match: str) -> bool:
    """`starts with("foobar", "fo")`."""
    return string.startswith(match)


@builtin("ends with", "string: string", "match: string")
def ends_with(string: str, match: str) -> bool:
    """`ends with("foobar", "r")`."""
    return string.endswith(match)


@builtin("matches", "input: string", "pattern: string", "flags: string?")
def matches(text: str, pattern: str, flags: str | None = None) -> bool | None:
    """`matches("foobar", "^fo*b")`."""
    compiled = compile_pattern(pattern, flags or "")
    return None if compiled is None else compiled.search(text) is not None


@builtin("replace", "input: string", "pattern: string", "replacement: string", "flags: string?")
def replace(text: str, pattern: str, replacement: str, flags: str | None = None) -> str | None:
    """`replace("abcd", "(ab)|(a)", "[1=$1]")`."""
    compiled = compile_pattern(pattern, flags or "")
    if compiled is None or compiled.matches_nothing_at_all:
        return None
    expand = expand_replacement(replacement, compiled)
    if expand is None:
        return None
    pieces: list[str] = []
    last, length = 0, len(text)
    for match in compiled.matches(text):
        new = expand(match)
        length += len(new) - (match.end - match.start)
        check_text_length(length)
        pieces += [text[last : match.start], new]
        last = match.end
    return "".join([*pieces, text[last:]])


@builtin("split", "string: string", "delimiter: string")
def split(string: str, delimiter: str) -> list[str] | None:
    r"""`split("John Doe", "\s")`."""
    compiled = compile_pattern(delimiter, "")
    # A delimiter that matches nothing at all would cut between any two characters (XPath, FORX0003).
    if compiled is None or compiled.matches_nothing_at_all:
        return None
    if not string:
        return []
    pieces: list[str] = []
    last = 0
    for match in compiled.matches(string):
        pieces.append(string[last : match.start])
        last = match.end
    return bounded_list([*pieces, string[last:]])


@builtin("string join", "list: list", "delimiter: string?")
def string_join(items: list[Any], delimiter: str | None = None) -> str | None:
    """`string join(["a", "b"], ", ")`; nulls are left out."""
    if any(type(item) is not str for item in items if item is not None):
        return None
    texts = [item for item in items if item is not None]
    between = delimiter or ""
    check_text_length(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)
