"""The parts of a regular expression."""

from __future__ import annotations

from dataclasses import dataclass


class Part:
    """A piece of a pattern."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Character(Part):
    """One character out of a set; `text` is the set as a Python pattern."""

    text: str


@dataclass(frozen=True, slots=True)
class Anchor(Part):
    """`^` or `$`."""

    at_start: bool


@dataclass(frozen=True, slots=True)
class BackReference(Part):
    """What a group matched, again."""

    group: int


@dataclass(frozen=True, slots=True)
class Sequence(Part):
    """Parts one after another."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice(Part):
    """One of several parts, the first that leads to a match."""

    options: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Repeat(Part):
    """A part several times; `high` of None is without bound."""

    part: Part
    low: int
    high: int | None
    greedy: bool


@dataclass(frozen=True, slots=True)
class Group(Part):
    """A part in brackets; without a number it is not remembered."""

    part: Part
    number: int | None


class PatternError(ValueError):
    """The pattern is not an XPath regular expression."""
