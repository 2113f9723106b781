"""Models that are wrong are refused with every problem named; good ones survive being written."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import pytest

from tests.dmn.building import every_model, fee_table, model, table
from torget_dmn import DecisionModel, InputError, LimitExceededError, Limits, ModelError, read_model
from torget_dmn.model.elements import ItemDefinition
from torget_dmn.model.expressions import Variable
from torget_dmn.model.namespaces import NAMESPACES
from torget_dmn.model.writer import write_model

DMN = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def wrap(inner: str) -> str:
    return f'<definitions xmlns="{DMN}" name="m" namespace="urn:m">{inner}</definitions>'


def decision(name: str, text: str, more: str = "") -> str:
    return (
        f'<decision name="{name}" id="{name}"><variable name="{name}"/>{more}'
        f"<literalExpression><text>{text}</text></literalExpression></decision>"
    )


def needs(identity: str) -> str:
    return f'<informationRequirement><requiredDecision href="#{identity}"/></informationRequirement>'


AGGREGATED = '<decision name="a"><decisionTable hitPolicy="COLLECT" aggregation="SUM">{}</decisionTable></decision>'
BOMB = (
    '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f'<definitions xmlns="{DMN}" name="&b;" namespace="n"/>'
)
GREAT_BOMB = (
    '<!DOCTYPE d [<!ENTITY e0 "ha">'
    + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    + f']><definitions xmlns="{DMN}" name="&e9;" namespace="n"/>'
)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "xml-syntax"),
        ("<definitions", "xml-syntax"),
        ("not xml", "xml-syntax"),
        ("<html/>", "not-dmn"),
        (f'<decision xmlns="{DMN}"/>', "not-dmn"),
        (BOMB, "xml-doctype"),
        ("<!DOCTYPE d SYSTEM 'file:///etc/passwd'><d/>", "xml-doctype"),
        (wrap("<decision/>"), "name-missing"),
        (wrap('<decision name="a" id="x"/><decision name="b" id="x"/>'), "id-twice"),
        (wrap('<decision name="a"><decisionTable hitPolicy="BEST"><output/></decisionTable></decision>'), "hit-policy"),
        (wrap('<decision name="a"><decisionTable/></decision>'), "table-outputs"),
        (wrap('<decision name="a"><decisionTable><output/><rule/></decisionTable></decision>'), "table-shape"),
        (wrap('<decision name="a"><lookupTable/></decision>'), "unknown-element"),
        (wrap('<decision name="a"><list/><list/></decision>'), "expression-twice"),
        (wrap(f'<decision name="a"><context>{"<contextEntry/>" * 2}</context></decision>'), "context-result"),
        (GREAT_BOMB, "xml-doctype"),
        (wrap("<x>" * 300 + "</x>" * 300), "xml-"),
    ],
)
def test_a_broken_file_is_refused_by_name(content: str, code: str) -> None:
    with pytest.raises(ModelError) as caught:
        read_model(content)
    assert caught.value.problems[0].code.startswith(code)


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        (decision("a", "1") + decision("a", "2").replace('id="a"', 'id="b"'), "name-twice"),
        ('<decision name="a"><conditional/></decision>', "expression-missing"),
        ('<decision name="a"><filter/></decision>', "expression-missing"),
        ('<decision name="a"><for iteratorVariable="x"/></decision>', "expression-missing"),
        ('<decision name="a"><invocation/></decision>', "expression-missing"),
        (AGGREGATED.format("<output/><output/>"), "aggregation"),
        (AGGREGATED.format('<output name="x"/><output name="x"/>'), "output-name"),
        (AGGREGATED.format("<output/>").replace("COLLECT", "PRIORITY"), "output-values"),
        (decision("a", "1").replace("<literalExpression", '<literalExpression expressionLanguage="java"'), "language"),
        (decision("a", "b", needs("b").replace("Decision", "Input")) + decision("b", "1"), "reference-kind"),
        ('<itemDefinition name="t"><typeRef>Any</typeRef></itemDefinition>' * 2, "name-twice"),
    ],
)
def test_a_model_that_cannot_be_meant_is_refused_by_name(inner: str, code: str) -> None:
    with pytest.raises(ModelError, match=code):
        DecisionModel(read_model(wrap(inner)))


def test_a_file_can_be_too_large() -> None:
    with pytest.raises(ModelError, match="model-too-large"):
        read_model(wrap(""), Limits(model_bytes_max=10))


def test_all_problems_are_told_at_once_with_their_places() -> None:
    source = wrap(
        decision("A", "1 + ", needs("B"))
        + decision("B", "vat(1) + x", needs("A"))
        + decision("C", "foo(1) + bar", needs("missing"))
        + '<inputData name="I" id="I"><variable name="I" typeRef="tUnknown"/></inputData>'
        + decision("E", "[1..")
    )
    with pytest.raises(ModelError) as caught:
        DecisionModel(read_model(source))
    told = {(problem.code, problem.place) for problem in caught.value.problems}
    assert told >= {
        ("cyclic-requirement", "decision 'A'"),
        ("unknown-function", "decision 'C'"),
        ("unknown-variable", "decision 'C'"),
        ("unknown-reference", "decision 'C'"),
        ("unknown-type", "input data 'I'"),
        ("feel-syntax", "decision 'E'"),
    }
    assert any("A → B → A" in problem.message or "B → A → B" in problem.message for problem in caught.value.problems)


def test_types_that_cannot_fit_are_named_with_their_places() -> None:
    rows = [["-", '"ten"', '1 + "a"'], ["< 10", "-", "date(amount, 1, 1)"], ['"dvd"', "-", "1"]]
    kind = ItemDefinition(name="tKind", type_ref="string", allowed_values='"book", "film"')
    inputs = [("kind", "tKind"), ("amount", "number")]
    source = model(inputs, table(inputs, rows, hit_policy="FIRST"), kind)
    source.decisions[0].variable = Variable(name="D", type_ref="number")
    with pytest.raises(ModelError) as caught:
        DecisionModel(source)
    told = {(problem.code, problem.place) for problem in caught.value.problems}
    assert told == {
        ("type-error", "decision 'D', row 1, input 'amount'"),
        ("type-error", "decision 'D', row 1, output 'result'"),
        ("type-error", "decision 'D', row 2, input 'kind'"),
        ("type-error", "decision 'D', row 2, output 'result'"),
        ("value-not-allowed", "decision 'D', row 3, input 'kind'"),
    }
    assert DecisionModel(source, lenient=True).evaluate("D", {"kind": "dvd", "amount": 3}).value is None


def test_a_day_may_stand_for_a_moment() -> None:
    source = model([], '@"2026-11-28"')
    source.decisions[0].variable = Variable(name="D", type_ref="date and time")
    assert str(DecisionModel(source).evaluate("D", {}).value) == "2026-11-28T00:00:00Z"


def test_a_problem_in_a_table_names_row_and_column() -> None:
    made = table([("amount", "number")], [["< 10", "1"], ["< ", "foo(2)"]])
    with pytest.raises(ModelError) as caught:
        DecisionModel(model([("amount", "number")], made))
    assert {problem.place for problem in caught.value.problems} == {
        "decision 'D', row 2, input 'amount'",
        "decision 'D', row 2, output 'result'",
    }


KNOWLEDGE = (
    '<businessKnowledgeModel name="half" id="half"><variable name="half"/><encapsulatedLogic>'
    '<formalParameter name="n" typeRef="number"/><literalExpression><text>n / 2</text></literalExpression>'
    "</encapsulatedLogic></businessKnowledgeModel>"
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("half(4)", None),
        ("half(n: 4)", None),
        ("{half: function(a, b) a, r: half(1, 2)}.r", None),
        ("half(1, 2)", "'half' does not take (number, number)"),
        ("half(&quot;a&quot;)", "'half' does not take (string)"),
        ("half(4) + &quot;a&quot;", None),
        ("{f: function(x: number) x, r: f(&quot;a&quot;)}.r", "'f' does not take (string)"),
        ("abs(x: 1)", "'abs' has no parameters x"),
        ("string length(&quot;a&quot;).year", "number has no 'year'"),
        ("1 in [&quot;a&quot;..&quot;b&quot;]", "no number is among range&lt;string&gt;"),
        ("1 between 0 and &quot;b&quot;", "number and string cannot be compared"),
    ],
)
def test_calls_and_comparisons_that_can_never_fit_are_named(text: str, words: str | None) -> None:
    needed = '<knowledgeRequirement><requiredKnowledge href="#half"/></knowledgeRequirement>'
    source = read_model(wrap(KNOWLEDGE + decision("d", text, needed)))
    if words is None:
        assert DecisionModel(source).problems == ()
        return
    with pytest.raises(ModelError) as caught:
        DecisionModel(source)
    assert html.unescape(words) in str(caught.value)


def test_a_name_twice_in_one_box_is_refused() -> None:
    one = "<literalExpression><text>1</text></literalExpression>"
    entry, column = '<contextEntry><variable name="x"/>' + one + "</contextEntry>", '<column name="c"/>'
    parameter = '<formalParameter name="p"/>'
    boxes = {
        "a": f"<context>{entry}{entry}</context>",
        "b": f"<relation>{column}{column}<row>{one}{one}</row></relation>",
        "c": f"<functionDefinition>{parameter}{parameter}{one}</functionDefinition>",
    }
    source = wrap("".join(f'<decision name="{name}" id="{name}">{box}</decision>' for name, box in boxes.items()))
    with pytest.raises(ModelError) as caught:
        DecisionModel(read_model(source))
    assert [problem.place for problem in caught.value.problems] == [
        "decision 'a', entry 'x'",
        "decision 'b', column 'c'",
        "decision 'c', parameter 'p'",
    ]


def test_a_knowledge_model_is_given_what_it_takes() -> None:
    made = DecisionModel(read_model(wrap(KNOWLEDGE)))
    assert made.call("half", {"n": 4}) == 2
    with pytest.raises(InputError) as caught:
        made.call("half", {"n": "four", "m": 4})
    assert [problem.code for problem in caught.value.problems] == ["input-type", "unknown-input"]


def test_types_defined_by_themselves_are_refused() -> None:
    items = [ItemDefinition(name="a", type_ref="b"), ItemDefinition(name="b", type_ref="a")]
    with pytest.raises(ModelError, match="cyclic-type"):
        DecisionModel(model([], "1", *items))


def test_a_type_may_hold_itself() -> None:
    children = ItemDefinition(name="children", type_ref="tNode", is_collection=True)
    item = ItemDefinition(name="tNode", components=[children])
    made = DecisionModel(model([("root", "tNode")], "count(root.children)", item))
    assert made.evaluate("D", {"root": {"children": [{"children": []}]}}).value == 1


def test_inputs_that_do_not_fit_are_all_named() -> None:
    made = DecisionModel(fee_table())
    with pytest.raises(InputError) as caught:
        made.evaluate("daily fee", {"material": "painting", "days late": "three", "colour": "red"})
    assert [(problem.code, problem.place) for problem in caught.value.problems] == [
        ("input-type", "input 'material'"),
        ("input-type", "input 'days late'"),
        ("unknown-input", ""),
    ]
    with pytest.raises(InputError, match="unknown-decision"):
        made.evaluate("no such decision", {})
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(InputError) as caught:
        made.evaluate("daily fee", {"material": object(), "days late": deep})
    assert [(problem.code, problem.place) for problem in caught.value.problems] == [
        ("unknown-value", "input 'material'"),
        ("value-too-deep", "input 'days late'"),
    ]


def test_a_service_spends_what_its_caller_may() -> None:
    source = wrap(
        '<inputData name="n" id="n"><variable name="n" typeRef="number"/></inputData>'
        + decision("inside", "count(for i in 1..n return i)", '<informationRequirement><requiredInput href="#n"/>'
                   "</informationRequirement>")
        + '<decisionService name="s" id="s"><variable name="s"/><outputDecision href="#inside"/>'
        '<inputData href="#n"/></decisionService>'
        + decision("d", "sum(for i in 1..50 return s(100))", '<knowledgeRequirement><requiredKnowledge href="#s"/>'
                   "</knowledgeRequirement>")
    )  # fmt: skip
    assert DecisionModel(read_model(source)).evaluate("d", {}).value == 5000
    with pytest.raises(ModelError, match=r"'s' does not take \(string\), so the result is always null"):
        DecisionModel(read_model(source.replace("s(100)", "s(&quot;a&quot;)")))
    with pytest.raises(LimitExceededError, match="decision 'd': the evaluation takes more than 1000 iterations"):
        DecisionModel(read_model(source), limits=Limits(iterations_max=1000)).evaluate("d", {})


def test_an_import_that_is_not_given_is_named() -> None:
    source = wrap(f'<import namespace="urn:other" name="o" importType="{DMN}"/>')
    with pytest.raises(ModelError, match="missing-import"):
        DecisionModel(read_model(source))


def test_a_long_chain_of_decisions_ends_in_a_named_error() -> None:
    chain = "".join(
        decision(f"d{n}", f"d{n - 1} + 1" if n else "0", needs(f"d{n - 1}") if n else "") for n in range(2000)
    )
    made = DecisionModel(read_model(wrap(chain)))
    assert made.evaluate("d50", {}).value == 50
    with pytest.raises(Exception, match="limit-exceeded"):
        made.evaluate("d1999", {})


@pytest.mark.parametrize("version", ["1.2", "1.3", "1.4", "1.5"])
@pytest.mark.parametrize("path", every_model(), ids=lambda path: path.stem)
def test_a_model_survives_being_written(path: Path, version: str) -> None:
    first = read_model(path.read_bytes())
    if version < "1.4" and path.stem == "boxed-expressions":
        with pytest.raises(ModelError) as caught:
            write_model(first, version)
        assert {problem.code for problem in caught.value.problems} == {"version"}
        assert len(caught.value.problems) == 5
        return
    written = write_model(first, version)
    assert f'<definitions xmlns="{NAMESPACES[version]}"'.encode() in written
    assert read_model(written) == first


def test_a_version_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(ModelError, match=r"DMN 1\.1 cannot be written"):
        write_model(fee_table(), "1.1")


def test_what_the_engine_does_not_use_survives_too() -> None:
    source = wrap(
        '<decision name="d" id="d"><variable name="d"/><supportedObjective href="#o"/><decisionOwner href="#u"/>'
        "<literalExpression><text>1</text></literalExpression></decision>"
        '<textAnnotation id="t" textFormat="text/plain"><text>Ask the board.</text></textAnnotation>'
        '<performanceIndicator id="o" name="On time"/><organizationUnit id="u" name="Fee desk"/>'
        '<di:DMNDI xmlns:di="https://www.omg.org/spec/DMN/20230324/DMNDI/"><di:DMNDiagram id="g"/></di:DMNDI>'
    )
    first = read_model(source)
    assert first.decisions[0].relations == [("supportedObjective", "#o"), ("decisionOwner", "#u")]
    second = read_model(write_model(first))
    assert [second.decisions, len(second.kept_xml)] == [first.decisions, 3]
    assert "DMNDiagram" in (second.diagram_xml or "")
    older = read_model(write_model(first, "1.3"))
    assert [older.decisions, len(older.kept_xml), older.diagram_xml] == [first.decisions, 3, None]
