"""Models proved before they are used: what their tables leave open, answer twice or never reach."""

from __future__ import annotations

from collections.abc import Iterable

from torget_dmn.analysis.findings import DOUBT, PROBLEM, Finding, in_words
from torget_dmn.analysis.table_checks import reason_findings, table_findings
from torget_dmn.analysis.type_checks import cell_findings, expression_findings, input_type
from torget_dmn.engine.boxed import Recorded
from torget_dmn.engine.compile_table import listed_values
from torget_dmn.engine.decision_model import DecisionModel
from torget_dmn.engine.tables import CompiledTable
from torget_dmn.model.elements import Definitions

__all__ = ["DOUBT", "PROBLEM", "Finding", "analyse", "in_words"]


def analyse(definitions: Definitions, imports: Iterable[Definitions] = (), *, reasons: bool = True) -> list[Finding]:
    """Return everything found in a model: first what keeps it from running, then what its rules leave open."""
    recorded: list[Recorded] = []
    model = DecisionModel(definitions, imports, lenient=True, recorded=recorded)
    found = [Finding(problem.code, PROBLEM, problem.place, problem.message) for problem in model.problems]
    by_place = {piece.place: piece for piece in recorded if piece.node is not None}
    for piece in recorded:
        found.extend(expression_findings(piece))
        if isinstance(piece.table, CompiledTable):
            found.extend(_in_table(piece.table, by_place, reasons=reasons))
    return list({str(finding): finding for finding in found}.values())


def _in_table(table: CompiledTable, by_place: dict[str, Recorded], *, reasons: bool) -> list[Finding]:
    kinds = [input_type(by_place.get(f"{table.place}, input '{title}'")) for title in table.input_titles]
    listed = [listed_values(clause.values) for clause in table.source.inputs]
    found = [*cell_findings(table, kinds), *table_findings(table, kinds, listed)]
    return [*found, *reason_findings(table)] if reasons else found
