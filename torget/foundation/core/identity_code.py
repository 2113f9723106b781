"""Finnish personal identity codes in free text: found by form, day and check character, and masked."""

import re
from datetime import date

_CENTURIES = {"+": 1800, "-": 1900, **dict.fromkeys("UVWXY", 1900), **dict.fromkeys("ABCDEF", 2000)}
_CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_FORM = re.compile(r"(?<![0-9A-Za-z])(\d{2})(\d{2})(\d{2})([-+A-FU-Y])(\d{3})([0-9A-Y])(?![0-9A-Za-z])", re.IGNORECASE)
MASK = "▒▒▒▒▒▒-▒▒▒▒"


def _is_code(match: re.Match[str]) -> bool:
    day, month, year, mark, number, check = match.groups()
    try:
        date(_CENTURIES[mark.upper()] + int(year), int(month), int(day))
    except ValueError:
        return False
    return _CHECKS[int(f"{day}{month}{year}{number}") % 31] == check.upper()


def has_identity_code(text: str) -> bool:
    return any(_is_code(match) for match in _FORM.finditer(text))


def mask_identity_codes(text: str) -> str:
    """The text as it may stand in lists and logs."""
    return _FORM.sub(lambda match: MASK if _is_code(match) else match.group(), text)
