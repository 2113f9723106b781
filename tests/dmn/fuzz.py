"""The command `python -m tests.dmn.fuzz [inputs]`: FEEL texts of every kind must give a value or a named error."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.dmn.strategies import any_text, calls, damaged, expressions, token_soup
from torget_dmn import DmnError, Limits
from torget_dmn.feel import compile_expression
from torget_dmn.feel.parser import parse_unary_tests

INPUTS = 100_000
# One short text must not take longer than this, however it is written.
SECONDS_MAX = 5.0
_LIMITS = Limits(iterations_max=20_000)


def check_text(text: str) -> None:
    """Parse a text as an expression and as a cell, and evaluate it."""
    start = time.perf_counter()
    for names in ((), ("x", "y z", "i")):
        try:
            compile_expression(text, names, limits=_LIMITS)({"x": 1, "y z": "a", "i": [1, {"a": 2}]})
        except DmnError:
            continue
    with contextlib.suppress(DmnError):
        parse_unary_tests(text)
    assert time.perf_counter() - start < SECONDS_MAX, text


def run(inputs: int) -> None:
    """Check so many generated texts."""

    @settings(
        max_examples=inputs,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(token_soup, any_text, expressions, damaged, calls))
    def fuzz(text: str) -> None:
        check_text(text)

    fuzz()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.dmn.fuzz", description=__doc__)
    parser.add_argument("inputs", nargs="?", type=int, default=INPUTS)
    inputs = parser.parse_args().inputs
    start = time.perf_counter()
    run(inputs)
    print(f"{inputs} texts in {time.perf_counter() - start:.0f} s: no crash, no hang")
    return 0


if __name__ == "__main__":
    sys.exit(main())
