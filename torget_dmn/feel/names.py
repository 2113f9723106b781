"""The names a parser knows, so that names with spaces and symbols can be told from operators."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

from torget_dmn.feel.characters import NAME_PART, SPACE, WORD, normalize_name

# Names by their first word.
NameLevel: TypeAlias = dict[str, list[str]]


def name_level(names: Iterable[str]) -> NameLevel:
    """Make a level that many tables can share."""
    level: NameLevel = {}
    for name in names:
        _insert(level, name)
    return level


class NameTable:
    """Known names by their first word; scopes are pushed and popped while parsing."""

    def __init__(
        self, names: Iterable[str] = (), shared: tuple[NameLevel, ...] = (), members: NameLevel | None = None
    ) -> None:
        # Levels that are shared are never written to: the table's own level stands above them.
        self._levels: list[NameLevel] = [*shared, {}]
        self._members: NameLevel = {}
        self._known_members: NameLevel = members or {}
        for name in names:
            self.add(name)

    def push(self, names: Iterable[str] = ()) -> None:
        """Open a scope."""
        self._levels.append({})
        for name in names:
            self.add(name)

    @property
    def height(self) -> int:
        """How many scopes are open."""
        return len(self._levels)

    def cut(self, height: int) -> None:
        """Close scopes down to an earlier height."""
        del self._levels[height:]

    def pop(self) -> None:
        """Close the innermost scope."""
        self._levels.pop()

    def add(self, name: str) -> None:
        """Make a name known in the innermost scope."""
        _insert(self._levels[-1], name)

    def add_member(self, name: str) -> None:
        """Make the name of an entry known; entries can be named in filters and behind dots."""
        _insert(self._members, name)

    def longest(self, text: str, position: int) -> tuple[str, int] | None:
        """Return the longest known name that stands at the position, and where it ends."""
        return self._longest(text, position, self._levels) or self.longest_member(text, position)

    def longest_member(self, text: str, position: int) -> tuple[str, int] | None:
        """Return the longest name known as an entry or a variable that stands at the position."""
        return self._longest(text, position, [self._members, self._known_members, *self._levels])

    @staticmethod
    def _longest(text: str, position: int, levels: list[NameLevel]) -> tuple[str, int] | None:
        first = WORD.match(text, position)
        if first is None:
            return None
        best: tuple[str, int] | None = None
        for level in levels:
            for name in level.get(first.group(), ()):
                end = _end_of(name, text, position)
                if end is not None and (best is None or end > best[1]):
                    best = (name, end)
        return best


def _insert(level: NameLevel, name: str) -> None:
    first, plain = _by_first_word(name)
    if first:
        names = level.setdefault(first, [])
        if plain not in names:
            names.append(plain)


# The names of a scope are entered anew for each of the thousands of cells of a table.
@lru_cache(maxsize=1024)
def _by_first_word(name: str) -> tuple[str, str]:
    plain = normalize_name(name)
    first = WORD.match(plain)
    return ("" if first is None else first.group()), plain


def _end_of(name: str, text: str, position: int) -> int | None:
    """Return where the name ends if it stands at the position; runs of white space count as one space."""
    for index, part in enumerate(name.split(" ")):
        if index:
            gap = SPACE.match(text, position)
            if gap is None:
                return None
            position = gap.end()
        if not text.startswith(part, position):
            return None
        position += len(part)
    follows_on = NAME_PART.match(text, position) is not None and NAME_PART.match(name[-1]) is not None
    return None if follows_on else position
