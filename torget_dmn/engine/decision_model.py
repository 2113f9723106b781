"""A compiled model: decisions evaluated by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from torget_dmn.engine.boxed import Recorded
from torget_dmn.engine.graph import Graph
from torget_dmn.engine.link import Linker
from torget_dmn.engine.nodes import UNSET, DecisionNode, KnowledgeNode, ModelRun, Node, ServiceNode
from torget_dmn.engine.trace import Trace
from torget_dmn.engine.type_checks import type_problems
from torget_dmn.errors import InputError, LimitExceededError, ModelError, Problem
from torget_dmn.feel.feel_types import ANY, NUMBER, STRING, ContextType, FeelType, ListType, strip
from torget_dmn.feel.functions import FeelFunction, Parameter
from torget_dmn.feel.python_values import to_feel
from torget_dmn.feel.runtime import CURRENT
from torget_dmn.limits import DEFAULT_LIMITS, Limits
from torget_dmn.model.elements import Definitions, InputData
from torget_dmn.words import say

_SMALL_NUMBER = 2048
_SMALL_NUMBERS = tuple(Decimal(number) for number in range(_SMALL_NUMBER))
_MISSING = {
    "decision": "the model has no decision '{name}'",
    "decision service": "the model has no decision service '{name}'",
    "business knowledge model": "the model has no business knowledge model '{name}'",
}
_AnyNode = TypeVar("_AnyNode", bound=Node)


# Not frozen: a frozen one takes three times as long to make, and one is made for each decision.
@dataclass(slots=True)
class Evaluation:
    """What a decision came to and, if asked, how."""

    value: Any
    trace: Trace | None = None


class DecisionModel:
    """A model ready to run; it is never changed by running and can be shared between threads."""

    def __init__(
        self,
        definitions: Definitions,
        imports: Iterable[Definitions] = (),
        *,
        limits: Limits = DEFAULT_LIMITS,
        lenient: bool = False,
        recorded: list[Recorded] | None = None,
    ) -> None:
        """Compile a model; unless lenient, a ModelError lists all its problems and inputs must fit."""
        problems: list[Problem] = []
        self.definitions = definitions
        self.limits = limits
        self._lenient = lenient
        self._graph = Graph(definitions, imports, problems)
        # Types are checked for those who are told of problems; a lenient model gives null where they do not fit.
        pieces = recorded if recorded is not None or lenient else []
        linker = Linker(self._graph, limits, problems, pieces)
        linker.link()
        problems.extend(type_problems(pieces or []))
        self.problems = tuple(dict.fromkeys(problems))
        if self.problems and not lenient:
            raise ModelError(list(self.problems))
        self._nodes = linker.nodes
        self.types = linker.types[definitions.namespace]
        # An input that is not given is null; all else is unset until it is computed.
        self._blank = [None if type(node) is Node else UNSET for node in self._nodes.values()]
        self._inputs = self._name_inputs()
        self._decisions = self._by_name(DecisionNode)
        self._services = self._by_name(ServiceNode)
        self._knowledge = self._by_name(KnowledgeNode)

    def _by_name(self, kind: type[_AnyNode]) -> dict[str, _AnyNode]:
        found: dict[str, _AnyNode] = {}
        for key, element in self._graph.elements.items():
            node = self._nodes[key]
            if isinstance(node, kind) and key[0] == self.definitions.namespace:
                found[element.name] = node
                found.setdefault(node.name, node)
        return found

    def _name_inputs(self) -> dict[str, Node]:
        found: dict[str, Node] = {}
        own_first = sorted(self._graph.elements.items(), key=lambda pair: pair[0][0] != self.definitions.namespace)
        for key, element in own_first:
            if isinstance(element, InputData):
                found[f"{{{key[0]}}}{element.name}"] = self._nodes[key]
                found.setdefault(element.variable_name, self._nodes[key])
                found.setdefault(element.name, self._nodes[key])
        return found

    def evaluate(
        self, decision: str, inputs: Mapping[str, Any], *, trace: bool = False, now: dt.datetime | None = None
    ) -> Evaluation:
        """Evaluate a decision; `now` fixes the clock, so that a decision can be replayed."""
        node = self._find(self._decisions, decision, "decision")
        recorded = Trace() if trace else None
        run = ModelRun(self._blank, self.limits, None if recorded is None else recorded.entries, now)
        self._give(run, inputs, self._inputs)
        if recorded is not None:
            recorded.inputs = {name: run.values[self._inputs[name].index] for name in inputs if name in self._inputs}
        return Evaluation(_guarded(node.value, run, node.place), recorded)

    def evaluate_many(self, decision: str, cases: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
        """Evaluate a decision for each case, without traces."""
        node = self._find(self._decisions, decision, "decision")
        blank, limits, known, give = self._blank, self.limits, self._inputs, self._give
        compute, place = node.compute, node.place
        for inputs in cases:
            run = ModelRun(blank, limits)
            give(run, inputs, known)
            yield _guarded(compute, run, place)

    def evaluate_service(
        self, service: str, inputs: Mapping[str, Any], *, trace: bool = False, now: dt.datetime | None = None
    ) -> Evaluation:
        """Evaluate a decision service with its input data and input decisions."""
        node = self._find(self._services, service, "decision service")
        recorded = Trace() if trace else None
        run = ModelRun(self._blank, self.limits, None if recorded is None else recorded.entries, now)
        self._give(run, inputs, {one.name: one for one in node.inputs})
        for one in node.inputs:
            if one.name not in inputs:
                run.values[one.index] = None
        return Evaluation(_guarded(node.decide, run, node.place), recorded)

    def call(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Call a business knowledge model by the names of its parameters."""
        node = self._find(self._knowledge, name, "business knowledge model")
        problems = _input_problems(arguments, {one.name: one for one in node.parameters})
        if problems and not self._lenient:
            raise InputError(problems)

        def call(run: ModelRun) -> Any:
            function = node.value(run)
            given = {key: to_feel(value) for key, value in arguments.items()}
            return function.call_named(given) if isinstance(function, FeelFunction) else None

        return _guarded(call, ModelRun(self._blank, self.limits), node.place)

    def _find(self, nodes: Mapping[str, _AnyNode], name: str, kind: str) -> _AnyNode:
        node = nodes.get(name)
        if node is None:
            raise InputError(Problem(f"unknown-{kind.replace(' ', '-')}", say(_MISSING[kind], name=name)))
        return node

    def _give(self, run: ModelRun, inputs: Mapping[str, Any], known: Mapping[str, Node]) -> None:
        values = run.values
        for name, raw in inputs.items():
            node = known.get(name)
            if node is None:
                self._refuse(inputs, known)
                continue
            kind, given = node.type, type(raw)
            # Text and small whole numbers are most of what is given, so they go the short way.
            if given is str and kind is STRING:
                values[node.index] = raw
            elif given is int and kind is NUMBER and 0 <= raw < _SMALL_NUMBER:
                values[node.index] = _SMALL_NUMBERS[raw]
            else:
                try:
                    value = to_feel(raw)
                    fitted = value if kind is ANY else fit_input(value, kind)
                except (InputError, RecursionError):
                    raise InputError(_input_problems(inputs, known)) from None
                if fitted is None and value is not None:
                    self._refuse(inputs, known)
                values[node.index] = fitted

    def _refuse(self, inputs: Mapping[str, Any], known: Mapping[str, Node]) -> None:
        """Name every input that is unknown or does not fit, unless the model is lenient."""
        if not self._lenient:
            raise InputError(_input_problems(inputs, known))


def _guarded(compute: Callable[[ModelRun], Any], run: ModelRun, place: str) -> Any:
    """Compute in a run; what goes beyond the limits is told with its place."""
    token = CURRENT.set(run)
    try:
        return compute(run)
    except LimitExceededError as error:
        raise LimitExceededError(error.problems[0].message, error.problems[0].place or place) from None
    except RecursionError:
        raise LimitExceededError(say("functions, requirements or values are nested too deep"), place) from None
    finally:
        CURRENT.reset(token)


def _input_problems(inputs: Mapping[str, Any], known: Mapping[str, Node | Parameter]) -> list[Problem]:
    problems: list[Problem] = []
    for name, raw in inputs.items():
        node, place = known.get(name), f"input '{name}'"
        if node is None:
            problems.append(Problem("unknown-input", say("the model has no input '{name}'", name=name)))
            continue
        try:
            fits = raw is None or fit_input(to_feel(raw), node.type) is not None
        except RecursionError:
            problems.append(Problem("value-too-deep", say("the value is nested too deep"), place))
        except InputError as error:
            problems.append(Problem(error.problems[0].code, error.problems[0].message, place))
        else:
            if not fits:
                message = say("the value does not fit the type {type}", type=node.type)
                problems.append(Problem("input-type", message, place))
    return problems


def fit_input(value: Any, kind: FeelType) -> Any:
    """Make a given value fit; entries that a context leaves out are null."""
    fitted = kind.coerce(value)
    if fitted is None and value is not None:
        return kind.coerce(_completed(value, kind))
    return fitted


def _completed(value: Any, kind: FeelType) -> Any:
    plain = strip(kind)
    if isinstance(plain, ContextType) and type(value) is dict:
        return {**value, **{key: _completed(value.get(key), inner) for key, inner in plain.entries}}
    if isinstance(plain, ListType) and type(value) is list:
        return [_completed(item, plain.item) for item in value]
    return value
