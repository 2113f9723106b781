"""How case numbers are written; every municipality has its own way (facts: decisions §2.5)."""

import re

_PLACES = frozenset({"running", "class", "year", "number"})
DEFAULT_FORMAT = "{running}/{class}/{year}"
"""As in Dynasty: 5146/01.04.00/2026. `number` is Statistics Finland's number of the municipality."""


class BadFormat(ValueError):
    """The format names something unknown, or would give two cases the same number."""


def check_format(text: str) -> None:
    places = set(re.findall(r"\{(\w+)(?::0\d)?\}", text))
    if places - _PLACES or re.search(r"[{}]", re.sub(r"\{\w+(?::0\d)?\}", "", text)):
        raise BadFormat(f"only {', '.join(sorted(_PLACES))} can stand in braces")
    if not {"running", "year"} <= places:
        raise BadFormat("the running number and the year must both be there")


def case_number(text: str, *, running: int, record_class: str, year: int, municipality_number: str) -> str:
    values = {"running": running, "class": record_class, "year": year, "number": municipality_number}
    return text.format(**values)
