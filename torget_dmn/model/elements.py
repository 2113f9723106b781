"""Decision requirements graphs as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field

from torget_dmn.model.expressions import Expression, FunctionDefinition, Variable


@dataclass(slots=True, kw_only=True)
class Element:
    """What every element of a graph has."""

    name: str
    id: str
    label: str | None = None
    description: str | None = None
    variable: Variable | None = None

    @property
    def variable_name(self) -> str:
        """The name by which other elements see this one."""
        return self.variable.name if self.variable is not None and self.variable.name else self.name

    @property
    def type_ref(self) -> str | None:
        """The declared type of the element's value."""
        return None if self.variable is None else self.variable.type_ref


@dataclass(slots=True, kw_only=True)
class ItemDefinition:
    """A named type."""

    name: str
    type_ref: str | None = None
    allowed_values: str | None = None
    type_constraint: str | None = None
    components: list[ItemDefinition] = field(default_factory=list)
    is_collection: bool = False
    function_parameters: list[Variable] | None = None
    function_result: str | None = None
    id: str | None = None
    label: str | None = None
    description: str | None = None


@dataclass(slots=True, kw_only=True)
class Import:
    """Another model whose elements this one uses under a name."""

    namespace: str
    name: str
    import_type: str = ""
    location: str | None = None


@dataclass(slots=True, kw_only=True)
class InputData(Element):
    """A fact that is given."""


@dataclass(slots=True, kw_only=True)
class Decision(Element):
    """A value that is decided; requirements are hrefs, `#id` or `namespace#id`."""

    question: str | None = None
    allowed_answers: str | None = None
    required_inputs: list[str] = field(default_factory=list)
    required_decisions: list[str] = field(default_factory=list)
    required_knowledge: list[str] = field(default_factory=list)
    authorities: list[str] = field(default_factory=list)
    # Who owns and makes the decision, and what it serves: the name of the relation and an href.
    relations: list[tuple[str, str]] = field(default_factory=list)
    expression: Expression | None = None


@dataclass(slots=True, kw_only=True)
class BusinessKnowledge(Element):
    """A function that decisions share."""

    required_knowledge: list[str] = field(default_factory=list)
    authorities: list[str] = field(default_factory=list)
    function: FunctionDefinition | None = None


@dataclass(slots=True, kw_only=True)
class DecisionService(Element):
    """Decisions offered together, as a function of their inputs."""

    output_decisions: list[str] = field(default_factory=list)
    encapsulated_decisions: list[str] = field(default_factory=list)
    input_decisions: list[str] = field(default_factory=list)
    input_data: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class KnowledgeSource(Element):
    """Where rules come from: a law, a guideline, a person."""

    source_type: str | None = None
    location: str | None = None
    authorities: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Definitions:
    """A whole model."""

    name: str
    namespace: str
    id: str | None = None
    description: str | None = None
    imports: list[Import] = field(default_factory=list)
    item_definitions: list[ItemDefinition] = field(default_factory=list)
    input_data: list[InputData] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    business_knowledge: list[BusinessKnowledge] = field(default_factory=list)
    decision_services: list[DecisionService] = field(default_factory=list)
    knowledge_sources: list[KnowledgeSource] = field(default_factory=list)
    # Notes, organisations and the drawing are kept as they were read; they mean nothing to the engine.
    kept_xml: list[str] = field(default_factory=list)
    diagram_xml: str | None = None

    def elements(self) -> list[Element]:
        """Return everything that has a value or a function."""
        return [*self.input_data, *self.decisions, *self.business_knowledge, *self.decision_services]

    def decision(self, name: str) -> Decision | None:
        """Return the decision of a name."""
        return next((decision for decision in self.decisions if decision.name == name), None)
