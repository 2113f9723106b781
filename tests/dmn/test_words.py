"""Everything the package says to the author of rules is said in Swedish, Finnish and English."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

import torget_dmn
from tests.dmn.building import fee_table, model, table
from tests.dmn.test_models import decision, wrap
from torget_dmn import DecisionModel, DmnError, read_model
from torget_dmn.analysis import Finding, analyse
from torget_dmn.feel import compile_expression
from torget_dmn.model.expressions import DecisionTable
from torget_dmn.words import PLACES, SENTENCES, Sentence, place_in, say

SOURCES = sorted(Path(torget_dmn.__file__).parent.rglob("*.py"))
# What makes a problem, and which of its arguments is the sentence.
TOLD_BY = {
    "Problem": 1, "note": 1, "_note": 1, "Finding": 3, "FeelSyntaxError": 0, "LimitExceededError": 0, "error": 0,
    "append": 0,
}  # fmt: skip


def calls() -> list[tuple[Path, ast.Call, str]]:
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                found.append((path, node, name))
    return found


def said() -> set[str]:
    first = [node.args[0] for _, node, name in calls() if name == "say" and node.args]
    written = {one.value for one in first if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return written | {f"the model has no {kind} '{{name}}'" for kind in ("decision", "decision service")}


def test_every_sentence_is_in_every_language() -> None:
    written = said()
    assert len(written) > 80
    for language, sentences in SENTENCES.items():
        assert written - sentences.keys() == set(), language
        assert sentences.keys() - written == {"the model has no business knowledge model '{name}'"}, language


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_a_translation_keeps_the_facts(language: str) -> None:
    def facts(text: str) -> list[str]:
        return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)

    for english, translated in SENTENCES[language].items():
        assert facts(translated) == facts(english)
        assert translated.strip()


def test_no_problem_is_told_in_english_only() -> None:
    for path, node, name in calls():
        place = TOLD_BY.get(name)
        if place is None or len(node.args) <= place:
            continue
        if name == "append" and "notes" not in ast.unparse(node.func):
            continue
        assert not isinstance(node.args[place], ast.Constant | ast.JoinedStr), (path.name, node.lineno)


def test_a_gap_and_an_overlap_in_words() -> None:
    made = table([("ålder", "number")], [["<= 10", "1"], [">= 10", "2"], ['"x"', "3"]])
    found = {one.code: one for one in analyse(model([("ålder", "number")], made), reasons=False)}
    assert found["overlap"].said_in("sv") == "beslut 'D': raderna 1 och 2 passar båda när ålder är 10"
    assert found["overlap"].said_in("fi") == "päätös 'D': rivit 1 ja 2 sopivat molemmat, kun ålder on 10"
    assert found["overlap"].said_in("en") == "decision 'D': rows 1 and 2 both match when ålder is 10"
    assert found["type-error"].said_in("sv") == (
        "beslut 'D', rad 3, indata 'ålder': cellen \"x\" prövar mot \"x\", men ålder är av typen number"
    )


def test_missing_reasons_in_words() -> None:
    source = fee_table()
    logic = source.decisions[0].expression
    assert isinstance(logic, DecisionTable)
    logic.rules[1].annotations[:2] = ["", ""]
    (finding,) = (one for one in analyse(source) if one.code == "missing-reason" and "daily fee" in one.place)
    assert finding.said_in("fi") == "päätös 'daily fee': rivin 2 perustelu puuttuu: ruotsi, suomi"
    assert finding.said_in("sv") == "beslut 'daily fee': rad 2 saknar motivering på svenska, finska"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (wrap(decision("a", "1 + ")), "beslut 'a': ett uttryck väntades, men där står inget mer (rad 1, tecken 4)"),
        (wrap(decision("a", "foo(1)")), "beslut 'a': funktionen 'foo' finns inte här"),
        (wrap("<inputData/>"), "indata (rad 1): elementet saknar namn"),
        ("<a", "rad 1: XML-filen är trasig: Couldn't find end of Start Tag a line 1"),
    ],
)
def test_a_problem_with_its_place_in_words(source: str, told: str) -> None:
    with pytest.raises(DmnError) as caught:
        DecisionModel(read_model(source))
    assert caught.value.problems[0].said_in("sv").startswith(told)


def test_a_name_that_is_a_word_of_places_stays() -> None:
    assert place_in("fi", "decision 'row', row 2, input 'output' (line 3)") == (
        "päätös 'row', rivi 2, syöte 'output' (rivi 3)"
    )
    assert place_in("sv", "somewhere else") == "somewhere else"
    assert PLACES["sv"].keys() == PLACES["fi"].keys()


def test_texts_of_others_are_left_as_they_are() -> None:
    assert Finding("x", "doubt", "row 1", "as it is").said_in("sv") == "rad 1: as it is"
    with pytest.raises(DmnError) as caught:
        compile_expression("[1")
    assert isinstance(caught.value.problems[0].message, Sentence)


def test_facts_may_hold_braces() -> None:
    assert say("'{name}' is not a hit policy", name="{x}").said_in("sv") == "'{x}' är ingen träffregel"
