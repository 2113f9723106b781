"""Names resolved to places in frames while compiling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any

from torget_dmn.feel.feel_types import ANY, FeelType
from torget_dmn.feel.functions import Closure, Frame

# The value tested by a unary test, and the item of a filter, stand in the first slot of their frames.
FIRST_SLOT = 1


class Scope:
    """The names of one frame; `filters_item` marks the frame of a filter, whose item's entries are names too."""

    __slots__ = ("_size", "filters_item", "parent", "slots", "types")

    def __init__(
        self,
        parent: Scope | None,
        names: Iterable[str] = (),
        *,
        filters_item: bool = False,
        types: Mapping[str, FeelType] | None = None,
    ) -> None:
        self.parent = parent
        # What is known of the types of the names; running does not need it, checking does.
        self.types: Mapping[str, FeelType] = types or {}
        self.filters_item = filters_item
        self.slots: dict[str, int] = {}
        self._size = 0
        for name in names:
            self.add(name)

    def add(self, name: str) -> int:
        """Give a name the next slot; a name given again hides the older one."""
        self._size += 1
        self.slots[name] = self._size
        return self._size

    def names(self) -> set[str]:
        """Return every name visible here."""
        found, scope = set(self.slots), self.parent
        while scope is not None:
            found |= scope.slots.keys()
            scope = scope.parent
        return found

    def type_of(self, name: str) -> FeelType:
        """Return the declared type of a name, or Any."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.slots:
                return scope.types.get(name, ANY)
            scope = scope.parent
        return ANY

    def resolve(self, name: str, otherwise: Closure | None) -> Closure | None:
        """Return what reads the name from a frame of this scope; None when nothing is known of it."""
        items: list[Closure] = []
        depth, scope, found = 0, self, otherwise
        while True:
            if scope.filters_item:
                # An entry of the item hides everything outside, even the name `item` itself.
                items.append(slot_getter(depth, FIRST_SLOT))
            if name in scope.slots:
                found = slot_getter(depth, scope.slots[name])
                break
            if scope.parent is None:
                break
            depth, scope = depth + 1, scope.parent
        for get_item in reversed(items):
            found = _entry_or(name, get_item, found)
        return found


def slot_getter(depth: int, slot: int) -> Closure:
    """Return what reads a slot of the frame so many levels up."""
    if depth == 0:
        return itemgetter(slot)
    if depth == 1:
        return lambda frame: frame[0][slot]
    if depth == 2:
        return lambda frame: frame[0][0][slot]

    def get(frame: Frame) -> Any:
        for _ in range(depth):
            frame = frame[0]
        return frame[slot]

    return get


def _entry_or(name: str, get_item: Closure, otherwise: Closure | None) -> Closure:
    def get(frame: Frame) -> Any:
        item = get_item(frame)
        if type(item) is dict and name in item:
            return item[name]
        return None if otherwise is None else otherwise(frame)

    return get
