"""Packages of vendors under Node.js: installed from pinned files into .cache, and run with nothing of the machine."""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def run(*command: str, given: str = "", seconds: int = 60, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, input=given, capture_output=True, encoding="utf-8", timeout=seconds, check=False, cwd=cwd, env=env
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def install(folder: Path) -> Path:
    """Once for each state of the pinned files; what scripts the packages bring are not run."""
    installed = ROOT / ".cache" / folder.name.replace("_", "-")
    pinned = (folder / "package.json", folder / "package-lock.json", ROOT / ".npmrc")
    wanted = hashlib.sha256(b"".join(file.read_bytes() for file in pinned)).hexdigest()
    stamp = installed / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return installed
    shutil.rmtree(installed, ignore_errors=True)
    installed.mkdir(parents=True)
    for file in pinned:
        shutil.copy(file, installed)
    run("npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", seconds=300, cwd=installed)
    stamp.write_text(wanted)
    return installed


def node(folder: Path, script: str, *arguments: str, given: str = "") -> Any:
    """What the script writes, as JSON."""
    # Nothing else of the environment: a proxy or an option of the machine would change whom the package speaks to.
    environment = {"PATH": os.environ["PATH"], "NODE_PATH": str(install(folder) / "node_modules")}
    return json.loads(run("node", str(folder / script), *arguments, given=given, env=environment))
