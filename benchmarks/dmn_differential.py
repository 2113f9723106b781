"""Compares the FEEL engine with two others on generated expressions: `python -m benchmarks.dmn_differential [count]`.

The npm package feelin evaluates whole expressions; the Python runtime of jDMN, which has no parser, is asked for
built-in functions and operators. Neither is right by definition: a difference is followed down to the smallest
expression whose parts agree, and must have a reason in `dmn_explained`, or the run fails.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.dmn_explained import FEELIN, JDMN, Difference, Rule, explain
from benchmarks.dmn_peers import ask, node_home, python
from tests.dmn.generator import Generator, Sample, every_part
from torget_dmn import DmnError
from torget_dmn.feel import compile_expression
from torget_dmn.feel.durations import DaysDuration, MonthsDuration
from torget_dmn.feel.numbers import to_number
from torget_dmn.feel.temporal import Date, DateTime, Time
from torget_dmn.feel.temporal_text import parse_at_literal

COUNT = 4000
SEED = 20_260_701
SHOWN_MAX = 3
# feelin computes in binary floating point.
TOLERANCE = 1e-9


def plain(value: Any) -> Any:
    """Make of a FEEL value what the peers' scripts make of theirs."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal):
        return {"number": value}
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
            if isinstance(theirs[key], str):
                return bool(to_number(ours[key]) == to_number(Decimal(theirs[key])))
            return bool(abs(float(ours[key]) - theirs[key]) <= TOLERANCE * max(1.0, abs(theirs[key])))
        if key == "temporal":
            return parse_at_literal(ours[key]) == (parse_at_literal(theirs[key]) or theirs[key])
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


def report(name: str, samples: Mapping[str, Sample], theirs: Mapping[str, Any], rules: list[Rule]) -> int:
    """Print where two engines differ and why, and return how many differences have no reason."""
    mine = {text: ours(text) for text in samples}
    failed = {text for text, value in theirs.items() if isinstance(value, dict) and "failed" in value}
    differing = {text for text in samples if text not in failed and not same(mine[text], theirs[text])}
    reasons: Counter[str] = Counter()
    unexplained: dict[str, list[str]] = defaultdict(list)
    inherited = 0
    for text in differing:
        sample = samples[text]
        if any(part.text in differing or part.text in failed for part in sample.parts):
            inherited += 1
            continue
        parts = tuple(ours(part.text) for part in sample.parts)
        reason = explain(Difference(sample.shape, text, parts, mine[text], theirs[text]), rules)
        if reason is None:
            unexplained[sample.shape].append(text)
        else:
            reasons[reason] += 1
    found = sum(len(texts) for texts in unexplained.values())
    print(
        f"{name}: {len(samples)} expressions; {len(samples) - len(differing) - len(failed)} the same, "
        f"{len(failed)} the peer cannot, {inherited} differ because a part does, "
        f"{sum(reasons.values())} explained, {found} unexplained"
    )
    for reason, count in reasons.most_common():
        print(f"  {count:>5}  {reason}")
    for shape, texts in unexplained.items():
        print(f"  unexplained {len(texts)} × {shape}")
        for text in sorted(texts, key=len)[:SHOWN_MAX]:
            print(f"    {text}\n      ours {mine[text]}\n      peer {theirs[text]}")
    return found


def against_feelin(count: int) -> int:
    """Compare whole expressions; the first seeds, so that a difference can be looked at again."""
    home = node_home()
    if home is None:
        print("feelin: Node.js is not installed, so it was not compared")
        return 0
    samples: dict[str, Sample] = {}
    for seed in range(count):
        samples |= every_part(Generator(seed).sample())
    answers = ask(["node", Path(__file__).with_name("dmn_feelin.mjs"), home], list(samples))
    return report("feelin", samples, dict(zip(samples, answers, strict=True)), FEELIN)


def against_jdmn(count: int) -> int:
    """Compare built-in functions and operators, numbers to all 34 digits."""
    calls = ask([python(), Path(__file__).with_name("dmn_jdmn.py")], {"seed": SEED, "count": count})
    samples = {
        call["text"]: Sample(call["shape"], call["text"], tuple(Sample("", text) for text in call["parts"]))
        for call in calls
    }
    theirs = {call["text"]: call["value"] for call in calls}
    return report("jDMN", samples, theirs, JDMN)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dmn_differential", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=COUNT)
    count = parser.parse_args().count
    return 1 if against_feelin(count) + against_jdmn(count) else 0


if __name__ == "__main__":
    sys.exit(main())
