"""Decision requirements graphs: what refers to what, across models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from torget_dmn.errors import Problem
from torget_dmn.model.elements import (
    BusinessKnowledge,
    Decision,
    DecisionService,
    Definitions,
    Element,
    InputData,
)
from torget_dmn.words import say

# An element's namespace and id.
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Reference:
    """A required element and the name its requirer sees it by; `prefix` is the name of an import."""

    key: Key
    prefix: str
    name: str


def requirements_of(element: Element) -> list[str]:
    """Return the hrefs of everything an element needs to be evaluated."""
    if isinstance(element, Decision):
        return [*element.required_inputs, *element.required_decisions, *element.required_knowledge]
    if isinstance(element, BusinessKnowledge):
        return element.required_knowledge
    if isinstance(element, DecisionService):
        return [*element.output_decisions, *element.encapsulated_decisions]
    return []


# What each kind of requirement may lead to.
_FITTING: dict[str, tuple[type[Element], ...]] = {
    "required_inputs": (InputData,),
    "required_decisions": (Decision,),
    "required_knowledge": (BusinessKnowledge, DecisionService),
    "output_decisions": (Decision,),
    "encapsulated_decisions": (Decision,),
    "input_decisions": (Decision,),
    "input_data": (InputData,),
}


def place_of(element: Element) -> str:
    """Say where an element stands, for problems and traces."""
    kind = {
        "Decision": "decision",
        "BusinessKnowledge": "business knowledge model",
        "DecisionService": "decision service",
        "InputData": "input data",
    }.get(type(element).__name__, "element")
    return f"{kind} '{element.name}'"


class Graph:
    """All elements of a model and of the models it imports."""

    def __init__(self, main: Definitions, imported: Iterable[Definitions], problems: list[Problem]) -> None:
        self.main = main
        self.models: dict[str, Definitions] = {model.namespace: model for model in imported}
        self.models[main.namespace] = main
        self.elements: dict[Key, Element] = {
            (namespace, element.id): element for namespace, model in self.models.items() for element in model.elements()
        }
        self._problems = problems
        for model in self.models.values():
            for place, times in Counter(place_of(element) for element in model.elements()).items():
                if times > 1:
                    problems.append(Problem("name-twice", say("the name is used twice"), place))

    def reference(self, model: Definitions, href: str, place: str) -> Reference | None:
        """Resolve an href; one that leads nowhere is noted."""
        namespace, _, identity = href.rpartition("#")
        namespace = namespace or model.namespace
        element = self.elements.get((namespace, identity))
        if element is None:
            self._problems.append(
                Problem("unknown-reference", say("nothing has the reference '{href}'", href=href), place)
            )
            return None
        prefix = ""
        if namespace != model.namespace:
            prefix = next((one.name for one in model.imports if one.namespace == namespace), "")
        return Reference((namespace, identity), prefix, element.variable_name)

    def references(self, model: Definitions, hrefs: list[str], place: str) -> list[Reference]:
        """Resolve hrefs, each once."""
        found = [self.reference(model, href, place) for href in dict.fromkeys(hrefs)]
        return [reference for reference in found if reference is not None]

    def check_kinds(self) -> None:
        """Note each requirement that leads to another kind of element than it says."""
        for (namespace, _), element in self.elements.items():
            for relation, kinds in _FITTING.items():
                for href in getattr(element, relation, ()):
                    target = self.elements.get((href.rpartition("#")[0] or namespace, href.rpartition("#")[2]))
                    if target is not None and not isinstance(target, kinds):
                        message = say("the reference '{href}' leads to the wrong kind of element", href=href)
                        self._problems.append(Problem("reference-kind", message, place_of(element)))

    def cyclic(self) -> set[Key]:
        """Return the elements that need themselves, and note each circle once."""
        edges = {
            key: [one.key for one in self._quiet_references(self.models[key[0]], requirements_of(element))]
            for key, element in self.elements.items()
        }
        found: set[Key] = set()
        done: set[Key] = set()
        for start in edges:
            # An explicit stack, because a chain of requirements can be longer than Python may recurse.
            path: list[Key] = []
            waiting: list[tuple[Key, bool]] = [(start, False)]
            while waiting:
                key, leaving = waiting.pop()
                if leaving:
                    path.pop()
                    done.add(key)
                elif key in path:
                    self._note_circle(path[path.index(key) :], found)
                elif key not in done:
                    path.append(key)
                    waiting.append((key, True))
                    waiting.extend((following, False) for following in edges[key])
        return found

    def _quiet_references(self, model: Definitions, hrefs: list[str]) -> list[Reference]:
        keep = len(self._problems)
        found = self.references(model, hrefs, "")
        del self._problems[keep:]
        return found

    def _note_circle(self, circle: list[Key], found: set[Key]) -> None:
        if set(circle) <= found:
            return
        found.update(circle)
        names = [self.elements[key].name for key in circle]
        message = say("the requirements go in a circle: {names}", names=" → ".join([*names, names[0]]))
        self._problems.append(Problem("cyclic-requirement", message, place_of(self.elements[circle[0]])))
