"""A few hundred generated texts; `python -m tests.dmn.fuzz` runs a hundred thousand."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dmn.building import every_model
from tests.dmn.fuzz import run
from torget_dmn import DecisionModel, DmnError, read_model
from torget_dmn.analysis import analyse


def test_generated_texts_give_a_value_or_a_named_error() -> None:
    run(300)


SOURCES = [path.read_bytes() for path in every_model()]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SOURCES), st.data())
def test_a_damaged_model_is_read_or_refused_by_name(source: bytes, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(source)))
        length = data.draw(st.integers(0, 40))
        piece = data.draw(st.sampled_from([b"", b"<", b'"', b"&", b"x", b"<text>", b"</decision>", b"\xff", b"[1.."]))
        source = source[:place] + piece + source[place + length :]
    try:
        definitions = read_model(source)
        model = DecisionModel(definitions, lenient=True)
        analyse(definitions)
        for decision in definitions.decisions:
            model.evaluate(decision.name, {"material": "book", "days late": 1, "fees": [1]})
    except DmnError as error:
        assert error.problems  # noqa: PT017 - a refusal must say something
