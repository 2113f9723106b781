"""Style that ruff does not check: short functions and files, names that say something, no foreign addresses."""

import ast
import subprocess
import sys
from pathlib import Path

FUNCTION_LINES_MAX = 60
FILE_LINES_MAX = 400
EMPTY_NAMES = {"utils", "helpers", "misc", "common", "services"}
# Built from pieces, so that this file does not contain what it looks for.
REGISTRY_HOSTS = ("py" + "pi.org", "python" + "hosted.org", "registry.np" + "mjs.org", "deb.deb" + "ian.org")
TEXT_SUFFIXES = {".py", ".md", ".txt", ".toml", ".json", ".sql", ".html", ".yaml", ".yml", ".js", ".css", ".scss", ""}


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True)
    return [Path(name) for name in listed.stdout.split("\0") if name and Path(name).exists()]


def long_functions(file: Path, source: str) -> list[str]:
    return [
        f"{file}:{node.lineno}: {node.name} has {length} lines"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    ]


def faults() -> list[str]:
    found = []
    for file in tracked_files():
        found += [f"{file}: the name says nothing" for part in file.parts if Path(part).stem in EMPTY_NAMES]
        if file.suffix not in TEXT_SUFFIXES or "vendor" in file.parts:
            continue
        source = file.read_text(encoding="utf-8", errors="replace")
        found += [f"{file}: names the host {host}" for host in REGISTRY_HOSTS if host in source]
        if file.suffix == ".py" and "migrations" not in file.parts:
            if source.count("\n") > FILE_LINES_MAX:
                found.append(f"{file}: more than {FILE_LINES_MAX} lines")
            found += long_functions(file, source)
    return found


if __name__ == "__main__":
    lines = faults()
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.exit(1 if lines else 0)
