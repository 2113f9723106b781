"""Building the nodes of a graph: types resolved, expressions compiled, requirements connected."""

from __future__ import annotations

import torget_dmn.engine.compile_table  # noqa: F401 - declares tables to the compiler of boxed expressions
from torget_dmn.engine.boxed import BoxedCompiler, Recorded
from torget_dmn.engine.graph import Graph, Key, Reference, place_of, requirements_of
from torget_dmn.engine.item_types import TypeTable, member_names
from torget_dmn.engine.nodes import DecisionNode, KnowledgeNode, Node, Requirements, ServiceNode
from torget_dmn.errors import Problem
from torget_dmn.feel.feel_types import ANY, FeelType, FunctionType, strip
from torget_dmn.feel.scope import Scope
from torget_dmn.limits import Limits
from torget_dmn.model import elements
from torget_dmn.words import say

_NODE_KINDS: dict[type[elements.Element], type[Node]] = {
    elements.InputData: Node,
    elements.Decision: DecisionNode,
    elements.BusinessKnowledge: KnowledgeNode,
    elements.DecisionService: ServiceNode,
}


class Linker:
    """Compiles all models of a graph."""

    def __init__(
        self, graph: Graph, limits: Limits, problems: list[Problem], recorded: list[Recorded] | None = None
    ) -> None:
        self.graph = graph
        self._recorded = recorded
        self.nodes: dict[Key, Node] = {}
        self.types: dict[str, TypeTable] = {}
        self._limits = limits
        self._problems = problems
        graph.check_kinds()
        self._cyclic = graph.cyclic()

    def link(self) -> None:
        """Build every node."""
        for namespace in self.graph.models:
            self._types_of(namespace, ())
        for key, element in self.graph.elements.items():
            kind = self.types[key[0]].resolve(element.type_ref, place_of(element))
            # The variable of a function may name the function's type or, in older models, its result's.
            if isinstance(element, elements.BusinessKnowledge | elements.DecisionService):
                plain = strip(kind)
                kind = plain.result if isinstance(plain, FunctionType) else kind
            self.nodes[key] = _NODE_KINDS[type(element)](
                len(self.nodes), element.variable_name, place_of(element), kind
            )
        compilers = {namespace: self._compiler(namespace) for namespace in self.graph.models}
        for key, element in self.graph.elements.items():
            self._fill(key, element, compilers[key[0]])

    def _types_of(self, namespace: str, seen: tuple[str, ...]) -> TypeTable:
        if namespace in self.types:
            return self.types[namespace]
        model = self.graph.models[namespace]
        imported: dict[str, TypeTable] = {}
        for one in model.imports:
            if one.namespace in self.graph.models and one.namespace not in (*seen, namespace):
                imported[one.name] = self._types_of(one.namespace, (*seen, namespace))
            elif one.namespace not in self.graph.models and "DMN" in one.import_type.upper():
                message = say("the imported model '{name}' is not given", name=one.namespace)
                self._problems.append(Problem("missing-import", message, f"import '{one.name}'"))
        self.types[namespace] = TypeTable(model, imported, self._problems)
        return self.types[namespace]

    def _compiler(self, namespace: str) -> BoxedCompiler:
        members: set[str] = set()
        # The elements of an imported model are entries of the import's name.
        for model in self.graph.models.values():
            members |= member_names(model)
            members |= {element.variable_name for element in model.elements()}
        return BoxedCompiler(self.types[namespace], members, self._limits, self._problems, self._recorded)

    def _fill(self, key: Key, element: elements.Element, compiler: BoxedCompiler) -> None:
        node = self.nodes[key]
        if key in self._cyclic:
            return
        model = self.graph.models[key[0]]
        if isinstance(element, elements.DecisionService) and isinstance(node, ServiceNode):
            self._fill_service(node, element, model)
            return
        references = self.graph.references(model, requirements_of(element), place_of(element))
        names, requirements = self._requirements(references)
        types = {one.name: self._type_of(one.key) for one in references if not one.prefix}
        scope = Scope(None, names, types=types)
        if isinstance(element, elements.Decision) and isinstance(node, DecisionNode):
            node.requirements = requirements
            node.body = compiler.compile(element.expression, scope, node.place, node.type)
        elif isinstance(element, elements.BusinessKnowledge) and isinstance(node, KnowledgeNode):
            node.requirements = requirements
            self._fill_knowledge(node, element, compiler, scope)

    @staticmethod
    def _fill_knowledge(
        node: KnowledgeNode, element: elements.BusinessKnowledge, compiler: BoxedCompiler, scope: Scope
    ) -> None:
        function = element.function
        if function is None:
            return
        node.parameters = compiler.parameters(function.parameters, node.place)
        node.external = function.kind != "FEEL"
        if not node.external:
            kinds = {parameter.name: parameter.type for parameter in node.parameters}
            inner = Scope(scope, kinds, types=kinds)
            node.body = compiler.compile(function.body, inner, node.place)

    def _fill_service(self, node: ServiceNode, element: elements.DecisionService, model: elements.Definitions) -> None:
        def nodes_of(hrefs: list[str]) -> list[Node]:
            return [self.nodes[one.key] for one in self.graph.references(model, hrefs, node.place)]

        node.outputs = nodes_of(element.output_decisions)
        node.inputs = nodes_of([*element.input_data, *element.input_decisions])

    def _type_of(self, key: Key) -> FeelType:
        """Return the type of an element's value, which is a function where the node's own type is a result's."""
        element, kind = self.graph.elements[key], self.nodes[key].type
        if isinstance(element, elements.InputData | elements.Decision):
            return kind
        place = place_of(element)
        if isinstance(element, elements.DecisionService):
            hrefs = [*element.input_data, *element.input_decisions]
            given = self.graph.references(self.graph.models[key[0]], hrefs, place)
            return FunctionType(tuple(self.nodes[one.key].type for one in given), kind)
        if isinstance(element, elements.BusinessKnowledge) and element.function is not None:
            resolve = self.types[key[0]].resolve
            return FunctionType(tuple(resolve(one.type_ref, place) for one in element.function.parameters), kind)
        return ANY

    def _requirements(self, references: list[Reference]) -> tuple[list[str], Requirements]:
        plain = [reference for reference in references if not reference.prefix]
        imported: dict[str, list[tuple[str, Node]]] = {}
        for reference in references:
            if reference.prefix:
                imported.setdefault(reference.prefix, []).append((reference.name, self.nodes[reference.key]))
        names = [reference.name for reference in plain] + list(imported)
        return names, Requirements([self.nodes[reference.key] for reference in plain], list(imported.values()))
