"""Boxed expressions written as XML."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from torget_dmn.model import expressions as boxed

_ILLEGAL = {code: None for code in range(32) if chr(code) not in "\t\n\r"} | {0xFFFE: None, 0xFFFF: None}


def add(parent: etree._Element, tag: str, **attributes: str | None) -> etree._Element:
    """Add an element of the parent's version of DMN, with the attributes that are not None."""
    made = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{tag}")
    for name, value in attributes.items():
        if value is not None:
            made.set(name, value)
    return made


def _text(parent: etree._Element, tag: str, text: str, **attributes: str | None) -> etree._Element:
    made = add(parent, tag, **attributes)
    # Control characters cannot stand in XML at all; in FEEL they are written as escapes.
    add(made, "text").text = text.translate(_ILLEGAL)
    return made


def write_expression(parent: etree._Element, expression: boxed.Expression) -> None:
    """Write a boxed expression below an element."""
    _WRITERS[type(expression)](parent, expression)


def _common(made: etree._Element, expression: boxed.Expression) -> etree._Element:
    for name, value in (("id", expression.id), ("label", expression.label), ("typeRef", expression.type_ref)):
        if value is not None:
            made.set(name, value)
    if expression.description is not None:
        described = add(made, "description")
        described.text = expression.description
        made.insert(0, described)
    return made


def _literal(parent: etree._Element, expression: boxed.LiteralExpression) -> None:
    made = _text(parent, "literalExpression", expression.text, expressionLanguage=expression.language)
    _common(made, expression)


def _table(parent: etree._Element, table: boxed.DecisionTable) -> None:
    made = add(
        parent,
        "decisionTable",
        hitPolicy=table.hit_policy,
        aggregation=table.aggregation,
        outputLabel=table.output_label,
        preferredOrientation=table.orientation,
    )
    _common(made, table)
    for clause in table.inputs:
        column = add(made, "input", id=clause.id, label=clause.label)
        source = clause.expression
        _text(column, "inputExpression", source.text, typeRef=source.type_ref, id=source.id)
        if clause.values is not None:
            _text(column, "inputValues", clause.values)
    for output in table.outputs:
        column = add(made, "output", id=output.id, label=output.label, name=output.name, typeRef=output.type_ref)
        if output.values is not None:
            _text(column, "outputValues", output.values)
        if output.default is not None:
            _text(column, "defaultOutputEntry", output.default)
    for name in table.annotations:
        add(made, "annotation", name=name)
    for rule in table.rules:
        _rule(made, rule)


def _rule(parent: etree._Element, rule: boxed.Rule) -> None:
    made = add(parent, "rule", id=rule.id)
    if rule.description is not None:
        add(made, "description").text = rule.description
    for tag, texts in (
        ("inputEntry", rule.inputs),
        ("outputEntry", rule.outputs),
        ("annotationEntry", rule.annotations),
    ):
        for text in texts:
            _text(made, tag, text)


def _variable(parent: etree._Element, tag: str, variable: boxed.Variable) -> None:
    add(parent, tag, name=variable.name, id=variable.id, typeRef=variable.type_ref)


def _context(parent: etree._Element, context: boxed.Context) -> None:
    made = _common(add(parent, "context"), context)
    for entry in context.entries:
        written = add(made, "contextEntry")
        if entry.variable is not None:
            _variable(written, "variable", entry.variable)
        if entry.expression is not None:
            write_expression(written, entry.expression)


def _relation(parent: etree._Element, relation: boxed.Relation) -> None:
    made = _common(add(parent, "relation"), relation)
    for column in relation.columns:
        _variable(made, "column", column)
    for row in relation.rows:
        written = add(made, "row")
        for cell in row:
            write_expression(written, cell)


def write_function(parent: etree._Element, tag: str, function: boxed.FunctionDefinition) -> None:
    """Write a function as an element of the given name."""
    kind = function.kind if function.kind != "FEEL" else None
    made = _common(add(parent, tag, kind=kind), function)
    for parameter in function.parameters:
        _variable(made, "formalParameter", parameter)
    if function.body is not None:
        write_expression(made, function.body)


def _function(parent: etree._Element, function: boxed.FunctionDefinition) -> None:
    write_function(parent, "functionDefinition", function)


def _invocation(parent: etree._Element, invocation: boxed.Invocation) -> None:
    made = _common(add(parent, "invocation"), invocation)
    if invocation.function is not None:
        write_expression(made, invocation.function)
    for binding in invocation.bindings:
        written = add(made, "binding")
        _variable(written, "parameter", binding.parameter)
        if binding.expression is not None:
            write_expression(written, binding.expression)


def _list(parent: etree._Element, expression: boxed.ListExpression) -> None:
    made = _common(add(parent, "list"), expression)
    for item in expression.items:
        write_expression(made, item)


def _parts(made: etree._Element, **parts: boxed.Expression | None) -> None:
    for tag, part in parts.items():
        written = add(made, tag.rstrip("_"))
        if part is not None:
            write_expression(written, part)


def _conditional(parent: etree._Element, expression: boxed.Conditional) -> None:
    made = _common(add(parent, "conditional"), expression)
    _parts(made, if_=expression.condition, then=expression.then, else_=expression.otherwise)


def _filter(parent: etree._Element, expression: boxed.FilterExpression) -> None:
    _parts(_common(add(parent, "filter"), expression), in_=expression.source, match=expression.match)


def _iterator(parent: etree._Element, expression: boxed.IteratorExpression) -> None:
    made = _common(add(parent, expression.kind, iteratorVariable=expression.variable), expression)
    if expression.kind == "for":
        _parts(made, in_=expression.source, return_=expression.body)
    else:
        _parts(made, in_=expression.source, satisfies=expression.body)


_WRITERS: dict[type[boxed.Expression], Callable[[etree._Element, Any], None]] = {
    boxed.LiteralExpression: _literal,
    boxed.DecisionTable: _table,
    boxed.Context: _context,
    boxed.Relation: _relation,
    boxed.FunctionDefinition: _function,
    boxed.Invocation: _invocation,
    boxed.ListExpression: _list,
    boxed.Conditional: _conditional,
    boxed.FilterExpression: _filter,
    boxed.IteratorExpression: _iterator,
}
