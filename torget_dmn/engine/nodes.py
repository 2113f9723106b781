"""The elements of a graph as things that have a value in a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from torget_dmn.engine.trace import DecisionTrace
from torget_dmn.feel.feel_types import ANY, FeelType, FunctionType
from torget_dmn.feel.functions import Closure, FeelFunction, Frame, NullFunction, Parameter, UserFunction
from torget_dmn.feel.runtime import Run, spend
from torget_dmn.limits import Limits

# Stands for a value that has not been computed yet, because null is a value.
UNSET = object()


class ModelRun(Run):
    """One evaluation of a model: the values of its elements as they become known."""

    __slots__ = ("_blank", "values")

    def __init__(
        self, blank: list[Any], limits: Limits, trace: list[Any] | None = None, now: dt.datetime | None = None
    ) -> None:
        self.limits = limits
        self.trace = trace
        self.now = now
        self._iterations_left = limits.iterations_max
        self._blank = blank
        self.values: list[Any] = blank.copy()

    def inner(self) -> ModelRun:
        """Return a run for other inputs that shares this one's trace; the outermost is the one that is charged."""
        return ModelRun(self._blank, self.limits, self.trace)


class Node:
    """An element; its value is computed once in a run."""

    __slots__ = ("index", "name", "place", "type")

    def __init__(self, index: int, name: str, place: str, kind: FeelType = ANY) -> None:
        self.index = index
        self.name = name
        self.place = place
        self.type = kind

    def value(self, run: ModelRun) -> Any:
        """Return the element's value in a run."""
        found = run.values[self.index]
        if found is UNSET:
            found = run.values[self.index] = self.compute(run)
        return found

    def compute(self, run: ModelRun) -> Any:
        """Compute the value; an input that was not given is null."""
        del run


class Requirements:
    """What an element needs: values taken straight from the run, and imported ones under their prefix."""

    __slots__ = ("_imported", "_needed", "_pick")

    def __init__(self, plain: list[Node], imported: list[list[tuple[str, Node]]]) -> None:
        self._needed = [node for node in plain if type(node) is not Node]
        indexes = [node.index for node in plain]
        self._pick: Callable[[list[Any]], tuple[Any, ...]] = _picker(indexes)
        self._imported = imported

    def frame(self, run: ModelRun) -> Frame:
        """Make the outermost frame of the element's expression."""
        values = run.values
        for node in self._needed:
            if values[node.index] is UNSET:
                node.value(run)
        if not self._imported:
            return [None, *self._pick(values)]
        contexts = ({name: node.value(run) for name, node in members} for members in self._imported)
        return [None, *self._pick(values), *contexts]


def _picker(indexes: list[int]) -> Callable[[list[Any]], tuple[Any, ...]]:
    if len(indexes) > 1:
        return itemgetter(*indexes)
    return lambda values: tuple(values[index] for index in indexes)


_NOTHING = Requirements([], [])


class DecisionNode(Node):
    """A decision."""

    __slots__ = ("body", "requirements")

    def __init__(self, index: int, name: str, place: str, kind: FeelType = ANY) -> None:
        super().__init__(index, name, place, kind)
        self.requirements = _NOTHING
        self.body: Closure = lambda _: None

    def compute(self, run: ModelRun) -> Any:
        value = self.body(self.requirements.frame(run))
        if self.type is not ANY:
            value = self.type.coerce(value)
        if run.trace is not None:
            run.trace.append(DecisionTrace(self.name, value))
        return value


class KnowledgeNode(Node):
    """A business knowledge model: its value is a function."""

    __slots__ = ("body", "external", "parameters", "requirements")

    def __init__(self, index: int, name: str, place: str, kind: FeelType = ANY) -> None:
        super().__init__(index, name, place, kind)
        self.requirements = _NOTHING
        self.parameters: tuple[Parameter, ...] = ()
        self.body: Closure | None = None
        self.external = False

    def compute(self, run: ModelRun) -> Any:
        if self.body is None or self.external:
            return NullFunction(self.name, self.parameters)
        return UserFunction(self.name, self.parameters, self.body, self.requirements.frame(run), result_type=self.type)


class ServiceNode(Node):
    """A decision service: its value is a function of its inputs."""

    __slots__ = ("inputs", "outputs")

    def __init__(self, index: int, name: str, place: str, kind: FeelType = ANY) -> None:
        super().__init__(index, name, place, kind)
        self.inputs: list[Node] = []
        self.outputs: list[Node] = []

    def compute(self, run: ModelRun) -> Any:
        return ServiceFunction(self, run)

    def decide(self, run: ModelRun) -> Any:
        """Evaluate the outputs in a run that holds the inputs."""
        if len(self.outputs) == 1:
            value = self.outputs[0].value(run)
        else:
            value = {node.name: node.value(run) for node in self.outputs}
        return self.type.coerce(value)


class ServiceFunction(FeelFunction):
    """A decision service, called from FEEL."""

    __slots__ = ("_node", "_run")

    def __init__(self, node: ServiceNode, run: ModelRun) -> None:
        super().__init__(node.name)
        self._node = node
        self._run = run

    def call(self, arguments: Sequence[Any]) -> Any:
        if len(arguments) != len(self._node.inputs):
            return None
        spend(1)
        inner = self._run.inner()
        for node, argument in zip(self._node.inputs, arguments, strict=True):
            value = node.type.coerce(argument)
            if value is None and argument is not None:
                return None
            inner.values[node.index] = value
        return self._node.decide(inner)

    def call_named(self, arguments: dict[str, Any]) -> Any:
        names = [node.name for node in self._node.inputs]
        return self.call([arguments.get(name) for name in names]) if arguments.keys() <= set(names) else None

    @property
    def function_type(self) -> FunctionType:
        return FunctionType(tuple(node.type for node in self._node.inputs), self._node.type)
