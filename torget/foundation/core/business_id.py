"""The Finnish business id (Y-tunnus, FO-nummer): seven digits, a hyphen, a check digit."""

import re

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2)
_FORM = re.compile(r"(\d{7})-(\d)", re.ASCII)


def is_business_id(text: str) -> bool:
    """Whether the form and the check digit hold; not whether the id was ever given to anyone."""
    match = _FORM.fullmatch(text)
    if match is None:
        return False
    rest = sum(int(digit) * weight for digit, weight in zip(match[1], _WEIGHTS, strict=True)) % 11
    # A remainder of one would need the check digit ten, which no digit equals; such numbers are never issued.
    return int(match[2]) == (11 - rest) % 11
