"""Boxed expressions as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field

LANGUAGES = ("sv", "fi", "en")
# The annotation columns that carry the reasons of a row; any DMN tool shows them as annotations.
REASON_ANNOTATIONS = {language: f"reason {language}" for language in LANGUAGES}
LEGAL_ANNOTATION = "legal reference"

HIT_POLICIES = ("UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")
AGGREGATIONS = ("COUNT", "SUM", "MIN", "MAX")


@dataclass(slots=True, kw_only=True)
class Expression:
    """What every boxed expression has."""

    id: str | None = None
    label: str | None = None
    description: str | None = None
    type_ref: str | None = None


@dataclass(slots=True, kw_only=True)
class LiteralExpression(Expression):
    """FEEL text."""

    text: str = ""
    language: str | None = None


@dataclass(slots=True, kw_only=True)
class InputClause:
    """A column of a table that is tested."""

    expression: LiteralExpression
    values: str | None = None
    id: str | None = None
    label: str | None = None

    @property
    def title(self) -> str:
        """What the column is called."""
        return self.label or self.expression.text


@dataclass(slots=True, kw_only=True)
class OutputClause:
    """A column of a table that is the result."""

    name: str | None = None
    type_ref: str | None = None
    values: str | None = None
    default: str | None = None
    id: str | None = None
    label: str | None = None


@dataclass(slots=True, kw_only=True)
class Rule:
    """A row of a table: its tests, its results and its annotations, as FEEL and as plain text."""

    inputs: list[str]
    outputs: list[str]
    annotations: list[str] = field(default_factory=list)
    id: str | None = None
    description: str | None = None


@dataclass(slots=True, kw_only=True)
class DecisionTable(Expression):
    """A decision table."""

    inputs: list[InputClause] = field(default_factory=list)
    outputs: list[OutputClause] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    annotations: list[str] = field(default_factory=list)
    hit_policy: str = "UNIQUE"
    aggregation: str | None = None
    output_label: str | None = None
    orientation: str | None = None

    def annotation(self, rule: Rule, name: str) -> str:
        """Return a row's text in an annotation column, or the empty string."""
        for column, text in zip(self.annotations, rule.annotations, strict=False):
            if column == name:
                return text
        return ""

    def reason(self, rule: Rule, language: str) -> str:
        """Return why a row holds, in one language."""
        return self.annotation(rule, REASON_ANNOTATIONS[language])

    def legal_reference(self, rule: Rule) -> str:
        """Return the provision a row rests on."""
        return self.annotation(rule, LEGAL_ANNOTATION)


@dataclass(slots=True, kw_only=True)
class Variable:
    """A name with a type."""

    name: str
    type_ref: str | None = None
    id: str | None = None


@dataclass(slots=True, kw_only=True)
class ContextEntry:
    """An entry of a context; without a variable it is the context's result."""

    variable: Variable | None
    expression: Expression | None


@dataclass(slots=True, kw_only=True)
class Context(Expression):
    """A boxed context."""

    entries: list[ContextEntry] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Relation(Expression):
    """A list of contexts written as a grid."""

    columns: list[Variable] = field(default_factory=list)
    rows: list[list[Expression]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class FunctionDefinition(Expression):
    """A boxed function; its kind is FEEL, JAVA or PMML."""

    kind: str = "FEEL"
    parameters: list[Variable] = field(default_factory=list)
    body: Expression | None = None


@dataclass(slots=True, kw_only=True)
class Binding:
    """A parameter and the expression it is given."""

    parameter: Variable
    expression: Expression | None


@dataclass(slots=True, kw_only=True)
class Invocation(Expression):
    """A boxed call of a function."""

    function: Expression | None = None
    bindings: list[Binding] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ListExpression(Expression):
    """A boxed list."""

    items: list[Expression] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Conditional(Expression):
    """A boxed `if`."""

    condition: Expression | None = None
    then: Expression | None = None
    otherwise: Expression | None = None


@dataclass(slots=True, kw_only=True)
class FilterExpression(Expression):
    """A boxed filter."""

    source: Expression | None = None
    match: Expression | None = None


@dataclass(slots=True, kw_only=True)
class IteratorExpression(Expression):
    """A boxed `for`, `some` or `every`."""

    kind: str = "for"
    variable: str = ""
    source: Expression | None = None
    body: Expression | None = None
