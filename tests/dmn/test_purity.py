"""The engine stands alone: lxml and nothing else, no input or output, nothing evaluated as Python."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "torget_dmn"
ALLOWED = {"torget_dmn", "lxml"} | set(sys.stdlib_module_names)
NO_INPUT_OR_OUTPUT = {
    "os",
    "pathlib",
    "socket",
    "subprocess",
    "urllib",
    "http",
    "sqlite3",
    "shutil",
    "tempfile",
    "logging",
}


def sources(*, engine_only: bool = False) -> list[Path]:
    edges = ("conformance", "spreadsheet")
    found = [
        path for path in PACKAGE.rglob("*.py") if not engine_only or path.relative_to(PACKAGE).parts[0] not in edges
    ]
    assert len(found) > 50
    return found


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


def test_the_engine_needs_only_lxml() -> None:
    assert {name for path in sources(engine_only=True) for name in imported(path)} <= ALLOWED


def test_the_engine_reads_and_writes_nothing() -> None:
    assert not {name for path in sources(engine_only=True) for name in imported(path)} & NO_INPUT_OR_OUTPUT


def test_nothing_is_evaluated_as_python() -> None:
    forbidden = {"eval", "exec", "compile", "__import__", "open", "input", "setattr", "globals", "locals", "vars"}
    for path in sources(engine_only=True):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in forbidden, (path, node.lineno)


ALONE = """
import sys

class OnlyLxml:
    def find_spec(self, name, path=None, target=None):
        first = name.partition(".")[0]
        known = ("torget_dmn", "lxml", *sys.stdlib_module_names)
        if first not in known and not first.startswith("_sysconfigdata"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, OnlyLxml())
import torget_dmn, torget_dmn.analysis, torget_dmn.conformance.__main__, torget_dmn.model.writer
try:
    import torget_dmn.spreadsheet
except ModuleNotFoundError as missing:
    sys.exit(str(missing) != "openpyxl")
"""


def test_the_package_can_be_imported_with_lxml_alone() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], cwd=PACKAGE.parent, check=False)
    assert done.returncode == 0
