"""The tables of a model sent out as a workbook and taken back in."""

from __future__ import annotations

import copy

from torget_dmn.errors import Problem, SpreadsheetError
from torget_dmn.model.elements import BusinessKnowledge, Decision, Definitions
from torget_dmn.model.expressions import DecisionTable
from torget_dmn.spreadsheet.read_sheets import read_tables
from torget_dmn.spreadsheet.write_sheets import write_tables
from torget_dmn.words import say


def _tables(definitions: Definitions) -> dict[str, tuple[Decision | BusinessKnowledge, DecisionTable]]:
    found: dict[str, tuple[Decision | BusinessKnowledge, DecisionTable]] = {}
    for decision in definitions.decisions:
        if isinstance(decision.expression, DecisionTable):
            found[decision.name] = (decision, decision.expression)
    for knowledge in definitions.business_knowledge:
        if knowledge.function is not None and isinstance(knowledge.function.body, DecisionTable):
            found.setdefault(knowledge.name, (knowledge, knowledge.function.body))
    return found


def export_workbook(definitions: Definitions) -> bytes:
    """Write every table of a model to a workbook."""
    return write_tables({name: table for name, (_, table) in _tables(definitions).items()})


def import_workbook(definitions: Definitions, content: bytes) -> Definitions:
    """Return a copy of the model whose tables are those of the workbook; ids of the model are kept."""
    changed = copy.deepcopy(definitions)
    owners = _tables(changed)
    given = read_tables(content)
    unknown = [name for name in given if name not in owners]
    if unknown:
        raise SpreadsheetError(
            [Problem("unknown-table", say("the model has no table '{name}'", name=name)) for name in unknown]
        )
    for name, table in given.items():
        owner, old = owners[name]
        _keep_identity(table, old)
        if isinstance(owner, Decision):
            owner.expression = table
        elif owner.function is not None:
            owner.function.body = table
    return changed


def _keep_identity(table: DecisionTable, old: DecisionTable) -> None:
    """Give the new table what a sheet does not show."""
    table.id, table.label, table.description, table.type_ref = old.id, old.label, old.description, old.type_ref
    table.orientation = old.orientation
    for clause, before in zip(table.inputs, old.inputs, strict=False):
        clause.id, clause.expression.id = before.id, before.expression.id
    for output, earlier in zip(table.outputs, old.outputs, strict=False):
        output.id = earlier.id
    # A row keeps its id while its tests stay the same, wherever it has moved to.
    ids = {tuple(text or "-" for text in rule.inputs): rule for rule in old.rules}
    for rule in table.rules:
        same = ids.pop(tuple(rule.inputs), None)
        if same is not None:
            rule.id, rule.description = same.id, same.description
