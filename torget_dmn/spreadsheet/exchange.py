"""The tables of a model sent out as a workbook and taken back in."""

from __future__ import annotations

import copy
import re

from torget_dmn.errors import Problem, SpreadsheetError
from torget_dmn.model.elements import Definitions
from torget_dmn.model.expressions import LEGAL_ANNOTATION, REASON_ANNOTATIONS, DecisionTable, Rule
from torget_dmn.spreadsheet.find_tables import find_tables
from torget_dmn.spreadsheet.read_sheets import read_tables
from torget_dmn.spreadsheet.write_sheets import write_tables
from torget_dmn.words import say

_REASONS = (*REASON_ANNOTATIONS.values(), LEGAL_ANNOTATION)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_MAYBE_DECIMAL = re.compile(r"\d+,\d+")


def export_workbook(definitions: Definitions) -> bytes:
    """Write every table of a model to a workbook, each with columns for its reasons."""
    return write_tables({name: _with_reasons(table) for name, table in find_tables(definitions).items()})


def import_workbook(definitions: Definitions, content: bytes) -> Definitions:
    """Return a copy of the model whose tables are those of the workbook; ids of the model are kept."""
    changed = copy.deepcopy(definitions)
    tables = find_tables(changed)
    problems: list[Problem] = []
    for name, table in read_tables(content).items():
        old = tables.get(name)
        if old is None:
            problems.append(Problem("unknown-table", say("the model has no table '{name}'", name=name)))
            continue
        problems += _decimal_commas(name, table, old)
        _replace(old, table)
    if problems:
        raise SpreadsheetError(problems)
    return changed


def _with_reasons(table: DecisionTable) -> DecisionTable:
    made = copy.copy(table)
    made.annotations = [*table.annotations, *(name for name in _REASONS if name not in table.annotations)]
    return made


def _replace(old: DecisionTable, new: DecisionTable) -> None:
    """Make the old table say what the new one says; what a sheet does not show is kept."""
    for clause, before in zip(new.inputs, old.inputs, strict=False):
        clause.id, clause.expression.id = before.id, before.expression.id
    for output, earlier in zip(new.outputs, old.outputs, strict=False):
        output.id = earlier.id
    # A row keeps its id while its tests stay the same, wherever it has moved to.
    before_by_tests: dict[tuple[str, ...], list[Rule]] = {}
    for rule in old.rules:
        before_by_tests.setdefault(tuple(text or "-" for text in rule.inputs), []).append(rule)
    for rule in new.rules:
        same = before_by_tests.get(tuple(rule.inputs))
        if same:
            kept = same.pop(0)
            rule.id, rule.description = kept.id, kept.description
    _drop_empty_reasons(new, old)
    old.hit_policy, old.aggregation, old.output_label = new.hit_policy, new.aggregation, new.output_label
    old.inputs, old.outputs, old.rules, old.annotations = new.inputs, new.outputs, new.rules, new.annotations


def _drop_empty_reasons(new: DecisionTable, old: DecisionTable) -> None:
    """Drop the columns for reasons that were offered and not used."""
    for name in _REASONS:
        if name in old.annotations or name not in new.annotations:
            continue
        place = new.annotations.index(name)
        if not any(rule.annotations[place] for rule in new.rules):
            del new.annotations[place]
            for rule in new.rules:
                del rule.annotations[place]


def _decimal_commas(name: str, new: DecisionTable, old: DecisionTable) -> list[Problem]:
    """Find tests such as `> 0,5`, which mean two numbers and may have been meant as one."""
    known = {text for rule in old.rules for text in rule.inputs}
    found: list[Problem] = []
    for number, rule in enumerate(new.rules, 1):
        for clause, text in zip(new.inputs, rule.inputs, strict=True):
            doubtful = None if text in known else _MAYBE_DECIMAL.search(_STRING.sub("", text))
            if doubtful is not None:
                message = say("'{text}' may be a decimal comma; write a point, or a space after it", text=doubtful[0])
                place = f"decision '{name}', row {number}, input '{clause.title}'"
                found.append(Problem("decimal-comma", message, place))
    return found
