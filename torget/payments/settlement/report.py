"""What reading a file found: counts, totals and findings, kept with the file and shown to finance."""

from dataclasses import asdict, dataclass, field
from typing import Any

from torget.payments.core.settlement import Finding, Problem


class Findings:
    """Each problem once, with where it was first seen and how often: a file of millions of odd rows stays small."""

    def __init__(self) -> None:
        self._found: dict[Problem, Finding] = {}

    def add(self, finding: Finding) -> None:
        known = self._found.get(finding.problem)
        count = finding.count + (known.count if known else 0)
        first = known or finding
        self._found[finding.problem] = Finding(problem=first.problem, line=first.line, detail=first.detail, count=count)

    def all(self) -> list[Finding]:
        return list(self._found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTotal:
    """Rows of one kind in a provider's file."""

    kind: str
    count: int
    cents: int
    fee_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    rows: int = 0
    """Of a provider's file, or entries of a bank's."""
    new_rows: int = 0
    """Those that no earlier file had."""
    kinds: list[KindTotal] = field(default_factory=list)
    settlements: int = 0
    statements: int = 0
    in_cents: int = 0
    """Arrived on the bank account."""
    out_cents: int = 0
    findings: list[Finding] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def report_from_json(stored: dict[str, Any]) -> FileReport:
    """An empty dictionary is the report of a file that is not read yet."""
    kinds = [KindTotal(**one) for one in stored.get("kinds", ())]
    findings = [Finding(**{**one, "problem": Problem(one["problem"])}) for one in stored.get("findings", ())]
    return FileReport(**{**stored, "kinds": kinds, "findings": findings})
