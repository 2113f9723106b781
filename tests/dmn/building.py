"""Small models built in tests."""

from __future__ import annotations

from pathlib import Path

from torget_dmn import read_model
from torget_dmn.model.elements import Decision, Definitions, InputData, ItemDefinition
from torget_dmn.model.expressions import (
    DecisionTable,
    InputClause,
    LiteralExpression,
    OutputClause,
    Rule,
    Variable,
)

MODELS = Path(__file__).parent / "models"


def fee_table() -> Definitions:
    """Return the model of the own kit that has reasons."""
    return read_model((MODELS / "compliance-level-2" / "fee-table" / "fee-table.dmn").read_bytes())


def every_model() -> list[Path]:
    """Return the files of all models of the own kit."""
    return sorted(MODELS.rglob("*.dmn"))


def table(
    inputs: list[tuple[str, str]],
    rows: list[list[str]],
    *,
    hit_policy: str = "UNIQUE",
    aggregation: str | None = None,
    outputs: list[OutputClause] | None = None,
) -> DecisionTable:
    """Build a table; the cells of a row are its inputs and then its outputs."""
    return DecisionTable(
        hit_policy=hit_policy,
        aggregation=aggregation,
        inputs=[InputClause(expression=LiteralExpression(text=name, type_ref=kind)) for name, kind in inputs],
        outputs=outputs or [OutputClause(name="result")],
        rules=[Rule(inputs=row[: len(inputs)], outputs=row[len(inputs) :]) for row in rows],
    )


def model(
    inputs: list[tuple[str, str]], expression: DecisionTable | LiteralExpression | str, *items: ItemDefinition
) -> Definitions:
    """Build a model of one decision `D` over some inputs."""
    logic = LiteralExpression(text=expression) if isinstance(expression, str) else expression
    made = Definitions(name="test", namespace="urn:test", item_definitions=list(items))
    for number, (name, kind) in enumerate(inputs):
        made.input_data.append(InputData(name=name, id=f"i{number}", variable=Variable(name=name, type_ref=kind)))
    needed = [f"#i{number}" for number in range(len(inputs))]
    made.decisions.append(Decision(name="D", id="d", required_inputs=needed, expression=logic))
    return made
