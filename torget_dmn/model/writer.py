"""Models written as DMN 1.2 to 1.5 XML."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from torget_dmn.errors import ModelError, Problem
from torget_dmn.model import elements
from torget_dmn.model.expressions import Variable
from torget_dmn.model.namespaces import DIAGRAM_NAMESPACES, LATEST_VERSION, NAMESPACES, SINCE, VERSIONS
from torget_dmn.model.write_expressions import add, write_expression, write_function
from torget_dmn.words import say


def write_model(definitions: elements.Definitions, version: str = LATEST_VERSION) -> bytes:
    """Write a model for a version of DMN; reading it again gives an equal one, its drawing's namespaces apart."""
    if version not in DIAGRAM_NAMESPACES:
        message = say("DMN {version} cannot be written, only {known}", version=version, known=list(DIAGRAM_NAMESPACES))
        raise ModelError(Problem("version", message))
    namespace = NAMESPACES[version]
    root = etree.Element(f"{{{namespace}}}definitions", nsmap={None: namespace})  # type: ignore[dict-item]
    _attributes(root, name=definitions.name, namespace=definitions.namespace, id=definitions.id)
    _description(root, definitions.description)
    for one in definitions.imports:
        add(
            root, "import", namespace=one.namespace, name=one.name, importType=one.import_type, locationURI=one.location
        )
    for item in definitions.item_definitions:
        _item(root, "itemDefinition", item)
    for data in definitions.input_data:
        _variable(_element(root, "inputData", data), data)
    for decision in definitions.decisions:
        _decision(root, decision)
    for knowledge in definitions.business_knowledge:
        _knowledge(root, knowledge)
    for service in definitions.decision_services:
        _service(root, service)
    for source in definitions.knowledge_sources:
        _source(root, source)
    for text in definitions.kept_xml:
        _kept(root, text)
    # A drawing of another version of DMN would make the file invalid, so only one of this version is kept.
    if definitions.diagram_xml is not None:
        diagram = _parsed(definitions.diagram_xml)
        if etree.QName(diagram).namespace == DIAGRAM_NAMESPACES[version]:
            root.append(diagram)
    _refuse_newer(root, version)
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _parsed(text: str) -> etree._Element:
    return etree.fromstring(text, etree.XMLParser(resolve_entities=False, no_network=True))


def _kept(root: etree._Element, text: str) -> None:
    kept = _parsed(text)
    for element in kept.iter(etree.Element):
        name = etree.QName(element)
        if name.namespace in VERSIONS:
            element.tag = f"{{{etree.QName(root).namespace}}}{name.localname}"
    root.append(kept)


def _refuse_newer(root: etree._Element, version: str) -> None:
    problems: list[Problem] = []
    newer = {f"{{{NAMESPACES[version]}}}{tag}": tag for tag, since in SINCE.items() if since > version}
    for element in root.iter(etree.Element):
        tag = newer.get(element.tag)
        if tag is not None:
            owner = next((one.get("name") for one in element.iterancestors() if one.get("name")), "")
            message = say(
                "DMN {version} has no '{tag}', which came with {since}", version=version, tag=tag, since=SINCE[tag]
            )
            problems.append(Problem("version", message, f"'{owner}'"))
    if problems:
        raise ModelError(problems)


def _attributes(element: etree._Element, **attributes: str | None) -> None:
    for name, value in attributes.items():
        if value is not None:
            element.set(name, value)


def _description(parent: etree._Element, text: str | None) -> None:
    if text is not None:
        add(parent, "description").text = text


def _element(root: etree._Element, tag: str, source: elements.Element) -> etree._Element:
    made = add(root, tag, name=source.name, id=source.id, label=source.label)
    _description(made, source.description)
    return made


def _variable(parent: etree._Element, source: elements.Element) -> None:
    if source.variable is not None:
        write_variable(parent, "variable", source.variable)


def write_variable(parent: etree._Element, tag: str, variable: Variable) -> None:
    """Write a variable as an element of the given name."""
    add(parent, tag, name=variable.name, id=variable.id, typeRef=variable.type_ref)


def _item(parent: etree._Element, tag: str, item: elements.ItemDefinition) -> None:
    collection = "true" if item.is_collection else None
    made = add(parent, tag, name=item.name, id=item.id, label=item.label, isCollection=collection)
    _description(made, item.description)
    if item.type_ref is not None:
        add(made, "typeRef").text = item.type_ref
    for text, name in ((item.allowed_values, "allowedValues"), (item.type_constraint, "typeConstraint")):
        if text is not None:
            add(add(made, name), "text").text = text
    for component in item.components:
        _item(made, "itemComponent", component)
    if item.function_parameters is not None:
        function = add(made, "functionItem", outputTypeRef=item.function_result)
        for parameter in item.function_parameters:
            write_variable(function, "parameters", parameter)


def _requirements(parent: etree._Element, tag: str, inner: str, hrefs: Iterable[str]) -> None:
    for href in hrefs:
        add(add(parent, tag), inner, href=href)


def _decision(root: etree._Element, decision: elements.Decision) -> None:
    made = _element(root, "decision", decision)
    for name, text in (("question", decision.question), ("allowedAnswers", decision.allowed_answers)):
        if text is not None:
            add(made, name).text = text
    _variable(made, decision)
    _requirements(made, "informationRequirement", "requiredInput", decision.required_inputs)
    _requirements(made, "informationRequirement", "requiredDecision", decision.required_decisions)
    _requirements(made, "knowledgeRequirement", "requiredKnowledge", decision.required_knowledge)
    _requirements(made, "authorityRequirement", "requiredAuthority", decision.authorities)
    for tag, href in decision.relations:
        add(made, tag, href=href)
    if decision.expression is not None:
        write_expression(made, decision.expression)


def _knowledge(root: etree._Element, knowledge: elements.BusinessKnowledge) -> None:
    made = _element(root, "businessKnowledgeModel", knowledge)
    _variable(made, knowledge)
    if knowledge.function is not None:
        write_function(made, "encapsulatedLogic", knowledge.function)
    _requirements(made, "knowledgeRequirement", "requiredKnowledge", knowledge.required_knowledge)
    _requirements(made, "authorityRequirement", "requiredAuthority", knowledge.authorities)


def _service(root: etree._Element, service: elements.DecisionService) -> None:
    made = _element(root, "decisionService", service)
    _variable(made, service)
    for tag, hrefs in (
        ("outputDecision", service.output_decisions),
        ("encapsulatedDecision", service.encapsulated_decisions),
        ("inputDecision", service.input_decisions),
        ("inputData", service.input_data),
    ):
        for href in hrefs:
            add(made, tag, href=href)


def _source(root: etree._Element, source: elements.KnowledgeSource) -> None:
    made = _element(root, "knowledgeSource", source)
    if source.location is not None:
        made.set("locationURI", source.location)
    _requirements(made, "authorityRequirement", "requiredAuthority", source.authorities)
    if source.source_type is not None:
        add(made, "type").text = source.source_type
