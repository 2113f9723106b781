"""Models read from DMN 1.1 to 1.5 XML."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from torget_dmn.errors import ModelError, Problem
from torget_dmn.limits import DEFAULT_LIMITS, Limits
from torget_dmn.model import elements
from torget_dmn.model.read_expressions import EXPRESSION_NAMES, ExpressionReader, variable_of
from torget_dmn.model.read_xml import (
    child,
    child_text,
    children,
    is_dmn,
    local_name,
    parse_xml,
    text_of,
    type_ref_of,
)
from torget_dmn.words import say


def read_model(content: bytes | str, limits: Limits = DEFAULT_LIMITS) -> elements.Definitions:
    """Read a model; a ModelError lists everything that is wrong with it."""
    root = parse_xml(content.encode() if isinstance(content, str) else content, limits)
    if not is_dmn(root) or local_name(root) != "definitions":
        raise ModelError(
            Problem("not-dmn", say("the root element {tag} is not the definitions of a DMN model", tag=root.tag))
        )
    reader = _ModelReader()
    definitions = reader.definitions(root)
    if reader.problems:
        raise ModelError(reader.problems)
    return definitions


_CAPITAL = re.compile("[A-Z]")
_RELATIONS = (
    "supportedObjective", "impactedPerformanceIndicator", "decisionMaker", "decisionOwner", "usingProcess", "usingTask",
)  # fmt: skip
_DECISION_PARTS = frozenset({
    "description", "extensionElements", "question", "allowedAnswers", "variable", "informationRequirement",
    "knowledgeRequirement", "authorityRequirement", *_RELATIONS,
})  # fmt: skip
_KEPT = (
    "group", "textAnnotation", "association", "elementCollection", "performanceIndicator", "organizationUnit",
)  # fmt: skip


class _ModelReader(ExpressionReader):
    """Reads the elements of a graph."""

    def __init__(self) -> None:
        super().__init__()
        self._ids: set[str] = set()

    def definitions(self, root: etree._Element) -> elements.Definitions:
        diagram = next((one for one in root if isinstance(one.tag, str) and local_name(one) == "DMNDI"), None)
        return elements.Definitions(
            name=root.get("name") or "",
            namespace=root.get("namespace") or "",
            id=root.get("id"),
            description=child_text(root, "description"),
            imports=[_import(element) for element in children(root, "import")],
            item_definitions=[self._item(element) for element in children(root, "itemDefinition")],
            input_data=[elements.InputData(**self._common(one)) for one in children(root, "inputData")],
            decisions=[self._decision(element) for element in children(root, "decision")],
            business_knowledge=[self._knowledge(one) for one in children(root, "businessKnowledgeModel")],
            decision_services=[self._service(element) for element in children(root, "decisionService")],
            knowledge_sources=[self._source(element) for element in children(root, "knowledgeSource")],
            kept_xml=[_source(element) for element in children(root, *_KEPT)],
            diagram_xml=None if diagram is None else _source(diagram),
        )

    def _common(self, element: etree._Element) -> dict[str, Any]:
        kind = _CAPITAL.sub(lambda capital: f" {capital[0].lower()}", local_name(element))
        name = element.get("name") or ""
        if not name:
            self.note("name-missing", say("the element has no name"), kind, element)
        # A model may leave out ids; the name then serves to refer to the element.
        identity = element.get("id") or name
        if identity in self._ids:
            self.note("id-twice", say("the id '{id}' is used twice", id=identity), f"{kind} '{name}'", element)
        self._ids.add(identity)
        return {
            "name": name,
            "id": identity,
            "label": element.get("label"),
            "description": child_text(element, "description"),
            "variable": variable_of(child(element, "variable")),
        }

    def _item(self, element: etree._Element) -> elements.ItemDefinition:
        name = element.get("name") or ""
        if not name:
            self.note("name-missing", say("an item definition has no name"), "item definition", element)
        function = child(element, "functionItem")
        parameters = [variable_of(one) for one in children(function, "parameters")]
        return elements.ItemDefinition(
            name=name,
            type_ref=type_ref_of(element),
            allowed_values=text_of(child(element, "allowedValues")),
            type_constraint=text_of(child(element, "typeConstraint")),
            components=[self._item(component) for component in children(element, "itemComponent")],
            is_collection=element.get("isCollection") in ("true", "1"),
            function_parameters=None if function is None else [one for one in parameters if one is not None],
            function_result=None if function is None else function.get("outputTypeRef"),
            id=element.get("id"),
            label=element.get("label"),
            description=child_text(element, "description"),
        )

    def _decision(self, element: etree._Element) -> elements.Decision:
        place = f"decision '{element.get('name')}'"
        information = list(children(element, "informationRequirement"))
        for one in children(element):
            if local_name(one) not in _DECISION_PARTS and local_name(one) not in EXPRESSION_NAMES:
                self.note("unknown-element", say("a decision cannot hold a '{tag}'", tag=local_name(one)), place, one)
        return elements.Decision(
            **self._common(element),
            question=child_text(element, "question"),
            allowed_answers=child_text(element, "allowedAnswers"),
            required_inputs=_hrefs(information, "requiredInput"),
            required_decisions=_hrefs(information, "requiredDecision"),
            required_knowledge=_hrefs(list(children(element, "knowledgeRequirement")), "requiredKnowledge"),
            authorities=_hrefs(list(children(element, "authorityRequirement")), "requiredAuthority"),
            relations=[(local_name(one), one.get("href") or "") for one in children(element, *_RELATIONS)],
            expression=self.expression_in(element, place),
        )

    def _knowledge(self, element: etree._Element) -> elements.BusinessKnowledge:
        place = f"business knowledge model '{element.get('name')}'"
        logic = child(element, "encapsulatedLogic")
        function = None if logic is None else self.function(logic, place)
        if function is not None and logic is not None:
            function.type_ref = type_ref_of(logic)
        return elements.BusinessKnowledge(
            **self._common(element),
            required_knowledge=_hrefs(list(children(element, "knowledgeRequirement")), "requiredKnowledge"),
            authorities=_hrefs(list(children(element, "authorityRequirement")), "requiredAuthority"),
            function=function,
        )

    def _service(self, element: etree._Element) -> elements.DecisionService:
        return elements.DecisionService(
            **self._common(element),
            output_decisions=_hrefs([element], "outputDecision"),
            encapsulated_decisions=_hrefs([element], "encapsulatedDecision"),
            input_decisions=_hrefs([element], "inputDecision"),
            input_data=_hrefs([element], "inputData"),
        )

    def _source(self, element: etree._Element) -> elements.KnowledgeSource:
        return elements.KnowledgeSource(
            **self._common(element),
            source_type=child_text(element, "type"),
            location=element.get("locationURI"),
            authorities=_hrefs(list(children(element, "authorityRequirement")), "requiredAuthority"),
        )


def _import(element: etree._Element) -> elements.Import:
    return elements.Import(
        namespace=element.get("namespace") or "",
        name=element.get("name") or "",
        import_type=element.get("importType") or "",
        location=element.get("locationURI"),
    )


def _source(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode", with_tail=False)


def _hrefs(parents: list[etree._Element], name: str) -> list[str]:
    return [one.get("href") or "" for parent in parents for one in children(parent, name)]
