"""Peers of the DMN engine, installed into an environment of their own and spoken to over pipes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".cache" / "dmn-peers"
PYTHON_PACKAGES = ("zen-engine==2.1.3", "SpiffWorkflow==3.2.0", "lxml", "jdmn-python-runtime==1.0.5.1")
NODE_PACKAGES = ("feelin@8.2.0",)


def python() -> Path:
    """Return the interpreter of the peers' environment, made on first use."""
    home = PEERS / "python"
    interpreter = home / "bin" / "python"
    marker = home / ".ready"
    if not marker.exists():
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([interpreter, "-m", "pip", "install", "--quiet", *PYTHON_PACKAGES], check=True)
        marker.write_text("\n".join(PYTHON_PACKAGES), encoding="utf-8")
    return interpreter


def node_home() -> Path | None:
    """Return the folder with the peers of Node.js, or None when Node.js is missing."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return None
    home = PEERS / "node"
    marker = home / ".ready"
    if not marker.exists():
        home.mkdir(parents=True, exist_ok=True)
        (home / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
        subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund", *NODE_PACKAGES], cwd=home, check=True)
        marker.write_text("\n".join(NODE_PACKAGES), encoding="utf-8")
    return home


def ask(command: list[str | Path], question: Any, cwd: Path | None = None) -> Any:
    """Run a peer with a question as JSON and return its answer."""
    done = subprocess.run(command, input=json.dumps(question), capture_output=True, text=True, cwd=cwd, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stderr[-2000:])
        raise SystemExit(f"a peer failed: {command[0]}")
    return json.loads(done.stdout)
