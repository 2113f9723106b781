"""Persons in texts stand as tokens, {{party.1.name}}, and are looked up only where they may be seen."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

_TOKEN = re.compile(r"\{\{\s*([a-z][a-z0-9_.]*)\s*\}\}")

HIDDEN = "▒▒▒"
"""Stands where a person's data was or may not be shown."""


def tokens_in(text: str) -> frozenset[str]:
    return frozenset(_TOKEN.findall(text))


def literal(text: str) -> str:
    """What somebody wrote themselves, so that nothing in it is ever looked up."""
    return text.replace("{{", "{ {")


def resolve(text: str, values: Mapping[str, str], *, shown: AbstractSet[str] | None = None) -> str:
    """The text with its tokens looked up; what is unknown, or not among `shown` (None shows all), is hidden."""

    def found(match: re.Match[str]) -> str:
        token = match.group(1)
        return values.get(token, HIDDEN) if shown is None or token in shown else HIDDEN

    return _TOKEN.sub(found, text)
