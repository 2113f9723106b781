"""Compilation of decision tables."""

from __future__ import annotations

from typing import Any

from torget_dmn.engine.boxed import BoxedCompiler, Recorded, register
from torget_dmn.engine.hit_policies import MULTIPLE_HITS, Known
from torget_dmn.engine.table_index import Cell
from torget_dmn.engine.tables import CompiledTable
from torget_dmn.errors import FeelSyntaxError
from torget_dmn.feel import nodes
from torget_dmn.feel.compile_tests import compile_unary_tests, constants_of
from torget_dmn.feel.compiler import Compiler, constant, is_constant
from torget_dmn.feel.equality import equal
from torget_dmn.feel.feel_types import ANY, ContextType, FeelType, ListType, NamedType, strip
from torget_dmn.feel.functions import Closure, Frame
from torget_dmn.feel.parser import parse_unary_tests
from torget_dmn.feel.ranges import Range
from torget_dmn.feel.scope import Scope
from torget_dmn.model.expressions import DecisionTable, OutputClause
from torget_dmn.words import say


def compile_table(compiler: BoxedCompiler, table: DecisionTable, scope: Scope, place: str) -> Closure:
    """Compile a table to its evaluation."""
    return build_table(compiler, table, scope, place).run


def build_table(compiler: BoxedCompiler, table: DecisionTable, scope: Scope, place: str) -> CompiledTable:
    """Compile a table."""
    inputs: list[Closure] = []
    cells: list[list[Cell]] = []
    whole_type = compiler.table_type
    for column, clause in enumerate(table.inputs):
        where = f"{place}, input '{clause.title}'"
        kind = compiler.types.resolve(clause.expression.type_ref, where)
        inputs.append(_input(compiler, clause.expression.text, kind, scope, where))
        cells.append(_column(compiler, table, column, scope, place))
    if table.aggregation is not None and len(table.outputs) > 1:
        compiler.note("aggregation", say("a table with several outputs cannot aggregate them"), place)
    names = [clause.name for clause in table.outputs]
    if len(names) > 1 and not (all(names) and len(set(names)) == len(names)):
        compiler.note("output-name", say("each of several outputs needs a name of its own"), place)
    kinds = output_types(compiler, table, whole_type, place)
    made = CompiledTable(
        table,
        place,
        inputs=inputs,
        cells=cells,
        rows=[
            _row(compiler, table, rule.outputs, kinds, scope=scope, place=f"{place}, row {number}")
            for number, rule in enumerate(table.rules, 1)
        ],
        default=_default(compiler, table, kinds, scope, place),
        output_values=[
            output_values(compiler, clause, kind, place) for clause, kind in zip(table.outputs, kinds, strict=True)
        ],
    )
    if table.hit_policy in ("PRIORITY", "OUTPUT ORDER") and not made.is_ranked:
        message = say("the order of the results is not known: no output lists its values")
        compiler.note("output-values", message, place)
    if compiler.recorded is not None:
        compiler.recorded.append(Recorded(place, scope, whole_type, table=made))
    return made


def _column(compiler: BoxedCompiler, table: DecisionTable, column: int, scope: Scope, place: str) -> list[Cell]:
    clause = table.inputs[column]
    # The same few texts fill most columns; a text that is wrong is compiled again, to be told of in each row.
    known: dict[str, Cell] = {}
    cells: list[Cell] = []
    for number, rule in enumerate(table.rules, 1):
        text = rule.inputs[column]
        cell = known.get(text)
        if cell is None:
            told = len(compiler.problems)
            where = f"{place}, row {number}, input '{clause.title}'"
            cell = compile_cell(compiler, text, scope, where, values=clause.values)
            if len(compiler.problems) == told:
                known[text] = cell
        cells.append(cell)
    return cells


def _input(compiler: BoxedCompiler, text: str, kind: FeelType, scope: Scope, place: str) -> Closure:
    node = compiler.parse(text, scope, place)
    if node is None:
        return constant(None)
    value = compiler.compile_node(node, scope, place, kind)
    # A variable of the very type has been made to fit it already.
    is_fitted = isinstance(node, nodes.Name) and scope.type_of(node.name) is kind
    return value if is_fitted else compiler.fitted(value, kind)


def output_types(compiler: BoxedCompiler, table: DecisionTable, whole: FeelType, place: str) -> list[FeelType]:
    """Return the type of each output: its own, or its part of what is expected of the whole table."""
    found: list[FeelType] = []
    plain = strip(whole)
    if table.hit_policy in MULTIPLE_HITS and table.aggregation is None:
        item = plain.item if isinstance(plain, ListType) else ANY
        whole, plain = item, strip(item)
    for clause in table.outputs:
        kind = compiler.types.resolve(clause.type_ref, place)
        if kind is ANY and len(table.outputs) == 1 and table.aggregation is None:
            kind = whole
        elif kind is ANY and isinstance(plain, ContextType):
            kind = plain.entry(clause.name or "") or ANY
        found.append(_listing_type(clause, kind))
    return found


def _listing_type(clause: OutputClause, kind: FeelType) -> FeelType:
    """Return the type of an output that lists its values; rows are checked against it, results are not changed."""
    listed = listed_values(clause.values)
    if not listed:
        return kind

    def is_listed(value: Any) -> bool:
        return any(one.contains(value) if isinstance(one, Range) else equal(one, value) for one in listed)

    return NamedType(clause.name or "", kind, is_listed, clause.values or "", tuple(listed))


def compile_cell(compiler: BoxedCompiler, text: str, scope: Scope, place: str, *, values: str | None) -> Cell:
    """Compile one cell; a cell that is wrong passes nothing, and `-` passes the listed values, if there are any."""
    if text.strip() in ("", "-"):
        if not values:
            return Cell(text, None, [], negated=False)
        text = values
    tests = compiler.parse_cell(text, scope, place)
    if tests is None:
        return Cell(text, lambda _value, _frame: False, None, negated=False)
    feel_compiler = Compiler()
    test = compile_unary_tests(feel_compiler, tests, scope)
    compiler.note_names(feel_compiler, place)
    return Cell(text, test, constants_of(tests, scope), tests.negated)


def _row(
    compiler: BoxedCompiler, table: DecisionTable, texts: list[str], kinds: list[FeelType], *, scope: Scope, place: str
) -> Closure:
    entries: list[tuple[str, Closure]] = []
    for clause, kind, text in zip(table.outputs, kinds, texts, strict=False):
        where = f"{place}, output '{clause.name or table.output_label or ''}'"
        # Only a type of the column itself converts; the type of the whole table is applied to the whole.
        own = compiler.types.resolve(clause.type_ref, where)
        entries.append((clause.name or "", _entry(compiler, text, kind=own, expected=kind, scope=scope, place=where)))
    return _output(entries)


def _entry(
    compiler: BoxedCompiler, text: str, *, kind: FeelType, expected: FeelType, scope: Scope, place: str
) -> Closure:
    if not text.strip() or text.strip() == "-":
        return constant(None)
    node = compiler.parse(text, scope, place)
    if node is None:
        return constant(None)
    closure = compiler.fitted(compiler.compile_node(node, scope, place, expected), kind)
    return Known(closure([None])) if is_constant(node, scope) else closure


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


def _default(
    compiler: BoxedCompiler, table: DecisionTable, kinds: list[FeelType], scope: Scope, place: str
) -> Closure | None:
    """Return what the table gives when no row matches."""
    if not any(clause.default for clause in table.outputs):
        return None
    texts = [clause.default or "" for clause in table.outputs]
    value = _row(compiler, table, texts, kinds, scope=scope, place=f"{place}, default")
    if table.hit_policy in MULTIPLE_HITS and table.aggregation is None:
        return lambda frame: [value(frame)]
    return value


def output_values(compiler: BoxedCompiler, clause: OutputClause, kind: FeelType, place: str) -> list[Any]:
    """Return the listed values of an output, highest priority first."""
    text = clause.values or (kind.allowed_text if isinstance(kind, NamedType) else "")
    if not text:
        return []
    tests = compiler.parse_cell(text, Scope(None), f"{place}, output values")
    return [] if tests is None else constants_of(tests, Scope(None)) or []


def listed_values(text: str | None) -> list[Any] | None:
    """Return the values of a list of constants, or None when there is none."""
    if not text:
        return None
    try:
        return constants_of(parse_unary_tests(text), Scope(None))
    except FeelSyntaxError:
        return None


register(DecisionTable, compile_table)
