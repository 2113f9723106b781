"""What holds for the folder of every procedure, the ones to come among them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from torget.casework.core.procedure import Procedure, all_procedures, find_procedure
from torget.procedures.folder import LANGUAGES
from torget.service.core.forms import read_form
from torget.service.core.service_types import service_types
from torget_dmn import read_model
from torget_dmn.analysis import analyse
from torget_dmn.model.expressions import Context, DecisionTable

SLUGS = [package.rpartition(".")[2] for package in settings.PROCEDURES]
DECIDED = [one.slug for one in all_procedures() if one.slug in SLUGS]
FOLDERS = Path(settings.ROOT) / "torget" / "procedures"


def texts_of(slug: str) -> dict[str, Any]:
    texts: dict[str, Any] = json.loads((FOLDERS / slug / "texts.json").read_text(encoding="utf-8"))
    return texts


def leaves(texts: Any, where: str = "") -> list[tuple[str, dict[str, str]]]:
    """Every text in languages, and where it stands."""
    if set(LANGUAGES) & set(texts):
        return [(where, texts)]
    return [leaf for key, below in texts.items() for leaf in leaves(below, f"{where}/{key}")]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_text_is_there_in_every_language(slug: str) -> None:
    for where, texts in leaves(texts_of(slug)):
        assert all(texts.get(language, "").strip() for language in LANGUAGES), where


@pytest.mark.parametrize("slug", SLUGS)
def test_the_form_can_be_asked(slug: str) -> None:
    kind = next(one for one in service_types() if one.slug == slug)
    assert read_form(kind.form).steps


@pytest.mark.parametrize("slug", DECIDED)
def test_the_rules_have_no_gap_and_no_overlap(slug: str) -> None:
    xml = find_procedure(slug).model_xml
    assert xml is not None
    assert [str(finding) for finding in analyse(read_model(xml))] == []


@pytest.mark.parametrize("slug", DECIDED)
def test_every_outcome_has_its_words(slug: str) -> None:
    procedure: Procedure = find_procedure(slug)
    assert set(texts_of(slug)["decisions"]) == {*procedure.outcomes, "human"}
    assert procedure.outcomes_with_amount <= set(procedure.outcomes)


@pytest.mark.parametrize("slug", DECIDED)
def test_every_place_in_a_decision_can_be_filled(slug: str) -> None:
    xml = find_procedure(slug).model_xml
    assert xml is not None
    answer = next(one.expression for one in read_model(xml).decisions if one.name == "proposal")
    if isinstance(answer, Context):
        told = {one.variable.name for one in answer.entries if one.variable}
    else:
        assert isinstance(answer, DecisionTable)
        told = {one.name or "" for one in answer.outputs}
    texts = texts_of(slug)
    facts = {*texts["facts"], *texts.get("more_facts", {})}
    for where, words in leaves(texts["decisions"]):
        for text in words.values():
            places = set(re.findall(r"(?<!\{)\{([^{}]+)\}(?!\})", text))
            assert places <= told | facts, where
