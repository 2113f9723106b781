"""Models proved before they are used: what their tables leave open, answer twice or never reach."""

from __future__ import annotations

from collections.abc import Iterable

from torget_dmn.analysis.findings import DOUBT, PROBLEM, Finding, in_words
from torget_dmn.analysis.table_checks import reason_findings, table_findings
from torget_dmn.engine.boxed import Recorded
from torget_dmn.engine.compile_table import listed_values
from torget_dmn.engine.decision_model import DecisionModel
from torget_dmn.engine.tables import CompiledTable
from torget_dmn.engine.type_checks import column_types, pieces_by_place
from torget_dmn.model.elements import Definitions

__all__ = ["DOUBT", "PROBLEM", "Finding", "analyse", "in_words"]


def analyse(definitions: Definitions, imports: Iterable[Definitions] = (), *, reasons: bool = True) -> list[Finding]:
    """Return everything found in a model: first what keeps it from running, then what its rules leave open."""
    recorded: list[Recorded] = []
    model = DecisionModel(definitions, imports, lenient=True, recorded=recorded)
    found = [Finding(one.code, PROBLEM, one.place, one.message, one.rows) for one in model.problems]
    pieces = pieces_by_place(recorded)
    for table in (piece.table for piece in recorded if isinstance(piece.table, CompiledTable)):
        listed = [listed_values(clause.values) for clause in table.source.inputs]
        found.extend(table_findings(table, column_types(table, pieces), listed))
        if reasons:
            found.extend(reason_findings(table))
    return list({str(finding): finding for finding in found}.values())
