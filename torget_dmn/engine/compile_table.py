"""Compilation of decision tables."""

from __future__ import annotations

from typing import Any

from torget_dmn.engine.boxed import BoxedCompiler, register
from torget_dmn.engine.hit_policies import MULTIPLE_HITS
from torget_dmn.engine.table_index import Cell
from torget_dmn.engine.tables import CompiledTable
from torget_dmn.feel import nodes
from torget_dmn.feel.compile_operators import one_sided
from torget_dmn.feel.compile_tests import compile_unary_tests
from torget_dmn.feel.compiler import Compiler, constant, is_constant
from torget_dmn.feel.feel_types import NamedType
from torget_dmn.feel.functions import Closure, Frame
from torget_dmn.feel.scope import Scope
from torget_dmn.model.expressions import DecisionTable, OutputClause, Rule

_REFUSES_ALL = Cell("", lambda _value, _frame: False, None, negated=False)


def compile_table(compiler: BoxedCompiler, table: DecisionTable, scope: Scope, place: str) -> Closure:
    """Compile a table to its evaluation."""
    return build_table(compiler, table, scope, place).run


def build_table(compiler: BoxedCompiler, table: DecisionTable, scope: Scope, place: str) -> CompiledTable:
    """Compile a table."""
    inputs: list[Closure] = []
    cells: list[list[Cell]] = []
    for column, clause in enumerate(table.inputs):
        where = f"{place}, input '{clause.title}'"
        kind = compiler.types.resolve(clause.expression.type_ref, where)
        value = compiler.feel(clause.expression.text, scope, where)
        inputs.append(compiler.fitted(value, kind))
        cells.append([
            compile_cell(compiler, rule.inputs[column], scope, f"{place}, row {number}, input '{clause.title}'")
            for number, rule in enumerate(table.rules, 1)
        ])  # fmt: skip
    return CompiledTable(
        table,
        place,
        inputs,
        cells,
        [_row(compiler, table, rule, scope, f"{place}, row {number}") for number, rule in enumerate(table.rules, 1)],
        _default(compiler, table, scope, place),
        [output_values(compiler, table, clause, scope, place) for clause in table.outputs],
        scope.run_getter(),
    )


def compile_cell(compiler: BoxedCompiler, text: str, scope: Scope, place: str) -> Cell:
    """Compile one cell; a cell that is wrong passes nothing."""
    if not text.strip():
        return Cell(text, None, [], negated=False)
    tests = compiler.parse_cell(text, scope, place)
    if tests is None:
        return _REFUSES_ALL
    feel_compiler = Compiler()
    test = compile_unary_tests(feel_compiler, tests, scope)
    compiler.note_names(feel_compiler, place)
    return Cell(text, test, constants_of(tests, scope), tests.negated)


def constants_of(tests: nodes.UnaryTests, scope: Scope) -> list[Any] | None:
    """Return the values of the tests if they do not depend on anything."""
    if not all(is_constant(test, scope) for test in tests.tests):
        return None
    found: list[Any] = []
    for test in tests.tests:
        if isinstance(test, nodes.UnaryComparison):
            found.append(one_sided(test.operator, Compiler().compile(test.operand, scope)([None])))
        else:
            found.append(Compiler().compile(test, scope)([None]))
    return found


def _row(compiler: BoxedCompiler, table: DecisionTable, rule: Rule, scope: Scope, place: str) -> Closure:
    entries: list[tuple[str, Closure]] = []
    for clause, text in zip(table.outputs, rule.outputs, strict=False):
        where = f"{place}, output '{clause.name or table.output_label or ''}'"
        entries.append((clause.name or "", _entry(compiler, clause, text, scope, where)))
    return _output(entries)


def _entry(compiler: BoxedCompiler, clause: OutputClause, text: str, scope: Scope, place: str) -> Closure:
    if not text.strip() or text.strip() == "-":
        return constant(None)
    node = compiler.parse(text, scope, place)
    if node is None:
        return constant(None)
    closure = compiler.fitted(compiler.compile_node(node, scope, place), compiler.types.resolve(clause.type_ref, place))
    return Known(closure([None])) if is_constant(node, scope) else closure


class Known:
    """A closure whose value is known while compiling."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self, _: Frame) -> Any:
        return self.value


def _output(entries: list[tuple[str, Closure]]) -> Closure:
    if len(entries) == 1:
        return entries[0][1]
    known = {name: value.value for name, value in entries if isinstance(value, Known)}
    if len(known) == len(entries):
        # A copy each time, so that a caller who changes a result does not change the table.
        return lambda _: known.copy()

    def run(frame: Frame) -> dict[str, Any]:
        return {name: value(frame) for name, value in entries}

    return run


def _default(compiler: BoxedCompiler, table: DecisionTable, scope: Scope, place: str) -> Closure | None:
    """Return what the table gives when no row matches."""
    if not any(clause.default for clause in table.outputs):
        return None
    where = f"{place}, default output"
    value = _output([
        (clause.name or "", _entry(compiler, clause, clause.default or "", scope, where)) for clause in table.outputs
    ])  # fmt: skip
    if table.hit_policy in MULTIPLE_HITS and table.aggregation is None:
        return lambda frame: [value(frame)]
    return value


def output_values(
    compiler: BoxedCompiler, table: DecisionTable, clause: OutputClause, scope: Scope, place: str
) -> list[Any]:
    """Return the listed values of an output, highest priority first."""
    text = clause.values
    if not text:
        kind = compiler.types.resolve(clause.type_ref or (table.type_ref if len(table.outputs) == 1 else None), place)
        text = kind.allowed_text if isinstance(kind, NamedType) else ""
    if not text:
        return []
    tests = compiler.parse_cell(text, Scope(None), f"{place}, output values")
    return [] if tests is None else constants_of(tests, scope) or []


register(DecisionTable, compile_table)
