"""The function `range("[1..3]")`: an interval of literals, read without evaluating anything."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from torget_dmn.errors import FeelSyntaxError
from torget_dmn.feel.lexer import TokenReader, unescape
from torget_dmn.feel.numbers import CONTEXT, parse_number
from torget_dmn.feel.ordering import compare
from torget_dmn.feel.ranges import Range
from torget_dmn.feel.temporal_text import parse_at_literal, parse_date, parse_date_time, parse_duration, parse_time

_FUNCTIONS = {"date": parse_date, "time": parse_time, "date and time": parse_date_time, "duration": parse_duration}


def range_from_text(text: str) -> Range | None:
    """Read a range whose ends are literals; None when the text is anything else."""
    reader = TokenReader(text)
    try:
        return _read(reader)
    except FeelSyntaxError:
        return None


def _read(reader: TokenReader) -> Range | None:
    if not reader.at_symbol("[", "(", "]"):
        return None
    start_included = reader.advance().text == "["
    start = _endpoint(reader)
    reader.expect_symbol("..")
    end = _endpoint(reader)
    if not reader.at_symbol("]", ")", "["):
        return None
    end_included = reader.advance().text == "]"
    order = compare(start, end)
    if reader.peek().kind != "end" or order is None or order > 0:
        return None
    return Range(start, end, start_included, end_included)


def _endpoint(reader: TokenReader) -> Any:
    negative = reader.take_symbol("-")
    token = reader.advance()
    if token.kind == "number":
        number = parse_number(token.text)
        return CONTEXT.minus(number) if negative and isinstance(number, Decimal) else number
    if negative:
        return None
    if token.kind == "string":
        return unescape(token.text)
    if token.text == "@" and reader.peek().kind == "string":
        return parse_at_literal(unescape(reader.advance().text))
    name = token.text
    while reader.peek().kind == "word":
        name = f"{name} {reader.advance().text}"
    parse = _FUNCTIONS.get(name)
    if parse is None:
        return None
    reader.expect_symbol("(")
    argument = reader.advance()
    reader.expect_symbol(")")
    return parse(unescape(argument.text)) if argument.kind == "string" else None
