"""Every line of the example files is an expression and its value."""

from __future__ import annotations

from pathlib import Path

import pytest

from torget_dmn.feel import evaluate
from torget_dmn.feel.printing import to_text

EXAMPLES = Path(__file__).parent / "examples"


def _lines() -> list[tuple[str, str]]:
    found = []
    for path in sorted(EXAMPLES.glob("*.feel")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                expression, _, value = line.rpartition(" => ")
                found.append((expression, value))
    return found


@pytest.mark.parametrize(("expression", "value"), _lines())
def test_an_expression_has_its_value(expression: str, value: str) -> None:
    assert to_text(evaluate(expression), nested=True) == value


def test_there_are_examples_of_every_part() -> None:
    assert len(_lines()) > 200
