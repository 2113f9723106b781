"""Compares the FEEL engine with two others on generated expressions: `python -m benchmarks.dmn_differential [count]`.

The npm package feelin evaluates whole expressions; the Python runtime of jDMN, which has no parser, is asked for
built-in functions. Neither is right by definition: each difference is listed once by its shape, to be judged.
"""

from __future__ import annotations

import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from benchmarks.dmn_peers import ask, node_home, python
from tests.dmn.strategies import expressions
from torget_dmn import DmnError
from torget_dmn.feel import compile_expression
from torget_dmn.feel.durations import DaysDuration, MonthsDuration
from torget_dmn.feel.temporal import Date, DateTime, Time

COUNT = 3000
SEED = 20_260_701
SHOWN_MAX = 15
# feelin computes in binary floating point.
TOLERANCE = 1e-9


def generated(count: int) -> list[str]:
    """Return generated expressions, the same ones every time."""
    texts: list[str] = []

    @seed(SEED)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(expressions)
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    return list(dict.fromkeys(texts))


def plain(value: Any) -> Any:
    """Make of a FEEL value what the peers' scripts make of theirs."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal):
        return {"number": float(value)}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {"context": [[key, plain(item)] for key, item in value.items()]}
    if isinstance(value, Date | Time | DateTime | DaysDuration | MonthsDuration):
        return {"temporal": str(value)}
    return {"other": type(value).__name__}


def same(ours: Any, theirs: Any) -> bool:
    """Compare two plain values; numbers by nearness, kinds without a common text by being of such a kind."""
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        key = next(iter(ours))
        if key == "number":
            return bool(abs(ours[key] - theirs[key]) <= TOLERANCE * max(1.0, abs(theirs[key])))
        return key == "other" or same(ours[key], theirs[key])
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(same(a, b) for a, b in zip(ours, theirs, strict=True))
    return bool(ours == theirs)


def ours(text: str) -> Any:
    """Evaluate with our engine."""
    try:
        return plain(compile_expression(text)({}))
    except DmnError:
        return {"failed": True}


def report(name: str, texts: list[str], mine: list[Any], theirs: list[Any]) -> None:
    """Print how often two engines agree, and examples of where they do not."""
    counts: Counter[str] = Counter()
    shown: list[str] = []
    for text, one, other in zip(texts, mine, theirs, strict=True):
        failed = isinstance(other, dict) and "failed" in other
        kind = "peer failed" if failed else "same" if same(one, other) else "differs"
        if kind == "same" and one is None:
            kind = "both null"
        elif kind == "differs" and (one is None or other is None):
            kind = "only ours null" if one is None else "only the peer null"
        counts[kind] += 1
        if kind not in ("same", "both null", "peer failed") and len(text) < 70:
            shown.append(f"  {kind}: {text}\n    ours {one}\n    peer {other}")
    print(f"{name}: {len(texts)} expressions; " + ", ".join(f"{kind} {n}" for kind, n in counts.most_common()))
    print("\n".join(shown[:SHOWN_MAX]))


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    texts = generated(count)
    mine = [ours(text) for text in texts]
    home = node_home()
    if home is None:
        print("feelin: Node.js is not installed, so it was not compared")
    else:
        script = Path(__file__).with_name("dmn_feelin.mjs")
        report("feelin", texts, mine, ask(["node", script, home], texts))
    script = Path(__file__).with_name("dmn_jdmn.py")
    calls = ask([python(), script], {"seed": SEED, "count": count})
    texts = [call["text"] for call in calls]
    report("jDMN runtime", texts, [ours(text) for text in texts], [call["value"] for call in calls])
    return 0


if __name__ == "__main__":
    sys.exit(main())
