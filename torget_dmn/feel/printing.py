"""Values as FEEL text: what `string(value)` gives and what traces show."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from torget_dmn.feel.feel_types import FeelType
from torget_dmn.feel.numbers import format_number
from torget_dmn.feel.ranges import Equals, Range
from torget_dmn.feel.runtime import check_text_length, spend
from torget_dmn.feel.temporal import Date, DateTime, Time

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"})


def quote(text: str) -> str:
    """Write a string literal."""
    return f'"{text.translate(_ESCAPES)}"'


def to_text(value: Any, *, nested: bool = False) -> str:
    """Write a value as `string()` does: strings plain at the top, quoted inside lists and contexts."""
    if value is None:
        return "null"
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is Decimal:
        return format_number(value)
    if type(value) is str:
        return quote(value) if nested else value
    if type(value) is list:
        return f"[{_joined(to_text(item, nested=True) for item in value)}]"
    if type(value) is dict:
        return f"{{{_joined(f'{_key(key)}: {to_text(item, nested=True)}' for key, item in value.items())}}}"
    if isinstance(value, Range):
        return _range_text(value)
    if isinstance(value, Equals):
        return ("!= " if value.negated else "= ") + to_text(value.point, nested=True)
    kind = getattr(value, "function_type", None)
    return str(kind) if isinstance(kind, FeelType) else str(value)


def _joined(texts: Iterable[str]) -> str:
    """Join the texts of the parts; a value that holds another many times over can be short and its text endless."""
    pieces: list[str] = []
    length = 0
    for text in texts:
        spend(1)
        length += len(text) + 2
        check_text_length(length)
        pieces.append(text)
    return ", ".join(pieces)


def to_literal(value: Any) -> str:
    """Write a value so that it can be read back as FEEL."""
    if isinstance(value, Date | Time | DateTime) or type(value).__name__.endswith("Duration"):
        return f'@"{value}"'
    return to_text(value, nested=True)


def _key(key: str) -> str:
    return key if key and all(part.isidentifier() for part in key.split()) else quote(key)


def _range_text(value: Range) -> str:
    if value.start is None:
        return ("<= " if value.end_included else "< ") + to_text(value.end, nested=True)
    if value.end is None:
        return (">= " if value.start_included else "> ") + to_text(value.start, nested=True)
    opening = "[" if value.start_included else "("
    closing = "]" if value.end_included else ")"
    return f"{opening}{to_text(value.start, nested=True)}..{to_text(value.end, nested=True)}{closing}"
