"""How the library's functions are declared, matched with arguments and called."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from torget_dmn.feel.durations import DaysDuration, MonthsDuration
from torget_dmn.feel.feel_types import ANY, FeelType, FunctionType
from torget_dmn.feel.functions import FeelFunction, Value
from torget_dmn.feel.ordering import order_key
from torget_dmn.feel.ranges import Equals, Range
from torget_dmn.feel.runtime import spend
from torget_dmn.feel.temporal import Date, DateTime, Time

# An argument that does not fit its parameter; null can be a fitting value, so it cannot say this.
MISFIT = object()


def _of(*kinds: type) -> Callable[[Any], bool]:
    return lambda value: type(value) in kinds


KINDS: dict[str, Callable[[Any], bool]] = {
    "any": lambda _: True,
    "number": _of(Decimal),
    "string": _of(str),
    "boolean": _of(bool),
    "list": _of(list),
    "context": _of(dict),
    "date": _of(Date),
    "time": _of(Time),
    "date and time": _of(DateTime),
    "day": _of(Date, DateTime),
    "days duration": _of(DaysDuration),
    "duration": _of(DaysDuration, MonthsDuration),
    "range": _of(Range, Equals),
    "function": lambda value: isinstance(value, FeelFunction),
    "point": lambda value: order_key(value) is not None,
}


@dataclass(frozen=True, slots=True)
class LibraryParameter:
    """A parameter of a library function."""

    name: str
    kind: str
    optional: bool
    fits: Callable[[Any], bool]

    @classmethod
    def parse(cls, text: str) -> LibraryParameter:
        """Read `name: kind`, with `?` after the kind of a parameter that may be left out or null."""
        name, kind = text.split(": ")
        plain = kind.rstrip("?")
        return cls(name, plain, kind.endswith("?") or plain == "any", KINDS[plain])

    def fit(self, value: Value) -> Value:
        """Return the value as the function takes it, or MISFIT."""
        if value is None:
            return None if self.optional else MISFIT
        if self.fits(value):
            return value
        if self.kind == "list":
            return [value]
        if type(value) is list and len(value) == 1 and self.fits(value[0]):
            return value[0]
        return MISFIT


def _work_on(value: Value) -> int:
    """Return about how many iterations it takes to go over a value or to copy it; small ones are free."""
    if type(value) is list:
        return len(value) // 8
    if type(value) is str:
        return len(value) // 64
    return len(value) if type(value) is dict else 0


class Overload:
    """One signature of a library function and what it does."""

    __slots__ = ("_function", "_required", "names", "parameters", "variadic")

    def __init__(self, parameters: Sequence[str], function: Callable[..., Value], *, variadic: bool) -> None:
        self.parameters = tuple(LibraryParameter.parse(text) for text in parameters)
        self.names = [parameter.name for parameter in self.parameters]
        self.variadic = variadic
        self._function = function
        self._required = sum(not text.endswith("?") for text in parameters)

    def takes(self, count: int) -> bool:
        """Say whether the function can be called with so many arguments."""
        return self._required <= count and (self.variadic or count <= len(self.parameters))

    def bind(self, arguments: Sequence[Value]) -> list[Value] | None:
        """Fit arguments by position, or return None."""
        if self.variadic:
            fixed = len(self.parameters) - 1
            rest = list(arguments[fixed:])
            if not rest and not fixed:
                return None
            # One list is the list itself; anything else is the items of one.
            tail = rest[0] if len(rest) == 1 and not fixed and (type(rest[0]) is list or rest[0] is None) else rest
            arguments = [*arguments[:fixed], tail]
        if not self._required <= len(arguments) <= len(self.parameters):
            return None
        bound = [parameter.fit(value) for parameter, value in zip(self.parameters, arguments, strict=False)]
        return None if any(value is MISFIT for value in bound) else bound

    def bind_named(self, arguments: dict[str, Value]) -> list[Value] | None:
        """Fit arguments by name, or return None; a parameter left out is null."""
        if not arguments or any(name not in self.names for name in arguments):
            return None
        given = max(index for index, name in enumerate(self.names) if name in arguments) + 1
        # Parameters behind the last one given keep the default of the function, if they may be left out.
        size = max(given, self._required)
        bound = [parameter.fit(arguments.get(parameter.name)) for parameter in self.parameters[:size]]
        return None if any(value is MISFIT for value in bound) else bound

    def run(self, bound: list[Value]) -> Value:
        """Call with fitted arguments; what cannot be computed is null."""
        work = sum(map(_work_on, bound))
        if work:
            spend(work)
        try:
            return self._function(*bound)
        except (decimal.DecimalException, OverflowError, ValueError):
            return None


class Builtin(FeelFunction):
    """A function of the library with all its signatures."""

    __slots__ = ("overloads",)

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.overloads: list[Overload] = []

    def call(self, arguments: Sequence[Value]) -> Value:
        for overload in self.overloads:
            bound = overload.bind(arguments)
            if bound is not None:
                return overload.run(bound)
        return None

    def call_named(self, arguments: dict[str, Value]) -> Value:
        given = list(arguments)
        # `before(range: r, point: p)` and `before(point: p, range: r)` differ only in the order of their names.
        for overload in sorted(self.overloads, key=lambda one: one.names[: len(given)] != given):
            bound = overload.bind_named(arguments)
            if bound is not None:
                return overload.run(bound)
        return None

    def may_be(self, kind: FunctionType) -> bool:
        return any(overload.takes(len(kind.parameters)) for overload in self.overloads)

    @property
    def function_type(self) -> FunctionType:
        kinds: tuple[FeelType, ...] = tuple(ANY for _ in self.overloads[0].parameters)
        return FunctionType(kinds, ANY)


BUILTINS: dict[str, Builtin] = {}


def builtin(
    name: str, *parameters: str, variadic: bool = False
) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Add a signature of a library function."""

    def register(function: Callable[..., Value]) -> Callable[..., Value]:
        BUILTINS.setdefault(name, Builtin(name)).overloads.append(Overload(parameters, function, variadic=variadic))
        return function

    return register
