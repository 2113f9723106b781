"""Boxed expressions where they are stricter than the same words in FEEL."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.dmn.test_models import wrap
from torget_dmn import DecisionModel, ModelError, read_model


def text(feel: str) -> str:
    return f"<literalExpression><text>{feel.replace('<', '&lt;')}</text></literalExpression>"


def value_of(box: str) -> Any:
    return (
        DecisionModel(read_model(wrap(f'<decision name="d"><variable name="d"/>{box}</decision>')))
        .evaluate("d", {})
        .value
    )


def quantified(kind: str, source: str, condition: str) -> str:
    return f'<{kind} iteratorVariable="x"><in>{text(source)}</in><satisfies>{text(condition)}</satisfies></{kind}>'


@pytest.mark.parametrize(
    ("box", "value"),
    [
        (quantified("some", "[1, 2]", "x = 2"), True),
        (quantified("some", "[1, 2]", 'if x = 2 then true else "no"'), None),
        (quantified("some", "[1, 2]", "if x = 2 then true else null"), True),
        (quantified("every", "[1, 2]", 'if x = 2 then true else "no"'), None),
        (quantified("every", "[1, null]", "x > 0"), None),
        (f"<filter><in>{text('[1, 2]')}</in><match>{text('item < 2')}</match></filter>", [Decimal(1)]),
        (f"<filter><in>{text('[1, 2]')}</in><match>{text('if item < 2 then true else 3')}</match></filter>", None),
    ],
)
def test_a_condition_in_a_box_must_be_true_or_false(box: str, value: Any) -> None:
    assert value_of(box) == value


def test_the_type_of_a_collection_may_stand_on_the_box_around_it() -> None:
    filtered = f"<filter><in typeRef='string'>{text('1')}</in><match>{text('true')}</match></filter>"
    with pytest.raises(ModelError, match="type-error"):
        value_of(filtered)
    assert value_of(filtered.replace("string", "number")) == [Decimal(1)]


def test_an_argument_of_two_lists_is_not_one_number() -> None:
    invoked = f"<invocation>{text('f')}<binding><parameter name='n'/>{text('[[10]]')}</binding></invocation>"
    function = f"<functionDefinition><formalParameter name='n' typeRef='number'/>{text('n')}</functionDefinition>"
    entries = f"<contextEntry><variable name='f'/>{function}</contextEntry><contextEntry>{invoked}</contextEntry>"
    assert value_of(f"<context>{entries}</context>") is None
