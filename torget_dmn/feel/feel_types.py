"""The types of FEEL, what conforms to them and how values are made to fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from torget_dmn.feel.durations import DaysDuration, MonthsDuration
from torget_dmn.feel.ranges import Equals, Range
from torget_dmn.feel.runtime import spend
from torget_dmn.feel.temporal import MIDNIGHT_UTC, Date, DateTime, Time


class FeelType:
    """A type; values are asked whether they conform, types whether they are assignable."""

    __slots__ = ()

    def holds(self, value: Any) -> bool:
        """Say whether a value other than null is of this type."""
        del value
        return True

    def accepts(self, other: FeelType) -> bool:
        """Say whether every value of the other type is of this one; null is of every type."""
        return other is self or other is NULL

    def coerce(self, value: Any) -> Any:
        """Make the value fit by FEEL's implicit conversions; null when it does not."""
        if value is None or self.holds(value):
            return value
        # The only item of a list stands for itself, but a list in a list is not unpacked twice.
        if type(value) is list and len(value) == 1 and type(value[0]) is not list:
            return self.coerce(value[0])
        return None


class AnyType(FeelType):
    """The type of everything."""

    def accepts(self, other: FeelType) -> bool:
        del other
        return True

    def coerce(self, value: Any) -> Any:
        return value

    def __str__(self) -> str:
        return "Any"


class NullType(FeelType):
    """The type that only null has."""

    def __str__(self) -> str:
        return "Null"

    def holds(self, value: Any) -> bool:
        return value is None


@dataclass(frozen=True, slots=True, eq=False)
class SimpleType(FeelType):
    """A type of values without parts."""

    name: str
    kind: type

    def holds(self, value: Any) -> bool:
        return type(value) is self.kind

    def coerce(self, value: Any) -> Any:
        if value is None or type(value) is self.kind:
            return value
        if self.kind is DateTime and type(value) is Date:
            return DateTime(value, MIDNIGHT_UTC)
        return FeelType.coerce(self, value)

    def __str__(self) -> str:
        return self.name


ANY = AnyType()
NULL = NullType()
NUMBER = SimpleType("number", Decimal)
STRING = SimpleType("string", str)
BOOLEAN = SimpleType("boolean", bool)
DATE = SimpleType("date", Date)
TIME = SimpleType("time", Time)
DATE_TIME = SimpleType("date and time", DateTime)
DAYS_DURATION = SimpleType("days and time duration", DaysDuration)
MONTHS_DURATION = SimpleType("years and months duration", MonthsDuration)


@dataclass(frozen=True, slots=True)
class ListType(FeelType):
    """A list whose items are all of one type."""

    item: FeelType

    def __str__(self) -> str:
        return f"list<{self.item}>"

    def holds(self, value: Any) -> bool:
        if type(value) is not list:
            return False
        spend(len(value))
        return all(self.item.holds(item) or item is None for item in value)

    def accepts(self, other: FeelType) -> bool:
        return other is NULL or (isinstance(other, ListType) and self.item.accepts(other.item))

    def coerce(self, value: Any) -> Any:
        if value is None or self.item is ANY:
            return value if type(value) is list or value is None else [value]
        if type(value) is list:
            spend(len(value))
            fitted = [self.item.coerce(item) for item in value]
            lost = any(new is None and old is not None for new, old in zip(fitted, value, strict=True))
            return None if lost else fitted
        fitted_item = self.item.coerce(value)
        return None if fitted_item is None else [fitted_item]


@dataclass(frozen=True, slots=True)
class ContextType(FeelType):
    """A context with at least these entries."""

    entries: tuple[tuple[str, FeelType], ...] = ()

    def __str__(self) -> str:
        return "context<" + ", ".join(f"{key}: {kind}" for key, kind in self.entries) + ">"

    def holds(self, value: Any) -> bool:
        if type(value) is not dict:
            return False
        spend(len(self.entries))
        return all(key in value and (value[key] is None or kind.holds(value[key])) for key, kind in self.entries)

    def accepts(self, other: FeelType) -> bool:
        if not isinstance(other, ContextType):
            return other is NULL
        given = dict(other.entries)
        return all(key in given and kind.accepts(given[key]) for key, kind in self.entries)

    def entry(self, key: str) -> FeelType | None:
        """Return the type of one entry."""
        return next((kind for name, kind in self.entries if name == key), None)

    def coerce(self, value: Any) -> Any:
        if type(value) is not dict:
            return FeelType.coerce(self, value)
        spend(len(self.entries))
        fitted = dict(value)
        for key, kind in self.entries:
            if key not in value:
                return None
            fitted[key] = kind.coerce(value[key])
            if fitted[key] is None and value[key] is not None:
                return None
        return fitted


@dataclass(frozen=True, slots=True)
class RangeType(FeelType):
    """A range over values of one type."""

    item: FeelType

    def __str__(self) -> str:
        return f"range<{self.item}>"

    def holds(self, value: Any) -> bool:
        if isinstance(value, Equals):
            return self.item.holds(value.point)
        return isinstance(value, Range) and self.item.holds(value.sample)

    def accepts(self, other: FeelType) -> bool:
        return other is NULL or (isinstance(other, RangeType) and self.item.accepts(other.item))


@dataclass(frozen=True, slots=True)
class FunctionType(FeelType):
    """A function from some parameters to a result."""

    parameters: tuple[FeelType, ...]
    result: FeelType

    def __str__(self) -> str:
        return "function<" + ", ".join(str(kind) for kind in self.parameters) + f">->{self.result}"

    def holds(self, value: Any) -> bool:
        own = getattr(value, "function_type", None)
        return isinstance(own, FunctionType) and self.accepts(own)

    def accepts(self, other: FeelType) -> bool:
        if not isinstance(other, FunctionType) or len(other.parameters) != len(self.parameters):
            return other is NULL
        pairs = zip(self.parameters, other.parameters, strict=True)
        return self.result.accepts(other.result) and all(theirs.accepts(ours) for ours, theirs in pairs)

    def coerce(self, value: Any) -> Any:
        # What a function gives is seldom declared; passing it on asks only that nothing known speaks against it.
        return value if hasattr(value, "may_be") and value.may_be(self) else FeelType.coerce(self, value)


@dataclass(slots=True)
class NamedType(FeelType):
    """An item definition: another type, its name and the values it allows."""

    name: str
    base: FeelType
    allowed: Callable[[Any], bool] | None = None
    allowed_text: str = ""
    # The allowed values that are known without running anything, in their order.
    allowed_constants: tuple[Any, ...] = ()
    allowed_per_item: bool = True

    def holds(self, value: Any) -> bool:
        return self.base.holds(value)

    def accepts(self, other: FeelType) -> bool:
        return self.base.accepts(other.base if isinstance(other, NamedType) else other)

    def coerce(self, value: Any) -> Any:
        fitted = self.base.coerce(value)
        if fitted is None or self.allowed is None or self.allows(fitted):
            return fitted
        return None

    def allows(self, value: Any) -> bool:
        """Say whether the allowed values hold the value, or each item of it."""
        if self.allowed is None:
            return True
        if self.allowed_per_item and type(value) is list:
            return all(item is None or self.allowed(item) for item in value)
        return self.allowed(value)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __str__(self) -> str:
        return self.name


def strip(kind: FeelType) -> FeelType:
    """Return the structure behind item definition names."""
    while isinstance(kind, NamedType):
        kind = kind.base
    return kind


SIMPLE_TYPES: dict[str, FeelType] = {
    "Any": ANY,
    "Null": NULL,
    "number": NUMBER,
    "string": STRING,
    "boolean": BOOLEAN,
    "date": DATE,
    "time": TIME,
    "date and time": DATE_TIME,
    "days and time duration": DAYS_DURATION,
    "years and months duration": MONTHS_DURATION,
    # The names of DMN 1.1 and 1.2, still found in models.
    "dateTime": DATE_TIME,
    "dayTimeDuration": DAYS_DURATION,
    "yearMonthDuration": MONTHS_DURATION,
    "context": ContextType(),
    "list": ListType(ANY),
    "range": RangeType(ANY),
}
