"""A few hundred generated texts and damaged models; `python -m tests.dmn.fuzz` runs a hundred thousand."""

from __future__ import annotations

from tests.dmn.fuzz import run_models, run_texts


def test_generated_texts_give_a_value_or_a_named_error() -> None:
    run_texts(300)


def test_a_damaged_model_is_read_or_refused_by_name() -> None:
    run_models(150)
