"""The command `python -m tests.dmn.fuzz [inputs]`: texts and models of every kind give a value or a named error."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.dmn.strategies import any_text, calls, damaged, damaged_models, expressions, token_soup
from torget_dmn import DecisionModel, DmnError, Limits, read_model
from torget_dmn.analysis import analyse
from torget_dmn.feel import compile_expression
from torget_dmn.feel.parser import parse_unary_tests
from torget_dmn.model.writer import write_model
from torget_dmn.spreadsheet import export_workbook

INPUTS = 100_000
# A model takes as long as many texts, so there is one to so many.
TEXTS_TO_A_MODEL = 50
# One short text must not take longer than this of the processor, however it is written.
SECONDS_MAX = 5.0
_LIMITS = Limits(iterations_max=20_000)


def check_text(text: str) -> None:
    """Parse a text as an expression and as a cell, and evaluate it."""
    start = time.process_time()
    for names in ((), ("x", "y z", "i")):
        try:
            compile_expression(text, names, limits=_LIMITS)({"x": 1, "y z": "a", "i": [1, {"a": 2}]})
        except DmnError:
            continue
    with contextlib.suppress(DmnError):
        parse_unary_tests(text)
    assert time.process_time() - start < SECONDS_MAX, text


def check_model(content: bytes) -> None:
    """Read a model, write it, prove it and run it."""
    start = time.process_time()
    try:
        definitions = read_model(content)
        assert read_model(write_model(definitions)) == definitions
        with contextlib.suppress(DmnError):
            DecisionModel(definitions, limits=_LIMITS)
        model = DecisionModel(definitions, limits=_LIMITS, lenient=True)
        assert all(finding.said_in("fi") for finding in analyse(definitions))
        export_workbook(definitions)
        for decision in definitions.decisions:
            with contextlib.suppress(DmnError):
                model.evaluate(decision.name, {"material": "book", "days late": 1, "fees": [1]}, trace=True)
    except DmnError as error:
        assert all(problem.said_in("sv") for problem in error.problems), error  # noqa: PT017 - any may be refused
    assert time.process_time() - start < SECONDS_MAX, content


def _many(inputs: int) -> settings:
    return settings(
        max_examples=inputs,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


def run_texts(inputs: int) -> None:
    """Check so many generated texts."""
    _many(inputs)(given(st.one_of(token_soup, any_text, expressions, damaged, calls))(check_text))()


def run_models(inputs: int) -> None:
    """Check so many damaged models."""
    _many(inputs)(given(damaged_models())(check_model))()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.dmn.fuzz", description=__doc__)
    parser.add_argument("inputs", nargs="?", type=int, default=INPUTS)
    inputs = parser.parse_args().inputs
    start = time.process_time()
    run_texts(inputs)
    models = max(1, inputs // TEXTS_TO_A_MODEL)
    run_models(models)
    seconds = time.process_time() - start
    print(f"{inputs} texts and {models} damaged models in {seconds:.0f} CPU s: no crash, no hang")
    return 0


if __name__ == "__main__":
    sys.exit(main())
