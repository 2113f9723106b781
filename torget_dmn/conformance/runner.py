"""Running the kit and counting what passes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from torget_dmn.conformance.cases import Case, CaseFile, read_case_file
from torget_dmn.conformance.compare import agrees
from torget_dmn.engine.decision_model import DecisionModel
from torget_dmn.errors import DmnError
from torget_dmn.model.elements import Definitions
from torget_dmn.model.reader import read_model
from torget_dmn.model.writer import write_model


@dataclass(slots=True)
class Failure:
    """A case that did not give what was expected."""

    group: str
    case: str
    node: str
    expected: Any
    actual: Any
    crashed: bool = False


@dataclass(slots=True)
class GroupResult:
    """What one group of the kit came to; a case passes when all its results do."""

    name: str
    total: int = 0
    passed: int = 0
    valued_total: int = 0
    valued_passed: int = 0
    failures: list[Failure] = field(default_factory=list)

    @property
    def crashes(self) -> int:
        """How many evaluations ended in something other than a value or a named error."""
        return sum(failure.crashed for failure in self.failures)


@dataclass(slots=True)
class LevelResult:
    """What one level of the kit came to."""

    name: str
    groups: list[GroupResult] = field(default_factory=list)

    def total(self, what: str) -> int:
        """Sum a count over all groups."""
        return sum(int(getattr(group, what)) for group in self.groups)


def run_kit(path: Path, *, rewritten: bool = False) -> Iterator[LevelResult]:
    """Run every level found below a path, on the models as they are or as this package writes them."""
    for level in sorted(path.glob("compliance-level-*")):
        result = LevelResult(level.name)
        for group in sorted(one for one in level.iterdir() if one.is_dir()):
            result.groups.append(run_group(group, rewritten=rewritten))
        yield result


def run_group(path: Path, *, rewritten: bool = False) -> GroupResult:
    """Run one group of cases."""
    result = GroupResult(path.name)
    for file_path in sorted(path.glob("*-test-*.xml")):
        try:
            file = read_case_file(file_path)
        except (etree.XMLSyntaxError, OSError) as error:
            result.total += 1
            result.failures.append(Failure(path.name, file_path.name, "", "a file of cases", str(error)))
            continue
        _run_file(file, result, rewritten=rewritten)
    return result


def _load(file: CaseFile, *, rewritten: bool) -> DecisionModel:
    def read(path: Path) -> Definitions:
        model = read_model(path.read_bytes())
        return read_model(write_model(model)) if rewritten else model

    return DecisionModel(read(file.model), [read(path) for path in file.imports], lenient=True)


def _run_file(file: CaseFile, result: GroupResult, *, rewritten: bool) -> None:
    try:
        model: DecisionModel | None = _load(file, rewritten=rewritten)
    except (DmnError, OSError):
        model = None
    passed: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    valued: set[str] = set()
    for case in file.cases:
        wanted[case.id] += 1
        if case.expected is not None:
            valued.add(case.id)
        failure = _run_case(model, case, result.name)
        if failure is None:
            passed[case.id] += 1
        else:
            result.failures.append(failure)
    good = {case for case in wanted if passed[case] == wanted[case]}
    result.total += len(wanted)
    result.passed += len(good)
    result.valued_total += len(valued)
    result.valued_passed += len(valued & good)


def _run_case(model: DecisionModel | None, case: Case, group: str) -> Failure | None:
    try:
        actual = None if model is None else _evaluate(model, case)
    except DmnError as error:
        # The kit takes a named error for null.
        return None if case.expected is None else Failure(group, case.id, case.node, case.expected, str(error))
    except Exception as error:  # noqa: BLE001 - a crash is what this run is meant to find
        return Failure(group, case.id, case.node, case.expected, repr(error), crashed=True)
    return None if agrees(actual, case.expected) else Failure(group, case.id, case.node, case.expected, actual)


def _evaluate(model: DecisionModel, case: Case) -> Any:
    if case.kind == "decisionService":
        value = model.evaluate_service(case.invocable or case.node, case.inputs).value
        # A service with several outputs is asked for one of them at a time.
        return value.get(case.node) if type(value) is dict and case.node in value else value
    if case.kind == "bkm":
        return model.call(case.invocable or case.node, case.inputs)
    return model.evaluate(case.node, case.inputs).value
