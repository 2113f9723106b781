"""Functions as values: the ones a model defines and the ones of the library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from torget_dmn.feel.feel_types import ANY, FeelType, FunctionType
from torget_dmn.feel.runtime import spend

# A FEEL value: None, bool, Decimal, str, list, dict, a temporal value, a Range or a function.
Value: TypeAlias = Any
# A frame holds its parent (None at the top) at index 0 and the values of its names after it.
Frame: TypeAlias = list[Any]
Closure: TypeAlias = Callable[[Frame], Value]


class FeelFunction:
    """What every function value has: a name, and calls by position or by name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def call(self, arguments: Sequence[Value]) -> Value:
        """Call with arguments by position; a call that does not fit gives null."""
        raise NotImplementedError

    def call_named(self, arguments: dict[str, Value]) -> Value:
        """Call with arguments by name; a call that does not fit gives null."""
        raise NotImplementedError

    @property
    def function_type(self) -> FunctionType:
        """The type of this function, as `instance of` sees it."""
        raise NotImplementedError

    def may_be(self, kind: FunctionType) -> bool:
        """Say whether the function may be of a type, as far as is known of its result."""
        own = self.function_type
        return kind.accepts(FunctionType(own.parameters, kind.result) if own.result is ANY else own)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A formal parameter of a function."""

    name: str
    type: FeelType = ANY


class UserFunction(FeelFunction):
    """A function of the model: its body is a closure over the frame it was made in."""

    __slots__ = ("_body", "_frame", "_inferred", "_result_type", "parameters")

    def __init__(
        self,
        name: str,
        parameters: tuple[Parameter, ...],
        body: Closure,
        frame: Frame,
        *,
        result_type: FeelType = ANY,
        inferred: FeelType = ANY,
    ) -> None:
        """Make a function; only a declared result type converts, an inferred one is merely told."""
        super().__init__(name)
        self.parameters = parameters
        self._body = body
        self._frame = frame
        self._result_type = result_type
        self._inferred = inferred

    def call(self, arguments: Sequence[Value]) -> Value:
        if len(arguments) != len(self.parameters):
            return None
        spend(1)
        frame: Frame = [self._frame]
        for parameter, argument in zip(self.parameters, arguments, strict=True):
            value = parameter.type.coerce(argument)
            # An argument of the wrong type makes the whole call null, so the body never runs on it.
            if value is None and argument is not None:
                return None
            frame.append(value)
        return self._result_type.coerce(self._body(frame))

    def call_named(self, arguments: dict[str, Value]) -> Value:
        # Parameters that are not named are null (DMN 1.5, 10.3.2.13.5); names that no parameter has do not fit.
        if not arguments.keys() <= {parameter.name for parameter in self.parameters}:
            return None
        return self.call([arguments.get(parameter.name) for parameter in self.parameters])

    @property
    def function_type(self) -> FunctionType:
        result = self._inferred if self._result_type is ANY else self._result_type
        return FunctionType(tuple(parameter.type for parameter in self.parameters), result)


class NullFunction(FeelFunction):
    """A function that cannot run here, such as external Java or PMML; every call gives null."""

    __slots__ = ("_parameters",)

    def __init__(self, name: str, parameters: tuple[Parameter, ...]) -> None:
        super().__init__(name)
        self._parameters = parameters

    def call(self, arguments: Sequence[Value]) -> Value:
        del arguments

    def call_named(self, arguments: dict[str, Value]) -> Value:
        del arguments

    @property
    def function_type(self) -> FunctionType:
        return FunctionType(tuple(parameter.type for parameter in self._parameters), ANY)
