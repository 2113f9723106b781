"""The example of the package's own README runs as it stands and prints what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "torget_dmn" / "README.md"


def test_the_example_prints_what_it_says() -> None:
    found = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    told = re.findall(r"^print\(.*\)  # (.*)$", found[1], re.MULTILINE)
    run = subprocess.run(
        [sys.executable, "-c", found[1]], cwd=README.parents[1], capture_output=True, encoding="utf-8", check=True
    )
    assert run.stdout.splitlines() == told
    assert len(told) == 3
