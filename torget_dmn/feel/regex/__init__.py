"""Regular expressions of XPath, matched by Python where that is safe and step by step where it is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from torget_dmn.errors import LimitExceededError
from torget_dmn.feel.regex.machine import Machine
from torget_dmn.feel.regex.parser import PatternParser
from torget_dmn.feel.regex.syntax import (
    Anchor,
    BackReference,
    Character,
    Choice,
    Group,
    Part,
    PatternError,
    Repeat,
    Sequence,
)
from torget_dmn.feel.runtime import spend
from torget_dmn.words import say

_FLAGS = frozenset("smixq")
# Python's matcher may go over the text once for each place and each open repetition.
_COST_MAX = 20_000_000


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern matched, and what its groups took."""

    text: str
    places: tuple[int, ...]

    @property
    def start(self) -> int:
        """Where the match starts."""
        return self.places[0]

    @property
    def end(self) -> int:
        """Where the match ends."""
        return self.places[1]

    def group(self, number: int) -> str:
        """Return what a group took; the empty string for one that took no part."""
        start, end = self.places[2 * number : 2 * number + 2]
        return self.text[start:end] if start >= 0 else ""


class Pattern:
    """A compiled pattern."""

    def __init__(self, pattern: str, flags: str) -> None:
        options = (re.IGNORECASE if "i" in flags else 0) | (re.MULTILINE if "m" in flags else 0)
        if "q" in flags:
            part: Part = Sequence(tuple(Character(re.escape(character)) for character in pattern))
            self.groups = 0
        else:
            parser = PatternParser(pattern, flags)
            part = parser.parse()
            self.groups = parser.group_count
        self._compiled = re.compile(_python_text(part, multiline="m" in flags), options)
        self._loops = _open_repeats(part)
        self._entangled = _is_entangled(part, inside=False)
        self._part, self._options = part, options

    def _machine(self) -> Machine:
        try:
            return Machine(self._part, self.groups, self._options)
        except PatternError:
            raise LimitExceededError(say("a regular expression is too costly for this text")) from None

    def search(self, text: str) -> Match | None:
        """Return the first match."""
        return next(self.matches(text), None)

    def matches(self, text: str) -> Iterator[Match]:
        """Yield the matches from left to right, none overlapping another."""
        cost = len(text) ** (self._loops + 1)
        if self._entangled or cost > _COST_MAX:
            yield from self._matches_stepwise(text)
            return
        spend(cost // 64)
        for match in self._compiled.finditer(text):
            spend(1)
            spans = [match.span(number) for number in range(self.groups + 1)]
            yield Match(text, tuple(place for span in spans for place in span))

    def _matches_stepwise(self, text: str) -> Iterator[Match]:
        machine = self._machine()
        place = 0
        while place <= len(text):
            before = machine.steps_taken
            found = machine.search(text, place)
            spend(machine.steps_taken - before)
            if found is None:
                return
            yield Match(text, found)
            place = found[1] if found[1] > found[0] else found[1] + 1

    @property
    def matches_nothing_at_all(self) -> bool:
        """True when the pattern matches the empty string, so that it would match everywhere."""
        return self.search("") is not None


def compile_pattern(pattern: str, flags: str) -> Pattern | None:
    """Compile an XPath pattern, or return None when it or its flags are wrong."""
    try:
        return _compile(pattern, flags)
    except (PatternError, re.error, OverflowError, RecursionError):
        return None


@lru_cache(maxsize=256)
def _compile(pattern: str, flags: str) -> Pattern:
    if not set(flags) <= _FLAGS:
        raise PatternError
    return Pattern(pattern, flags)


def _python_text(part: Part, *, multiline: bool) -> str:
    if isinstance(part, Character):
        return part.text
    if isinstance(part, Anchor):
        return "^" if part.at_start else "$" if multiline else r"\Z"
    if isinstance(part, BackReference):
        return f"(?:\\{part.group})"
    if isinstance(part, Sequence):
        return "".join(_python_text(one, multiline=multiline) for one in part.parts)
    if isinstance(part, Choice):
        return "(?:" + "|".join(_python_text(one, multiline=multiline) for one in part.options) + ")"
    if isinstance(part, Group):
        inner = _python_text(part.part, multiline=multiline)
        return f"({inner})" if part.number is not None else f"(?:{inner})"
    if isinstance(part, Repeat):
        high = "" if part.high is None else str(part.high)
        inner = _python_text(part.part, multiline=multiline)
        return f"(?:{inner}){{{part.low},{high}}}" + ("" if part.greedy else "?")
    raise PatternError


def _inner(part: Part) -> tuple[Part, ...]:
    if isinstance(part, Sequence):
        return part.parts
    if isinstance(part, Choice):
        return part.options
    return (part.part,) if isinstance(part, Group | Repeat) else ()


def _open_repeats(part: Part) -> int:
    own = isinstance(part, Repeat) and (part.high is None or part.high - part.low > 8)
    return own + sum(_open_repeats(one) for one in _inner(part))


def _is_entangled(part: Part, *, inside: bool) -> bool:
    """Say whether a repetition holds a choice of ways, which is what makes backtracking explode."""
    if inside and isinstance(part, Repeat | Choice) and not (isinstance(part, Repeat) and part.low == part.high):
        return True
    within = inside or (isinstance(part, Repeat) and (part.high is None or part.high > 1))
    return any(_is_entangled(one, inside=within) for one in _inner(part))


def expand_replacement(replacement: str, pattern: Pattern) -> Callable[[Match], str] | None:
    r"""Read a replacement with `$1` and `\$`; None when it is malformed."""
    parts: list[str | int] = []
    place = 0
    while place < len(replacement):
        character = replacement[place]
        following = replacement[place + 1 : place + 2]
        if character == "\\":
            if following not in ("\\", "$"):
                return None
            parts.append(following)
            place += 2
        elif character == "$":
            if not (following.isascii() and following.isdigit()):
                return None
            place, end = place + 1, place + 2
            # More digits belong to the number only while such a group exists.
            while replacement[end : end + 1].isdigit() and int(replacement[place : end + 1]) <= pattern.groups:
                end += 1
            parts.append(int(replacement[place:end]))
            place = end
        else:
            parts.append(character)
            place += 1

    def one(part: str | int, match: Match) -> str:
        if isinstance(part, str):
            return part
        return match.group(part) if part <= pattern.groups else ""

    return lambda match: "".join(one(part, match) for part in parts)
