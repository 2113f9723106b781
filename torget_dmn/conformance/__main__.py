"""The command `python -m torget_dmn.conformance [path]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from torget_dmn.conformance.runner import LevelResult, run_kit

_DEFAULT_PATH = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "dmn-tck"
# Level 2 must pass whole; of level 3, 98 % of all cases and of the value-expecting ones.
_PERCENT_MIN = {"compliance-level-2": 100.0, "compliance-level-3": 98.0}


def _percent(part: int, whole: int) -> float:
    return 100.0 if whole == 0 else 100.0 * part / whole


def _report(level: LevelResult, *, verbose: bool) -> bool:
    sys.stdout.write(f"\n{level.name}\n{'group':<46}{'all':>13}{'value-expecting':>18}\n")
    for group in level.groups:
        valued = f"{group.valued_passed}/{group.valued_total}"
        sys.stdout.write(f"{group.name:<46}{f'{group.passed}/{group.total}':>13}{valued:>18}\n")
        for failure in group.failures if verbose else ():
            word = "CRASH" if failure.crashed else "FAIL"
            line = f"  {word} {failure.case} {failure.node}: expected {failure.expected!r}, got {failure.actual!r}\n"
            sys.stdout.write(line)
    counts = [level.total(name) for name in ("passed", "total", "valued_passed", "valued_total", "crashes")]
    everything, valued_percent = _percent(counts[0], counts[1]), _percent(counts[2], counts[3])
    sys.stdout.write(
        f"{level.name}: {counts[0]}/{counts[1]} ({everything:.1f} %) of all, "
        f"{counts[2]}/{counts[3]} ({valued_percent:.1f} %) value-expecting, {counts[4]} crashes\n"
    )
    least = _PERCENT_MIN.get(level.name, 0.0)
    return everything >= least and valued_percent >= least and counts[4] == 0


def main(arguments: list[str] | None = None) -> int:
    """Run the kit; the exit code is 0 when every level reaches what is promised."""
    parser = argparse.ArgumentParser(prog="python -m torget_dmn.conformance", description=__doc__)
    parser.add_argument("path", nargs="?", type=Path, default=_DEFAULT_PATH, help="the folder of the kit")
    parser.add_argument("--failures", action="store_true", help="show each case that fails")
    parser.add_argument("--rewritten", action="store_true", help="write each model and read it back before running it")
    options = parser.parse_args(arguments)
    if not options.path.is_dir():
        sys.stderr.write(f"there is no kit at {options.path}\n")
        return 2
    levels = list(run_kit(options.path, rewritten=options.rewritten))
    if not levels:
        sys.stderr.write(f"{options.path} has no compliance levels\n")
        return 2
    kept = [_report(level, verbose=options.failures) for level in levels]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
