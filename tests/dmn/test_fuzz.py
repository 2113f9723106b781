"""A few hundred generated texts; `python -m tests.dmn.fuzz` runs a hundred thousand."""

from __future__ import annotations

from tests.dmn.fuzz import run


def test_generated_texts_give_a_value_or_a_named_error() -> None:
    run(300)
