"""Boxed expressions read from XML."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from torget_dmn.errors import Problem
from torget_dmn.feel.characters import normalize_name
from torget_dmn.model import expressions as boxed
from torget_dmn.model.read_xml import child, child_text, children, local_name, text_of, type_ref_of
from torget_dmn.words import say


class ExpressionReader:
    """Reads boxed expressions and notes what is wrong in them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def note(self, code: str, message: str, place: str, element: etree._Element) -> None:
        """Note a problem at an element."""
        self.problems.append(Problem(code, message, f"{place} (line {element.sourceline})"))

    def expression_in(self, parent: etree._Element | None, place: str) -> boxed.Expression | None:
        """Read the boxed expression among an element's children, if there is one."""
        found = list(children(parent, *_READERS))
        if len(found) > 1:
            self.note("expression-twice", say("there is more than one expression here"), place, found[1])
        return self.expression(found[0], place) if found else None

    def expression(self, element: etree._Element, place: str) -> boxed.Expression:
        """Read one boxed expression."""
        made = _READERS[local_name(element)](self, element, place)
        made.id = element.get("id")
        made.label = element.get("label")
        made.description = child_text(element, "description")
        made.type_ref = type_ref_of(element)
        return made

    def literal(self, element: etree._Element, _: str) -> boxed.LiteralExpression:
        return boxed.LiteralExpression(
            text=child_text(element, "text") or "", language=element.get("expressionLanguage")
        )

    def table(self, element: etree._Element, place: str) -> boxed.Expression:
        table = boxed.DecisionTable(
            hit_policy=element.get("hitPolicy") or "UNIQUE",
            aggregation=element.get("aggregation"),
            output_label=element.get("outputLabel"),
            orientation=element.get("preferredOrientation"),
            inputs=[self._input(clause, place) for clause in children(element, "input")],
            outputs=[_output(clause) for clause in children(element, "output")],
            annotations=[clause.get("name") or "" for clause in children(element, "annotation")],
            rules=[_rule(rule) for rule in children(element, "rule")],
        )
        if table.hit_policy not in boxed.HIT_POLICIES:
            self.note("hit-policy", say("'{name}' is not a hit policy", name=table.hit_policy), place, element)
        if table.aggregation is not None and table.aggregation not in boxed.AGGREGATIONS:
            self.note("aggregation", say("'{name}' is not an aggregation", name=table.aggregation), place, element)
        if not table.outputs:
            self.note("table-outputs", say("the table has no output"), place, element)
        for number, rule in enumerate(table.rules, 1):
            if len(rule.inputs) != len(table.inputs) or len(rule.outputs) != len(table.outputs):
                self.note(
                    "table-shape", say("row {row} does not have one entry for each column", row=number), place, element
                )
        return table

    def _input(self, element: etree._Element, place: str) -> boxed.InputClause:
        inner = child(element, "inputExpression")
        if inner is None:
            self.note("table-input", say("an input has no expression"), place, element)
            made = boxed.LiteralExpression()
        else:
            made = self.literal(inner, place)
            made.type_ref = type_ref_of(inner)
            made.id = inner.get("id")
        values = text_of(child(element, "inputValues"))
        return boxed.InputClause(expression=made, values=values, id=element.get("id"), label=element.get("label"))

    def context(self, element: etree._Element, place: str) -> boxed.Expression:
        entries = [
            boxed.ContextEntry(
                variable=variable_of(child(entry, "variable")), expression=self.expression_in(entry, place)
            )
            for entry in children(element, "contextEntry")
        ]
        if any(entry.variable is None for entry in entries[:-1]):
            self.note("context-result", say("only the last entry of a context may be without a name"), place, element)
        if any(entry.variable is not None and not entry.variable.name for entry in entries):
            self.note("name-missing", say("an entry has no name"), place, element)
        return boxed.Context(entries=entries)

    def relation(self, element: etree._Element, place: str) -> boxed.Expression:
        columns = [_variable(column) for column in children(element, "column")]
        rows = [[self.expression(cell, place) for cell in children(row, *_READERS)] for row in children(element, "row")]
        if any(len(row) != len(columns) for row in rows):
            self.note(
                "relation-shape", say("a row of the relation does not have one cell for each column"), place, element
            )
        return boxed.Relation(columns=columns, rows=rows)

    def function(self, element: etree._Element, place: str) -> boxed.FunctionDefinition:
        return boxed.FunctionDefinition(
            kind=element.get("kind") or "FEEL",
            parameters=[_variable(parameter) for parameter in children(element, "formalParameter")],
            body=self.expression_in(element, place),
        )

    def invocation(self, element: etree._Element, place: str) -> boxed.Expression:
        bindings = []
        for binding in children(element, "binding"):
            parameter = variable_of(child(binding, "parameter"))
            if parameter is None:
                self.note("binding", say("a binding has no parameter"), place, binding)
                continue
            bindings.append(boxed.Binding(parameter=parameter, expression=self.expression_in(binding, place)))
        return boxed.Invocation(function=self.expression_in(element, place), bindings=bindings)

    def list(self, element: etree._Element, place: str) -> boxed.Expression:
        return boxed.ListExpression(items=[self.expression(item, place) for item in children(element, *_READERS)])

    def conditional(self, element: etree._Element, place: str) -> boxed.Expression:
        return boxed.Conditional(
            condition=self.expression_in(child(element, "if"), place),
            then=self.expression_in(child(element, "then"), place),
            otherwise=self.expression_in(child(element, "else"), place),
        )

    def filter(self, element: etree._Element, place: str) -> boxed.Expression:
        return boxed.FilterExpression(
            source=self._collection(element, place),
            match=self.expression_in(child(element, "match"), place),
        )

    def _collection(self, element: etree._Element, place: str) -> boxed.Expression | None:
        """Read what is gone through; the type may stand on the box around it."""
        around = child(element, "in")
        made = self.expression_in(around, place)
        if made is not None and around is not None and made.type_ref is None:
            made.type_ref = type_ref_of(around)
        return made

    def iterator(self, element: etree._Element, place: str) -> boxed.Expression:
        return boxed.IteratorExpression(
            kind=local_name(element),
            variable=element.get("iteratorVariable") or "",
            source=self._collection(element, place),
            body=self.expression_in(child(element, "return", "satisfies"), place),
        )


def variable_of(element: etree._Element | None) -> boxed.Variable | None:
    """Read a variable, if there is one."""
    return None if element is None else _variable(element)


def _variable(element: etree._Element) -> boxed.Variable:
    # A name is the same however much white space is between its words.
    name = normalize_name(element.get("name") or "")
    return boxed.Variable(name=name, type_ref=type_ref_of(element), id=element.get("id"))


def _output(element: etree._Element) -> boxed.OutputClause:
    return boxed.OutputClause(
        name=element.get("name"),
        type_ref=type_ref_of(element),
        values=text_of(child(element, "outputValues")),
        default=text_of(child(element, "defaultOutputEntry")),
        id=element.get("id"),
        label=element.get("label"),
    )


def _rule(element: etree._Element) -> boxed.Rule:
    return boxed.Rule(
        inputs=[text_of(entry) or "" for entry in children(element, "inputEntry")],
        outputs=[text_of(entry) or "" for entry in children(element, "outputEntry")],
        annotations=[text_of(entry) or "" for entry in children(element, "annotationEntry")],
        id=element.get("id"),
        description=child_text(element, "description"),
    )


_READERS: dict[str, Callable[[ExpressionReader, etree._Element, str], boxed.Expression]] = {
    "literalExpression": ExpressionReader.literal,
    "decisionTable": ExpressionReader.table,
    "context": ExpressionReader.context,
    "relation": ExpressionReader.relation,
    "functionDefinition": ExpressionReader.function,
    "invocation": ExpressionReader.invocation,
    "list": ExpressionReader.list,
    "conditional": ExpressionReader.conditional,
    "filter": ExpressionReader.filter,
    "for": ExpressionReader.iterator,
    "some": ExpressionReader.iterator,
    "every": ExpressionReader.iterator,
}
EXPRESSION_NAMES = frozenset(_READERS)
